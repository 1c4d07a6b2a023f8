// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

// Two controllers submit the same attempt, and the other one is faster: it stores what became of it, and cleans up
// before the slower one has made the last of its objects.
func TestObjectsOfAnAttemptThatAnotherControllerEndedAreDeleted(t *testing.T) {
	failed := func(class v1beta2.FailureClass) *v1beta2.FailureRecord {
		return &v1beta2.FailureRecord{Attempt: 1, Class: class}
	}
	for name, tc := range map[string]struct {
		end  func(*v1beta2.SparkApplicationStatus)
		want []int64
	}{
		"it has failed for good": {func(s *v1beta2.SparkApplicationStatus) {
			s.AppState.State, s.Attempt, s.LastFailure = v1beta2.ApplicationStateFailed, 1, failed(v1beta2.FailureClassSubmission)
		}, []int64{1}},
		"the next one is under way": {func(s *v1beta2.SparkApplicationStatus) {
			s.AppState.State, s.Attempt = v1beta2.ApplicationStateCompleted, 2
		}, []int64{1}},
		"it has run": {func(s *v1beta2.SparkApplicationStatus) {
			s.AppState.State, s.Attempt = v1beta2.ApplicationStateCompleted, 1
		}, nil},
		"it has run and failed": {func(s *v1beta2.SparkApplicationStatus) {
			s.AppState.State, s.Attempt, s.LastFailure = v1beta2.ApplicationStateFailed, 1, failed(v1beta2.FailureClassDriver)
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			c := builder(app).WithInterceptorFuncs(interceptor.Funcs{
				SubResourcePatch: func(_ context.Context, _ client.Client, _ string, obj client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
					return apierrors.NewConflict(applications, obj.GetName(), nil)
				},
			}).Build()
			fails := &submitter{err: apierrors.NewForbidden(applications, "pi-driver", nil)}
			r := &Reconciler{Client: c, APIReader: c, Submitter: fails, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start)}
			look := func() {
				t.Helper()
				if _, err := r.Reconcile(t.Context(), requestFor(app)); err != nil {
					t.Fatal(err)
				}
			}
			look()
			if fails.tries != 1 || fails.released != nil {
				t.Fatalf("%d submissions, released %v", fails.tries, fails.released)
			}
			app = reread(t, c, app)
			tc.end(&app.Status)
			if err := c.Status().Update(t.Context(), stored.Of(app)); err != nil {
				t.Fatal(err)
			}
			look()
			look()
			if diff := cmp.Diff(tc.want, fails.released); diff != "" {
				t.Errorf("released attempts (-want +got):\n%s", diff)
			}
		})
	}
}
