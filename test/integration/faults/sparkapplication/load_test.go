// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/apiserver"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// TestManyAtOnce runs 200 applications whose drivers wait for nothing.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprintf("many-%d", i)
	}
	many := newTrial(shared, configv1alpha1.SubmissionNative, scenario{
		name: "many at once", unpaced: true,
		script: func(ctx context.Context, t *world) error {
			return t.together(ctx, names, func(context.Context) error { return nil })
		},
	})
	if _, err := many.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// together submits the applications, does something while they run, and waits until all have completed in one run.
func (t *world) together(ctx context.Context, names []string, meanwhile step) error {
	for _, name := range names {
		if err := t.submit(name)(ctx); err != nil {
			return err
		}
	}
	if err := meanwhile(ctx); err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		errs = append(errs, t.until(name, v1beta2.ApplicationStateCompleted, 1)(ctx))
	}
	want := counters{State: v1beta2.ApplicationStateCompleted, Attempt: 1, Executions: 1, Submissions: 1}
	t.Locked(func() {
		for _, app := range engine.Seen[*v1beta2.SparkApplication](t.Trial) {
			if got := countersOf(app); got != want {
				errs = append(errs, fmt.Errorf("%s: %+v, want %+v", app.Name, got, want))
			}
			if n := len(t.podsOf(app.Name, sparklabels.RoleDriver)); n != 1 {
				errs = append(errs, fmt.Errorf("%s has %d drivers", app.Name, n))
			}
		}
	})
	return errors.Join(errs...)
}

// TestAPIServerAndEtcdAreRestarted stops the API server, and then both, while applications run.
func TestAPIServerAndEtcdAreRestarted(t *testing.T) {
	t.Parallel()
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs(), apiserver.Gangs()}, ErrorIfCRDPathMissing: true}
	// What has not stopped by then is killed.
	env.ControlPlaneStopTimeout = time.Second
	env.ControlPlane.Etcd = &envtest.Etcd{DataDir: t.TempDir()}
	env.ControlPlane.GetAPIServer().CertDir = t.TempDir()
	config, err := env.Start()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() {
		cancel()
		_ = env.Stop()
	})
	own, err := engine.NewCluster(ctx, config, subject)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 30)
	for i := range names {
		names[i] = fmt.Sprintf("restart-%d", i)
	}
	plane := &env.ControlPlane
	restart := func(ctx context.Context) error {
		_ = plane.APIServer.Stop()
		return starts(ctx, plane.APIServer)
	}
	restartBoth := func(ctx context.Context) error {
		_, _ = plane.APIServer.Stop(), plane.Etcd.Stop()
		return errors.Join(starts(ctx, plane.Etcd), starts(ctx, plane.APIServer))
	}
	trial := newTrial(own, configv1alpha1.SubmissionNative, scenario{
		name: "restarts", unpaced: true,
		script: func(ctx context.Context, t *world) error {
			return errors.Join(
				t.together(ctx, names[:15], restart),
				t.together(ctx, names[15:], restartBoth))
		},
	})
	if _, err := trial.Run(ctx); err != nil {
		t.Fatal(err)
	}
}

// starts a process whose predecessor may still be about to end.
func starts(ctx context.Context, process interface{ Start() error }) error {
	var err error
	waited := wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, engine.Patience, true, func(context.Context) (bool, error) {
		err = process.Start()
		return err == nil, nil
	})
	return errors.Join(waited, err)
}
