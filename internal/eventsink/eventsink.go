// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package eventsink

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record/util"
	"k8s.io/client-go/tools/reference"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/panics"
)

const (
	// writers is how many events are written at a time.
	writers = 4
	// waiting is how many wait for that.
	waiting = 8192
	// tries and pause are for an API server that cannot be reached or is overloaded.
	tries = 3
	pause = time.Second
	// patience is how long one try may take, also when the operator stops meanwhile.
	patience = 5 * time.Second
	// lastWords is how long events of an operator that stops may take.
	lastWords = 2 * time.Second
)

// Writer is what it takes to write an event.
type Writer interface {
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
}

// Sink takes events about objects from the start, and writes them while it runs. The controllers of a manager share
// one.
type Sink struct {
	writer Writer
	scheme *runtime.Scheme
	host   string
	clock  clock.Clock

	queue   chan *corev1.Event
	leftOut atomic.Int64
	// sequence distinguishes events of the same moment.
	sequence atomic.Int64
}

// recorder records the events of one controller.
type recorder struct {
	*Sink
	controller string
}

var _ events.EventRecorder = recorder{}

// New returns a sink; scheme knows the kinds of the objects.
func New(w Writer, scheme *runtime.Scheme, c clock.Clock) *Sink {
	host, _ := os.Hostname()
	return &Sink{writer: w, scheme: scheme, host: host, clock: c, queue: make(chan *corev1.Event, waiting)}
}

// Recorder returns what records the events of a controller, which is named as their reporter.
func (s *Sink) Recorder(controller string) events.EventRecorder { return recorder{s, controller} }

// Eventf implements events.EventRecorder. It does not wait.
//
//nolint:revive // argument-limit: the interface has them
func (r recorder) Eventf(regarding, related runtime.Object, eventType, reason, action, note string, args ...any) {
	event, err := r.event(regarding, related)
	if err != nil {
		ctrl.Log.WithName("events").Error(err, "Left out an event", "reason", reason)
		return
	}
	event.Type, event.Reason, event.Action, event.Message = eventType, reason, action, fmt.Sprintf(note, args...)
	select {
	case r.queue <- event:
	default:
		r.leftOut.Add(1)
	}
}

func (r recorder) event(regarding, related runtime.Object) (*corev1.Event, error) {
	about, err := reference.GetReference(r.scheme, regarding)
	if err != nil {
		return nil, fmt.Errorf("refer to the object of an event: %w", err)
	}
	var beside *corev1.ObjectReference
	if related != nil {
		if beside, err = reference.GetReference(r.scheme, related); err != nil {
			return nil, fmt.Errorf("refer to the related object of an event: %w", err)
		}
	}
	namespace := about.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	now := r.clock.Now()
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: util.GenerateEventName(about.Name, now.UnixNano()+r.sequence.Add(1))},
		EventTime:  metav1.MicroTime{Time: now}, ReportingController: r.controller, ReportingInstance: r.controller + "-" + r.host,
		// People sort by these, and events.k8s.io has them refused.
		FirstTimestamp: metav1.NewTime(now), LastTimestamp: metav1.NewTime(now), Count: 1, Source: corev1.EventSource{Component: r.controller},
		InvolvedObject: *about, Related: beside,
	}, nil
}

// Start writes events until ctx ends, and then for a moment those that wait.
func (s *Sink) Start(ctx context.Context) error {
	var group sync.WaitGroup
	for range writers {
		group.Go(func() { s.writeAll(ctx) })
	}
	group.Wait()
	return nil
}

// NeedLeaderElection lets only the leader write, as only the leader has something to report.
func (s *Sink) NeedLeaderElection() bool { return true }

func (s *Sink) writeAll(ctx context.Context) {
	for {
		select {
		case event := <-s.queue:
			s.write(ctx, event)
		case <-ctx.Done():
			s.finish(context.WithoutCancel(ctx))
			return
		}
	}
}

// finish writes what waits when the operator stops.
func (s *Sink) finish(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastWords)
	defer cancel()
	for ctx.Err() == nil {
		select {
		case event := <-s.queue:
			s.write(ctx, event)
		default:
			return
		}
	}
}

// write writes one event, and again where that may help. A panic leaves out the event.
func (s *Sink) write(ctx context.Context, event *corev1.Event) {
	defer panics.Recover("event writer", "namespace", event.Namespace, "name", event.InvolvedObject.Name, "reason", event.Reason)
	log := ctrl.Log.WithName("events")
	if n := s.leftOut.Swap(0); n > 0 {
		log.Info("Left out events: there are more than the API server takes", "count", n)
	}
	for try := 1; ; try++ {
		err := s.try(ctx, event)
		if err == nil || apierrors.IsAlreadyExists(err) {
			return
		}
		if try == tries || !mayPass(err) || ctx.Err() != nil {
			log.Error(err, "Left out an event", "namespace", event.Namespace, "name", event.InvolvedObject.Name, "reason", event.Reason)
			return
		}
		select {
		case <-s.clock.After(pause):
		case <-ctx.Done():
		}
	}
}

func (s *Sink) try(ctx context.Context, event *corev1.Event) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return s.writer.Create(ctx, event.DeepCopy())
}

// mayPass reports whether the same event may be taken later: all but what the API server has answered for good.
func mayPass(err error) bool {
	if apierrors.ReasonForError(err) == metav1.StatusReasonUnknown {
		return true
	}
	return apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) ||
		apierrors.IsServiceUnavailable(err) || apierrors.IsInternalError(err)
}
