// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// In a namespace that is not served any more a deleted driver goes in the end, and not before an operator that serves
// it has had the time to look.
func TestDriversOfANamespaceThatIsNotServedGo(t *testing.T) {
	for name, tc := range map[string]struct {
		deletedFor    time.Duration
		appDeleted    bool
		wantHeld      bool
		wantLookAgain time.Duration
	}{
		"one that runs":                                   {wantHeld: true},
		"one that was deleted just now":                   {deletedFor: time.Minute, wantHeld: true, wantLookAgain: 4 * time.Minute},
		"one that nobody has recorded":                    {deletedFor: 5 * time.Minute},
		"one that was deleted with its application":       {deletedFor: time.Second, appDeleted: true},
		"one that runs, and its application is held":      {appDeleted: true, wantHeld: true},
		"one that nobody has recorded for a day and more": {deletedFor: 25 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			app := submittedApp(1)
			if tc.appDeleted {
				app.DeletionTimestamp, app.Finalizers = new(metav1.NewTime(start)), []string{metav1.FinalizerDeleteDependents}
			}
			pod := driverPod(app, 1, "pi-driver")
			pod.Finalizers = []string{sparklabels.DriverEnd}
			if tc.deletedFor > 0 {
				pod.DeletionTimestamp = new(metav1.NewTime(start.Add(-tc.deletedFor)))
			}
			c := builder(app, pod).Build()
			r := &Reconciler{Client: c, APIReader: c, Clock: clocktesting.NewFakePassiveClock(start)}
			got, err := r.RemoveFinalizers(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)})
			if err != nil || got.RequeueAfter != tc.wantLookAgain {
				t.Errorf("result %+v, %v, want to look again in %s", got, err, tc.wantLookAgain)
			}
			err = c.Get(t.Context(), client.ObjectKeyFromObject(pod), pod)
			if tc.wantHeld && (err != nil || !apply.Held(pod)) || !tc.wantHeld && !apierrors.IsNotFound(err) {
				t.Errorf("pod: %v, finalizers %v", err, pod.Finalizers)
			}
		})
	}
}
