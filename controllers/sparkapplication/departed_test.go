// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/event"
)

var pi = types.NamespacedName{Namespace: "default", Name: "pi"}

// How an executor was when it went is known to whoever looks next, and forgotten soon.
func TestHowExecutorsWentIsRememberedForAWhile(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	k := &departures{}
	events := podEvents{func(key types.NamespacedName, pod *corev1.Pod) { k.left(key, pod, now) }}
	inQueue(t, gatherDelay, func(q queue) {
		events.Delete(t.Context(), event.DeleteEvent{Object: podOf("pi", "executor")}, q)
		events.Delete(t.Context(), event.DeleteEvent{Object: podOf("pi", "driver")}, q)
		events.Delete(t.Context(), event.DeleteEvent{Object: podOf("", "executor")}, q)
	})
	if got := k.lately(pi, now.Add(departedAge-1)); len(got) != 1 || got[0].Name != "pi-executor" {
		t.Errorf("remembered: %v, want the executor", got)
	}
	if got := k.lately(pi, now.Add(departedAge)); got != nil || k.Len() != 0 {
		t.Errorf("after a while: %v", got)
	}
	for i := range 2 * maxDeparted {
		k.left(pi, podOf(fmt.Sprint(i), "executor"), now)
	}
	if got := len(k.lately(pi, now)); got != maxDeparted {
		t.Errorf("%d are remembered, want at most %d", got, maxDeparted)
	}
	other := types.NamespacedName{Namespace: "default", Name: "other"}
	if got := k.lately(other, now); got != nil || k.Len() != 1 {
		t.Errorf("of another application: %v", got)
	}
}

func TestEndsAreKnownSinceTheyWereSeenFirst(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	k, app := &executorEnds{}, newApp()
	k.seenSince(app, []string{"a", "b"}, now)
	k.seenSince(app, []string{"a"}, now.Add(time.Second))
	got := k.seenSince(app, []string{"a", "b"}, now.Add(2*time.Second))
	if len(got) != 2 || !got["a"].Equal(now) || !got["b"].Equal(now.Add(2*time.Second)) {
		t.Errorf("seen since %v", got)
	}
	if got := k.seenSince(app, nil, now); got != nil || k.Len() != 0 {
		t.Errorf("nothing is to be known, and is: %v", got)
	}
}
