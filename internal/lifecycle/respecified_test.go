// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// upgrade is what the status has of another release of the operator, which made hashes in another way.
func (w *world) upgrade() {
	w.app = w.app.DeepCopy()
	w.app.Status.SpecHash = "h0-0123456789abcdef"
}

// A change that waits for the next attempt is waited for by every release of the operator, and gets its attempt when
// the run is over.
func TestAPendingChangeIsNeverLostToAnotherHash(t *testing.T) {
	for name, tc := range map[string]struct {
		ends func(*world)
	}{
		"the run succeeds": {func(w *world) { w.driverEnds(0) }},
		"the run fails":    {func(w *world) { w.driverEnds(1) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(func(a *v1beta2.SparkApplication) { a.Spec.UpdatePolicy = v1beta2.UpdatePolicyNextAttempt })
			w.reconcile()
			w.driverRuns()
			w.reconcile()
			w.edit(func(a *v1beta2.SparkApplication) { a.Spec.Arguments = []string{"changed"} })
			w.reconcile()
			pending := func() bool {
				return meta.IsStatusConditionTrue(w.app.Status.Conditions, v1beta2.ConditionSpecChangePending)
			}
			if !pending() {
				t.Fatal("the change is not pending")
			}
			w.upgrade()
			for range 2 {
				if w.reconcile(); !pending() || w.state() != v1beta2.ApplicationStateRunning {
					t.Fatalf("after the upgrade: pending %t, %s", pending(), w.state())
				}
			}
			tc.ends(w)
			for range 3 {
				w.reconcile()
			}
			if len(w.submitted) != 2 || w.app.Status.SpecHash != w.attempt(2).SpecHash || pending() {
				t.Errorf("%d attempts, hash %s, pending %t; want a second of the changed spec, %s", len(w.submitted), w.app.Status.SpecHash, pending(), w.attempt(2).SpecHash)
			}
		})
	}
}

// An upgrade alone starts nothing anew.
func TestAnotherHashAloneStartsNothingAnew(t *testing.T) {
	for _, policy := range []v1beta2.UpdatePolicy{"", v1beta2.UpdatePolicyNextAttempt} {
		w := newWorld(func(a *v1beta2.SparkApplication) { a.Spec.UpdatePolicy = policy })
		w.reconcile()
		w.driverRuns()
		w.reconcile()
		w.upgrade()
		w.reconcile()
		w.driverEnds(0)
		for range 3 {
			w.reconcile()
		}
		if len(w.submitted) != 1 || w.state() != v1beta2.ApplicationStateCompleted {
			t.Errorf("policy %q: %s after %d attempts", policy, w.state(), len(w.submitted))
		}
	}
}
