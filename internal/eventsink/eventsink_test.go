// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package eventsink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/panics"
)

// server is an API server that takes events.
type server struct {
	mu     sync.Mutex
	events []*corev1.Event
	calls  int
	// refuse returns the answer to a call, counted from 1.
	refuse func(call int) error
}

func (s *server) Create(_ context.Context, object client.Object, _ ...client.CreateOption) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.refuse != nil {
		if err := s.refuse(s.calls); err != nil {
			return err
		}
	}
	s.events = append(s.events, object.(*corev1.Event))
	return nil
}

var pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi", UID: "1", ResourceVersion: "7"}}

// recorded returns what a server has taken when the time is over.
func recorded(t *testing.T, s *server, wait time.Duration, emit func(events.EventRecorder)) []*corev1.Event {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		defer cancel()
		sink := New(s, scheme.Scheme, clock.RealClock{})
		r := sink.Recorder("tester")
		emit(r)
		if err := sink.Start(ctx); err != nil {
			t.Error(err)
		}
	})
	return s.events
}

func TestAnEventNamesWhatItIsAbout(t *testing.T) {
	got := recorded(t, &server{}, 0, func(r events.EventRecorder) {
		r.Eventf(pod, nil, corev1.EventTypeWarning, "Lost", "Observe", "%d of %d", 1, 2)
	})
	want := []*corev1.Event{{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default"}, ReportingController: "tester",
		Type: corev1.EventTypeWarning, Reason: "Lost", Action: "Observe", Message: "1 of 2",
		Count: 1, Source: corev1.EventSource{Component: "tester"},
		InvolvedObject: corev1.ObjectReference{Kind: "Pod", APIVersion: "v1", Namespace: "default", Name: "pi", UID: "1", ResourceVersion: "7"},
	}}
	ignored := []cmp.Option{
		cmpopts.IgnoreFields(metav1.ObjectMeta{}, "Name"), cmpopts.IgnoreFields(corev1.Event{}, "EventTime", "FirstTimestamp", "LastTimestamp", "ReportingInstance"),
	}
	if diff := cmp.Diff(want, got, ignored...); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// kubectl get events --sort-by=.lastTimestamp puts events without one in front of all others.
func TestEventsHaveTheTimesThatPeopleSortBy(t *testing.T) {
	got := recorded(t, &server{}, 0, func(r events.EventRecorder) { r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "c") })
	for _, event := range got {
		if at := event.EventTime.Time; at.IsZero() || !event.FirstTimestamp.Time.Equal(at) || !event.LastTimestamp.Time.Equal(at) {
			t.Errorf("eventTime %s, firstTimestamp %s, lastTimestamp %s", event.EventTime, event.FirstTimestamp, event.LastTimestamp)
		}
	}
	if len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
}

func TestEventsOfOneMomentHaveNamesOfTheirOwn(t *testing.T) {
	names := map[string]bool{}
	for _, event := range recorded(t, &server{}, 0, func(r events.EventRecorder) {
		for range 100 {
			r.Eventf(pod, nil, corev1.EventTypeNormal, "Same", "Observe", "same")
		}
	}) {
		names[event.Name] = true
	}
	if len(names) != 100 {
		t.Errorf("100 events have %d names", len(names))
	}
}

func TestEventsAreWrittenAgainOnlyWhereThatMayHelp(t *testing.T) {
	resource := corev1.Resource("events")
	for name, tc := range map[string]struct {
		err       error
		wantCalls int
	}{
		"no connection":               {errors.New("connection refused"), tries},
		"an overloaded API server":    {apierrors.NewTooManyRequests("later", 1), tries},
		"a namespace that is going":   {apierrors.NewForbidden(resource, "pi", errors.New("terminating")), 1},
		"an event that is there":      {apierrors.NewAlreadyExists(resource, "pi"), 1},
		"an event that is not proper": {apierrors.NewBadRequest("note"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{refuse: func(int) error { return tc.err }}
			recorded(t, s, time.Minute, func(r events.EventRecorder) { r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "c") })
			if s.calls != tc.wantCalls {
				t.Errorf("%d calls, want %d", s.calls, tc.wantCalls)
			}
		})
	}
}

func TestAnEventIsWrittenWhenTheAPIServerIsBack(t *testing.T) {
	s := &server{refuse: func(call int) error {
		if call < tries {
			return errors.New("connection refused")
		}
		return nil
	}}
	if got := recorded(t, s, time.Minute, func(r events.EventRecorder) { r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "c") }); len(got) != 1 {
		t.Errorf("%d events, want 1", len(got))
	}
}

// Whoever records is never held up, and what waits is bounded.
func TestTooManyEventsAreLeftOut(t *testing.T) {
	sink := New(&server{}, scheme.Scheme, clock.RealClock{})
	r := sink.Recorder("tester")
	for i := range waiting + 5 {
		r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "%s", fmt.Sprint(i))
	}
	if got := sink.leftOut.Load(); got != 5 {
		t.Errorf("%d events left out, want 5", got)
	}
}

func TestWhatWaitsIsWrittenWhenTheOperatorStops(t *testing.T) {
	s := &server{}
	sink := New(s, scheme.Scheme, clock.RealClock{})
	r := sink.Recorder("tester")
	for range 50 {
		r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "c")
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sink.Start(stopped); err != nil {
		t.Fatal(err)
	}
	if len(s.events) != 50 {
		t.Errorf("%d events written, want 50", len(s.events))
	}
}

func TestAnObjectOfAnUnknownKindIsNoCatastrophe(t *testing.T) {
	type stranger struct{ corev1.Pod }
	got := recorded(t, &server{}, 0, func(r events.EventRecorder) { r.Eventf(&stranger{}, nil, corev1.EventTypeNormal, "A", "B", "c") })
	if len(got) != 0 {
		t.Errorf("events %v, want none", got)
	}
}

// An event that makes the writer panic is left out, and the others are written.
func TestAnEventThatPanicsStopsNoOther(t *testing.T) {
	s := &server{refuse: func(call int) error {
		if call <= writers {
			panic("spoilt")
		}
		return nil
	}}
	before := panics.Caught()
	got := recorded(t, s, time.Minute, func(r events.EventRecorder) {
		for range writers + 3 {
			r.Eventf(pod, nil, corev1.EventTypeNormal, "A", "B", "c")
		}
	})
	if n := panics.Caught() - before; len(got) != 3 || n != writers {
		t.Errorf("%d events were written, want 3; %d panics were counted, want %d", len(got), n, writers)
	}
}
