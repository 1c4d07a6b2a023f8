// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
)

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=get

// Start runs the workers until ctx ends. When it returns, no process and no file of theirs is left. It also removes the
// files of a process that was killed together with the operator.
func (s *Submitter) Start(ctx context.Context) error {
	if err := emptyDir(s.options.Dir); err != nil {
		return err
	}
	defer func() { _ = os.Remove(s.options.Dir) }()
	var workers sync.WaitGroup
	for range s.options.Workers {
		workers.Go(func() { s.work(ctx) })
	}
	workers.Wait()
	return nil
}

// emptyDir makes a directory or removes what is in it. The directory itself stays: it may be a mounted volume.
func emptyDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the directory of submissions: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the directory of submissions: %w", err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("empty the directory of submissions: %w", err)
		}
	}
	return nil
}

func (s *Submitter) work(ctx context.Context) {
	for {
		t, running := s.queue.next(ctx)
		if t == nil {
			return
		}
		result, err := s.execute(running, t.plan)
		s.queue.finish(t, result, err)
		s.announce(ctx, t.plan)
	}
}

// announce names the application on Finished.
func (s *Submitter) announce(ctx context.Context, plan *planning.Plan) {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: plan.Namespace(), Name: plan.Name()}}
	select {
	case s.finished <- event.GenericEvent{Object: app}:
	case <-ctx.Done():
	}
}

// execute runs spark-submit for a plan and returns what came of it, by looking: the process may have failed after it
// made a driver, or have found one that is there. A panic is an outcome, too: the worker has others to submit.
func (s *Submitter) execute(ctx context.Context, plan *planning.Plan) (result submission.Result, err error) {
	defer func() {
		if panicked := panics.Error("spark-submit worker", recover(), "namespace", plan.Namespace(), "name", plan.Name()); panicked != nil {
			result, err = submission.Result{}, panicked
		}
	}()
	if err := s.confirmWanted(ctx, plan); err != nil {
		return submission.Result{}, err
	}
	began := s.options.Clock.Now()
	failed := s.run(ctx, plan)
	ctrl.LoggerFrom(ctx).WithName("sparksubmit").V(1).Info("Ran spark-submit", "namespace", plan.Namespace(), "name", plan.Name(),
		"attempt", plan.Attempt().Number, "duration", s.options.Clock.Since(began).String(), "succeeded", failed == nil)
	if ctx.Err() != nil {
		return submission.Result{}, context.Cause(ctx)
	}
	pod, inTheWay, err := s.made(ctx, plan, failed)
	if pod != nil && err == nil {
		return resultOf(pod, isConflict(failed)), nil
	}
	return submission.Result{}, withoutDriver(failed, inTheWay, err)
}

// withoutDriver returns the error of a submission that has no driver, from how spark-submit failed, if it did, whether
// another pod has the driver's name, and what kept the driver from being found, if anything.
func withoutDriver(failed error, inTheWay bool, err error) error {
	switch {
	case failed != nil && !isConflict(failed):
		return failed
	case err != nil:
		return err
	case inTheWay, isConflict(failed):
		return errWasInTheWay
	}
	return &FailedError{Reason: NoDriver, Detail: "it ended well, but its driver pod is not there; somebody has deleted it"}
}

// errWasInTheWay says that the next try will look at what has the name of the driver pod, or find it free.
var errWasInTheWay = errors.New("a pod with the name of the driver was in the way of spark-submit")

// errUnwanted says that the application that a plan was made for is gone.
var errUnwanted = errors.New("the application no longer exists")

// confirmWanted looks whether the application is still there: it may have been deleted while the plan was waiting.
func (s *Submitter) confirmWanted(ctx context.Context, plan *planning.Plan) error {
	// The identity is all that matters, and can be read whatever else has become of the application.
	app := &metav1.PartialObjectMetadata{}
	app.SetGroupVersionKind(v1beta2.GroupVersion.WithKind("SparkApplication"))
	err := s.client.Get(ctx, types.NamespacedName{Namespace: plan.Namespace(), Name: plan.Name()}, app)
	if apierrors.IsNotFound(err) || err == nil && app.UID != plan.App().UID {
		return errUnwanted
	}
	if err != nil {
		return fmt.Errorf("confirm that the application exists: %w", err)
	}
	return nil
}
