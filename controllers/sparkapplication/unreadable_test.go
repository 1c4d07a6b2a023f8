// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

// unreadable returns an application whose spec and status are given as JSON.
func unreadable(t *testing.T, spec, status string) *stored.SparkApplication {
	t.Helper()
	app := newApp()
	object := &stored.SparkApplication{}
	document := fmt.Appendf(nil, `{"metadata":{"namespace":%q,"name":%q,"uid":%q,"generation":1},"spec":%s,"status":%s}`, app.Namespace, app.Name, app.UID, spec, status)
	if err := json.Unmarshal(document, object); err != nil {
		t.Fatal(err)
	}
	return object
}

// It is told of whether the status can be written or not, once, and nothing is done to it: its submitter is none.
func TestAnUnreadableApplicationIsReported(t *testing.T) {
	const field = `spec.volumes: "none": write a list`
	for name, tc := range map[string]struct {
		spec, status string
		refuses      bool
		want         string
		// wantState is empty where no status is to be written.
		wantState v1beta2.ApplicationStateType
	}{
		"a new one fails":                      {`{"volumes":"none"}`, `{}`, false, field, v1beta2.ApplicationStateFailed},
		"one that runs goes on":                {`{"volumes":"none"}`, `{"driverInfo":{},"attempt":1,"applicationState":{"state":"RUNNING"}}`, false, field, v1beta2.ApplicationStateRunning},
		"no status can be written":             {`{"volumes":"none"}`, `{}`, true, field, ""},
		"what is not known is not overwritten": {`{}`, `{"executionAttempts":3000000000}`, false, "status.executionAttempts: 3000000000", ""},
	} {
		t.Run(name, func(t *testing.T) {
			object := unreadable(t, tc.spec, tc.status)
			written := 0
			c := builder(object).WithInterceptorFuncs(interceptor.Funcs{
				Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
					if app, isApp := into.(*stored.SparkApplication); isApp && strings.HasPrefix(tc.want, "status") {
						object.DeepCopyInto(app) // The fake API server itself would not keep such a status.
						return nil
					}
					return c.Get(ctx, key, into, opts...)
				},
				SubResourcePatch: func(ctx context.Context, c client.Client, _ string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
					if tc.refuses {
						return apierrors.NewInvalid(v1beta2.GroupVersion.WithKind("SparkApplication").GroupKind(), o.GetName(), nil)
					}
					written++
					return c.Status().Patch(ctx, o, p, opts...)
				},
			}).Build()
			told := events.NewFakeRecorder(10)
			r := &Reconciler{Client: c, APIReader: c, Events: told, Clock: clocktesting.NewFakePassiveClock(start), Submitter: &submitter{}}
			for range 3 {
				if result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}); err != nil || result.RequeueAfter != 0 {
					t.Fatalf("result %+v, %v", result, err)
				}
			}
			if len(told.Events) != 1 {
				t.Fatalf("%d events", len(told.Events))
			}
			if event := <-told.Events; !strings.Contains(event, "SparkApplicationUnreadable") || !strings.Contains(event, tc.want) {
				t.Errorf("event %s", event)
			}
			now := &stored.SparkApplication{}
			if err := c.Get(t.Context(), client.ObjectKeyFromObject(object), now); err != nil {
				t.Fatal(err)
			}
			if tc.wantState == "" {
				if written > 0 || len(now.Status.Conditions) > 0 {
					t.Errorf("wrote %d times: %+v", written, now.Status)
				}
				return
			}
			said := meta.FindStatusCondition(now.Status.Conditions, v1beta2.ConditionUnreadable)
			if written != 1 || said == nil || said.Message != tc.want || now.Status.AppState.State != tc.wantState {
				t.Errorf("wrote %d times, status %+v", written, now.Status)
			}
		})
	}
}
