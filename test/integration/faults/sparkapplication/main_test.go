// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	volcanov1beta1 "volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

var (
	// shared is the cluster of all trials that leave it whole.
	shared *engine.Cluster
	// standin is the program that stands in for spark-submit.
	standin string
)

func TestMain(m *testing.M) {
	os.Exit(engine.Main(m, subject, func(c *engine.Cluster, folder string) error {
		shared, standin = c, filepath.Join(folder, "spark-submit")
		if output, err := exec.Command("go", "build", "-o", standin, "./standin").CombinedOutput(); err != nil {
			return fmt.Errorf("build the stand-in: %w\n%s", err, output)
		}
		return nil
	}))
}

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1beta2.AddToScheme(s), volcanov1beta1.AddToScheme(s)); err != nil {
		panic(err)
	}
	return s
}

// subject is the controller of SparkApplications.
var subject = engine.Subject{
	Scheme:  newScheme(),
	Root:    &v1beta2.SparkApplication{},
	Watched: []client.ObjectList{&v1beta2.SparkApplicationList{}, &corev1.PodList{}},
	Made: []client.ObjectList{
		&corev1.ConfigMapList{}, &corev1.ServiceList{}, &networkingv1.IngressList{}, &policyv1.PodDisruptionBudgetList{},
		&volcanov1beta1.PodGroupList{},
	},
	Reasons: reasons,
}
