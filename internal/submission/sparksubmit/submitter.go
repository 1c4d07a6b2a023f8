// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/dependents"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Client is what the submitter needs of a client. It must ask the API server and not a cache: it is only asked about
// objects that somebody else just made.
type Client interface {
	apply.Client
	List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error
}

// Options are how spark-submit is run. The zero value of a field is its default.
type Options struct {
	// Home is the directory of the Spark distribution (SPARK_HOME). Without one every submission is refused.
	Home string
	// Workers is how many spark-submits run at a time; 2 by default. Each takes a core and 200-400 MB.
	Workers int
	// Queue is how many submissions may wait; 1000 by default.
	Queue int
	// Timeout is how long a spark-submit may take; 3 minutes by default.
	Timeout time.Duration
	// Grace is how long a spark-submit that is to stop has until it is killed; 5 seconds by default.
	Grace time.Duration
	// OutcomeAge is how long an outcome is kept for a Submit that does not come; 10 minutes by default.
	OutcomeAge time.Duration
	// Dir is a directory for this purpose alone, on a volume that can be written to; it is emptied at the start. By
	// default it is in the directory for temporary files.
	Dir string
	// Uploads are the files of the operator's container that applications may have; none by default.
	Uploads Uploads
	// Clock gives the time; by default the real one.
	Clock clock.PassiveClock
}

func (o Options) withDefaults() Options {
	o.Workers = cmp.Or(o.Workers, 2)
	o.Queue = cmp.Or(o.Queue, 1000)
	o.Timeout = cmp.Or(o.Timeout, 3*time.Minute)
	o.Grace = cmp.Or(o.Grace, 5*time.Second)
	o.OutcomeAge = cmp.Or(o.OutcomeAge, 10*time.Minute)
	o.Dir = cmp.Or(o.Dir, filepath.Join(os.TempDir(), "spark-operator-submissions"))
	if o.Clock == nil {
		o.Clock = clock.RealClock{}
	}
	return o
}

// Submitter starts drivers by spark-submit. It does nothing until it is started.
type Submitter struct {
	client   Client
	options  Options
	queue    *queue
	finished chan event.GenericEvent
}

var _ submission.Submitter = (*Submitter)(nil)

// New returns a submitter that looks at its drivers by the client.
func New(c Client, o Options) *Submitter {
	o = o.withDefaults()
	return &Submitter{client: c, options: o, queue: newQueue(o), finished: make(chan event.GenericEvent)}
}

// Finished names applications for which the next Submit or Release has something new to say. It must be read for as
// long as the submitter runs; a source.Channel does.
func (s *Submitter) Finished() <-chan event.GenericEvent { return s.finished }

// Submit implements submission.Submitter. It does not wait: it returns ErrPending until spark-submit has ended, then
// once what came of it. Asking again after that looks for the driver and, where there is none, starts anew.
func (s *Submitter) Submit(ctx context.Context, plan *planning.Plan, confirm submission.Confirm) (submission.Result, error) {
	if err := notInstalled(s.options.Home); err != nil {
		return submission.Result{}, err
	}
	if err := Check(plan, s.options.Uploads); err != nil {
		return submission.Result{}, err
	}
	known, result, outcome := s.queue.take(plan)
	inTheWay := errors.Is(outcome, errWasInTheWay)
	if known && !inTheWay {
		return s.reached(ctx, plan, confirm, result, outcome)
	}
	pod, err := s.driver(ctx, plan, confirm)
	if err != nil {
		return submission.Result{}, err
	}
	if pod != nil {
		return s.reached(ctx, plan, confirm, resultOf(pod, true), nil)
	}
	if inTheWay {
		return submission.Result{}, outcome
	}
	// Deliberately here and not beside the process: a Release that follows finds all that was made.
	if _, err := dependents.Ensure(ctx, s.client, plan, confirm); err != nil {
		return submission.Result{}, err
	}
	return submission.Result{}, s.queue.add(plan)
}

// reached adds to a driver that was made how it is reached, by dependents that are there. Where that fails the next
// Submit finds the driver, and asks again.
func (s *Submitter) reached(ctx context.Context, plan *planning.Plan, confirm submission.Confirm, result submission.Result, err error) (submission.Result, error) {
	if err != nil {
		return result, err
	}
	made, err := dependents.Ensure(ctx, s.client, plan, confirm)
	result.Driver, result.Warnings = made.Driver, append(result.Warnings, made.Warnings...)
	return result, err
}

// Release ends what the attempt has running or waiting, and deletes the driver pod that it may have left. It is
// idempotent, and returns ErrStopping as long as the process could still make one. It deletes nothing that was made
// after the decision to delete (see submission.Confirm).
func (s *Submitter) Release(ctx context.Context, app *v1beta2.SparkApplication, attempt identity.Attempt, confirm submission.Confirm) error {
	if running := s.queue.drop(attempt.SubmissionID); running {
		return ErrStopping
	}
	if len(content.IsPathSegmentName(attempt.DriverPodName)) > 0 {
		return nil // No object can have the name, and to ask for one is an error.
	}
	pod := &corev1.Pod{}
	key := types.NamespacedName{Namespace: app.Namespace, Name: attempt.DriverPodName}
	if err := s.client.Get(ctx, key, pod); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("get driver pod %s: %w", key, err)
	}
	if !metav1.IsControlledBy(pod, app) || pod.Labels[sparklabels.SubmissionID] != attempt.SubmissionID {
		return nil
	}
	if err := confirm(ctx); err != nil {
		return err
	}
	return s.deletePod(ctx, pod)
}

// Forget ends and forgets everything of an application that no longer exists.
func (s *Submitter) Forget(app types.NamespacedName) { s.queue.forget(app) }

// NeedLeaderElection keeps all but the leader from submitting.
func (s *Submitter) NeedLeaderElection() bool { return true }
