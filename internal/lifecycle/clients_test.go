// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"
	"testing"
	"time"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/clients"
)

// checkClients asks those who read the status what they make of it.
func checkClients(t *testing.T, app *v1beta2.SparkApplication) (argo clients.Health, started bool, flux clients.Health) {
	t.Helper()
	object, err := clients.Stored(app)
	if err != nil {
		t.Fatal(err)
	}
	if argo, err = clients.ArgoCD(object); err != nil {
		t.Fatalf("Argo CD: %v: %v", err, object["status"])
	}
	started, flux = clients.AirflowStarted(object), clients.Flux(object)
	// One that cannot be read has ended, as one has whose submission is refused for good: Airflow is not to wait for
	// it.
	withoutDriver := []v1beta2.ApplicationStateType{
		v1beta2.ApplicationStateSuspending, v1beta2.ApplicationStateSuspended, v1beta2.ApplicationStateResuming, v1beta2.ApplicationStateFailed,
	}
	if app.Status.Attempt == 0 && started && !slices.Contains(withoutDriver, app.Status.AppState.State) {
		t.Fatalf("Airflow looks for a driver that was never made: %v", object["status"])
	}
	return argo, started, flux
}

// Before there is a driver the status has room for a state and no state: health checks look into it, and Airflow takes
// any state for a driver that runs.
func TestAStatusWithoutAStateSuitsItsClients(t *testing.T) {
	for name, tc := range map[string]struct {
		see       func(*Observation)
		change    func(*v1beta2.SparkApplication)
		wantState v1beta2.ApplicationStateType
	}{
		"spark-submit is queued": {see: func(o *Observation) { o.Submitting = true }},
		"a webhook is down": {see: func(o *Observation) {
			o.Delay = &SubmissionDelay{Since: start.Add(-time.Minute), Message: "the webhook is down"}
		}},
		"suspended": {
			change:    func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) },
			see:       func(o *Observation) { o.Released = true },
			wantState: v1beta2.ApplicationStateSuspended,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			if tc.change != nil {
				w.edit(tc.change)
			}
			o := w.observe()
			tc.see(&o)
			w.app.Status = Decide(o, w.policy).Status
			if w.state() != tc.wantState || len(w.app.Status.Conditions) == 0 {
				t.Fatalf("state %q, conditions %v", w.state(), w.app.Status.Conditions)
			}
			argo, started, flux := checkClients(t, w.app)
			if argo != clients.Progressing || flux != clients.Progressing || started != (tc.wantState != "") {
				t.Errorf("Argo CD says %s, Flux %s, Airflow that it has started: %t", argo, flux, started)
			}
		})
	}
}

func TestClientsSeeTheEnd(t *testing.T) {
	for name, tc := range map[string]struct {
		exitCode int32
		want     clients.Health
	}{"completed": {0, clients.Healthy}, "failed": {1, clients.Degraded}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.reconcile()
			if argo, started, flux := checkClients(t, w.app); argo != clients.Progressing || flux != clients.Progressing || started {
				t.Errorf("submitted: Argo CD says %s, Flux %s, Airflow that it has started: %t", argo, flux, started)
			}
			w.driverEnds(tc.exitCode)
			w.reconcile()
			if argo, started, flux := checkClients(t, w.app); argo != tc.want || flux != tc.want || !started {
				t.Errorf("Argo CD says %s, Flux %s, Airflow that it has started: %t; want %s", argo, flux, started, tc.want)
			}
		})
	}
}
