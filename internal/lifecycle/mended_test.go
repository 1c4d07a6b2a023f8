// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A label or annotation of the application may be what its submission was refused for: once it is changed, the
// application is submitted again, as after a change of its spec. Nothing else looks at them, least of all a run.
func TestMendedMetadata(t *testing.T) {
	type state = v1beta2.ApplicationStateType
	const invalidating = v1beta2.ApplicationStateInvalidating
	label := func(a *v1beta2.SparkApplication) { a.Labels = map[string]string{"team": "a"} }
	mode := func(a *v1beta2.SparkApplication) {
		a.Annotations = map[string]string{sparklabels.SubmissionMode: "Native"}
	}
	refusedFor := func(permanent bool) func(*world) {
		return func(w *world) {
			w.refuse, w.permanent = errQuota, permanent
			w.reconcile()
			w.refuse, w.permanent = nil, false
		}
	}
	ran := func(exitCode int32) func(*world) {
		return func(w *world) {
			w.reconcile()
			w.driverRuns()
			w.reconcile()
			if exitCode >= 0 {
				w.driverEnds(exitCode)
				w.reconcile()
			}
		}
	}
	for name, tc := range map[string]struct {
		policy func(*v1beta2.SparkApplication)
		play   func(*world)
		mend   func(*v1beta2.SparkApplication)
		want   []state
	}{
		"the label of an application that was refused for good": {
			play: refusedFor(true), mend: label, want: []state{invalidating, rerun, submitted}},
		"the annotation of an application that was refused for good": {
			play: refusedFor(true), mend: mode, want: []state{invalidating, rerun, submitted}},
		"the label of an application that has no retry left": {
			play: refusedFor(false), mend: label, want: []state{invalidating, rerun, submitted}},
		"the label of an application that waits for a retry": {
			policy: retries(3), play: refusedFor(false), mend: label, want: []state{invalidating, rerun, submitted}},
		"nothing": {
			play: refusedFor(true), mend: func(*v1beta2.SparkApplication) {}},
		"an annotation that is not the operator's": {
			play: refusedFor(true), mend: func(a *v1beta2.SparkApplication) { a.Annotations = map[string]string{"example.com/seen": "now"} }},
		"the label of an application that was refused by an operator that noted nothing": {
			play: func(w *world) {
				refusedFor(true)(w)
				w.app.Status.LastFailure.MetadataHash = ""
			}, mend: label},
		"the label of a run":                    {play: ran(-1), mend: label},
		"the label of a run that has failed":    {play: ran(1), mend: label},
		"the label of a run that has completed": {play: ran(0), mend: label},
		"the label of a run that follows a refused submission": {
			policy: retries(3), play: func(w *world) {
				refusedFor(false)(w)
				w.now = w.now.Add(time.Minute)
				ran(-1)(w)
			}, mend: label},
		"the label of an application that is suspended": {
			play: func(w *world) {
				refusedFor(true)(w)
				w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) })
				w.reconcile()
			}, mend: label, want: []state{v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if tc.policy != nil {
				tc.policy(w.app)
			}
			tc.play(w)
			w.passed = nil
			w.app = w.app.DeepCopy()
			tc.mend(w.app)
			w.reconcile()
			w.reconcile()
			if diff := cmp.Diff(tc.want, w.passed); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever mends in vain gets one event about that, and nothing goes round.
func TestMendedInVain(t *testing.T) {
	w := newWorld()
	w.refuse, w.permanent = errQuota, true
	w.reconcile()
	w.emitted = nil
	w.app = w.app.DeepCopy()
	w.app.Labels = map[string]string{"team": "a"}
	for range 5 {
		w.reconcile()
	}
	want := []string{"SparkApplicationPendingRerun", "SparkApplicationSubmissionFailed", "SparkApplicationFailed"}
	if diff := cmp.Diff(want, w.emitted); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
