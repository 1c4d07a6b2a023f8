// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

func TestWhatCountsAsAnAttempt(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	answers := func(code int32, reason metav1.StatusReason, message string) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reason, Message: message}}
	}
	const byPolicy = `pods "a" is forbidden: ValidatingAdmissionPolicy 'costs' with binding 'all' denied request: no`
	const byWebhook = `admission webhook "costs.example.com" denied the request: Pod "a" is invalid: no`
	const byServer = `Pod "a" is invalid: spec.containers[0].image: Required value`
	for name, tc := range map[string]struct {
		err           error
		wantPermanent bool
		wantRefusal   bool
	}{
		"an invalid application":                      {&planning.InvalidError{}, true, false},
		"one that native cannot express":              {&planning.UnsupportedError{}, true, false},
		"a foreign object in the way":                 {&apply.ConflictError{}, false, true},
		"spark-submit that failed":                    {&sparksubmit.FailedError{}, false, true},
		"a quota":                                     {apierrors.NewForbidden(pods, "a", errors.New("exceeded quota")), false, true},
		"a namespace that is gone":                    {apierrors.NewNotFound(pods, "a"), false, true},
		"an API server under load":                    {apierrors.NewTooManyRequests("later", 1), false, false},
		"an API server that fails":                    {apierrors.NewInternalError(errors.New("etcd")), false, false},
		"an API server that does not answer":          {errors.New("connection refused"), false, false},
		"a lost race":                                 {apierrors.NewConflict(pods, "a", errors.New("changed")), false, false},
		"an object that the API server finds invalid": {answers(422, metav1.StatusReasonInvalid, byServer), true, true},
		"spark-submit whose object is invalid":        {&sparksubmit.RefusedError{Code: 422, Reason: "Invalid", Message: byServer}, true, true},
		"an object that is too large":                 {answers(500, metav1.StatusReasonInternalError, "etcdserver: request is too large"), true, true},
		"a policy that answers as validation does":    {answers(422, metav1.StatusReasonInvalid, byPolicy), false, true},
		"a policy, by spark-submit":                   {&sparksubmit.RefusedError{Code: 422, Reason: "Invalid", Message: byPolicy}, false, true},
		"a webhook that answers as validation does":   {answers(422, metav1.StatusReasonInvalid, byWebhook), false, true},
		"a webhook that speaks of a conflict":         {answers(409, metav1.StatusReasonConflict, byWebhook), false, true},
		"a webhook that has too much to do":           {answers(429, metav1.StatusReasonTooManyRequests, byWebhook), false, true},
		"a webhook that says that it failed":          {answers(500, metav1.StatusReasonInternalError, byWebhook), false, true},
		"a webhook that failed, by spark-submit":      {&sparksubmit.RefusedError{Code: 500, Reason: "InternalError", Message: byWebhook}, false, true},
		"spark-submit that was refused":               {&sparksubmit.RefusedError{Code: 403, Reason: "Forbidden"}, false, true},
		"spark-submit under load":                     {&sparksubmit.RefusedError{Code: 429, Reason: "TooManyRequests"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("submit: %w", tc.err)
			if got := isPermanent(err); got != tc.wantPermanent {
				t.Errorf("isPermanent() = %v, want %v", got, tc.wantPermanent)
			}
			if got := isRefusal(err); got != tc.wantRefusal {
				t.Errorf("isRefusal() = %v, want %v", got, tc.wantRefusal)
			}
		})
	}
}

// A conflict about the application ends with its next version. Any other, such as one about a quota that many race for,
// has nobody to end the wait, and the waits grow.
func TestConflictsAboutOtherObjectsBackOff(t *testing.T) {
	for name, tc := range map[string]struct {
		err      error
		wantRace bool
	}{
		"of the application": {notNewest(newApp()), true},
		"of a quota":         {apierrors.NewConflict(schema.GroupResource{Resource: "resourcequotas"}, "small", errors.New("changed")), false},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			c := builder(app).Build()
			r := &Reconciler{
				Client: c, APIReader: c, Submitter: &submitter{err: fmt.Errorf("create Pod team/pi-driver: %w", tc.err)}, Events: events.NewFakeRecorder(10),
				Clock: clocktesting.NewFakePassiveClock(start),
			}
			result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)})
			if isRace := err == nil && result.RequeueAfter == raceDelay; isRace != tc.wantRace || !tc.wantRace && err == nil {
				t.Errorf("result %+v, %v, want a race: %t", result, err, tc.wantRace)
			}
		})
	}
}

// What Spark itself failed for was refused by nobody.
func TestReasonsOfRefusals(t *testing.T) {
	for want, err := range map[string]error{
		"SparkSubmitExited":   &sparksubmit.FailedError{Reason: sparksubmit.Exited},
		"SparkSubmitTimedOut": &sparksubmit.FailedError{Reason: sparksubmit.TimedOut},
		"RefusedByCluster":    &sparksubmit.RefusedError{Code: 403, Reason: "Forbidden"},
	} {
		if got := reasonOf(fmt.Errorf("submit: %w", err)); got != want {
			t.Errorf("%T: %s, want %s", err, got, want)
		}
	}
}
