// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"errors"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/testing/connectserver"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

var (
	// shared is the cluster of all trials.
	shared *engine.Cluster
	// standin is what answers for all servers.
	standin *connectserver.Server
)

func TestMain(m *testing.M) {
	os.Exit(engine.Main(m, subject, func(c *engine.Cluster, _ string) (err error) {
		shared = c
		standin, _, err = connectserver.New(context.Background())
		return err
	}))
}

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1alpha1.AddToScheme(s)); err != nil {
		panic(err)
	}
	return s
}

// subject is the controller of SparkConnects.
var subject = engine.Subject{
	Scheme:  newScheme(),
	Root:    &v1alpha1.SparkConnect{},
	Watched: []client.ObjectList{&v1alpha1.SparkConnectList{}, &corev1.PodList{}, &corev1.ServiceList{}},
	Made:    []client.ObjectList{&corev1.ConfigMapList{}},
	Reasons: []string{
		string(connect.ReasonStarted), string(connect.ReasonReady), string(connect.ReasonFailed), string(connect.ReasonRestarting), string(connect.ReasonSuspended),
	},
}
