// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/fallback"
)

// What native submission cannot express goes by spark-submit, and says so in an event and a condition. Where no Spark
// is packaged, it fails immediately and says what to do.
func TestWhatNativeCannotExpress(t *testing.T) {
	packaged := newNamespace(t)
	startControllerWith(t, packaged, sparksubmit.Options{Home: fakeSpark(t, "exit 7"), Dir: t.TempDir()})
	bare := newNamespace(t)
	startController(t, bare)
	for i, need := range fallback.Needs() {
		for _, ns := range []string{packaged, bare} {
			app := newApplication(ns, need.Change)
			app.Name = fmt.Sprintf("pi-%d", i)
			create(t, app)
			until(t, app, v1beta2.ApplicationStateFailed)
			notice := "Submitting by spark-submit: native submission does not support " + need.Field
			c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionNativeSubmission)
			if c == nil || c.Status != metav1.ConditionFalse || !strings.HasPrefix(c.Message, notice) {
				t.Errorf("%s: condition %+v, want %q", need.Name, c, notice)
			}
			hasEvent(t, app, "SparkApplicationSubmissionFallback", notice)
			message := app.Status.AppState.ErrorMessage
			if ns == bare && (!strings.Contains(message, notice) || !strings.Contains(message, "run the controller image that packages Spark")) {
				t.Errorf("%s: without Spark: %s", need.Name, message)
			}
			if got := app.Status.SubmissionAttempts; got != 1 {
				t.Errorf("%s: %d submissions", need.Name, got)
			}
		}
	}
}

func hasEvent(t *testing.T, app *v1beta2.SparkApplication, reason, note string) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		list := &eventsv1.EventList{}
		return api.List(ctx, list, client.InNamespace(app.Namespace)) == nil && slices.ContainsFunc(list.Items, func(e eventsv1.Event) bool {
			return e.Regarding.UID == app.UID && e.Reason == reason && strings.HasPrefix(e.Note, note)
		})
	}, func() string { return fmt.Sprintf("event %s of %s: %s", reason, app.Name, note) })
}
