// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"errors"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// shared is the cluster of all trials.
var shared *engine.Cluster

func TestMain(m *testing.M) {
	os.Exit(engine.Main(m, subject, func(c *engine.Cluster, _ string) error {
		shared = c
		return nil
	}))
}

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1beta2.AddToScheme(s)); err != nil {
		panic(err)
	}
	return s
}

// subject is the controller of ScheduledSparkApplications.
var subject = engine.Subject{
	Scheme:  newScheme(),
	Root:    &v1beta2.ScheduledSparkApplication{},
	Watched: []client.ObjectList{&v1beta2.ScheduledSparkApplicationList{}, &v1beta2.SparkApplicationList{}},
	Made:    []client.ObjectList{&corev1.PodList{}},
	Reasons: reasons,
}
