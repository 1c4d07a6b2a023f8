// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
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

// It is reported once, whether the status can be written or not, and nothing is done to it.
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
			recorder := events.NewFakeRecorder(10)
			r := &Reconciler{Client: c, APIReader: c, Events: recorder, Clock: clocktesting.NewFakePassiveClock(start), Submitter: &submitter{}}
			for range 3 {
				if result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}); err != nil || result.RequeueAfter != 0 {
					t.Fatalf("result %+v, %v", result, err)
				}
			}
			if len(recorder.Events) != 1 {
				t.Fatalf("%d events", len(recorder.Events))
			}
			if event := <-recorder.Events; !strings.Contains(event, "SparkApplicationUnreadable") || !strings.Contains(event, tc.want) {
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

// A driver is kept until its end is recorded, and that of an application that cannot be read is not while it cannot.
// Its deletion frees the driver, whatever is wrong with the application and whether its status can be written or not:
// namespaces are deleted that way.
func TestDeletingAnUnreadableApplicationFreesItsDriver(t *testing.T) {
	const running = `{"driverInfo":{"podName":"pi-driver"},"attempt":1,"submissionID":%q,"applicationState":{"state":%q,"since":"2999-01-01T00:00:00Z"},"terminationTime":"2999-01-01T00:00:00Z"}`
	for name, spec := range map[string]string{"the spec": `{"volumes":"none"}`, "the status": `{}`} {
		for _, phase := range []corev1.PodPhase{corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed} {
			for _, state := range []v1beta2.ApplicationStateType{"", v1beta2.ApplicationStateSubmitted, v1beta2.ApplicationStateRunning, v1beta2.ApplicationStateFailed, "PAUSED"} {
				for _, refuses := range []bool{false, true} {
					for _, finalizer := range []string{"example.com/keeps", metav1.FinalizerDeleteDependents, metav1.FinalizerOrphanDependents} {
						t.Run(fmt.Sprintf("%s/driver %s/state %q/refused %t/%s", name, phase, state, refuses, finalizer), func(t *testing.T) {
							status := fmt.Sprintf(running, identity.SubmissionID(newApp(), 1), state)
							if name == "the status" {
								status = `{"executionAttempts":3000000000,` + status[1:]
							}
							object := unreadable(t, spec, status)
							object.Finalizers, object.DeletionTimestamp = []string{finalizer}, new(metav1.NewTime(start))
							pod := driverPod(newApp(), 1, "pi-driver")
							pod.Finalizers, pod.Status.Phase = []string{sparklabels.DriverEnd}, phase
							c := builder(object, pod).WithInterceptorFuncs(unreadableServer(object, refuses)).Build()
							r := &Reconciler{
								Client: c, APIReader: c, Events: events.NewFakeRecorder(100), Clock: clocktesting.NewFakePassiveClock(start), Submitter: &submitter{},
							}
							for range 3 {
								if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(object)}); err != nil {
									t.Fatal(err)
								}
							}
							now := &corev1.Pod{}
							if err := c.Get(t.Context(), client.ObjectKeyFromObject(pod), now); client.IgnoreNotFound(err) != nil {
								t.Fatal(err)
							}
							if len(now.Finalizers) > 0 {
								t.Errorf("the driver has finalizers %v", now.Finalizers)
							}
						})
					}
				}
			}
		}
	}
}

// unreadableServer keeps an object that the fake API server would not.
func unreadableServer(object *stored.SparkApplication, refuses bool) interceptor.Funcs {
	return interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			switch into := into.(type) {
			case *stored.SparkApplication:
				object.DeepCopyInto(into)
				return nil
			case *metav1.PartialObjectMetadata:
				into.ObjectMeta = *object.ObjectMeta.DeepCopy()
				return nil
			}
			return c.Get(ctx, key, into, opts...)
		},
		SubResourcePatch: func(_ context.Context, _ client.Client, _ string, o client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
			if refuses {
				return apierrors.NewInvalid(v1beta2.GroupVersion.WithKind("SparkApplication").GroupKind(), o.GetName(), nil)
			}
			return nil
		},
	}
}

// A problem that comes back after it was mended is reported again; while it stays it is not.
func TestAProblemThatComesBackIsReportedAgain(t *testing.T) {
	broken, mended := unreadable(t, `{"volumes":"none"}`, `{}`), stored.Of(newApp())
	mended.Spec.Suspend = new(true)
	now := broken
	c := builder(broken).WithInterceptorFuncs(interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			if app, isApp := into.(*stored.SparkApplication); isApp {
				now.DeepCopyInto(app)
				return nil
			}
			return c.Get(ctx, key, into, opts...)
		},
		SubResourcePatch: func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
			return nil
		},
	}).Build()
	recorder := events.NewFakeRecorder(20)
	r := &Reconciler{Client: c, APIReader: c, Events: recorder, Clock: clocktesting.NewFakePassiveClock(start), Submitter: &submitter{}}
	for i, step := range []struct {
		object *stored.SparkApplication
		want   int
	}{{broken, 1}, {broken, 0}, {mended, 0}, {broken, 1}} {
		now = step.object
		if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(broken)}); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		got := 0
		for len(recorder.Events) > 0 {
			if strings.Contains(<-recorder.Events, "SparkApplicationUnreadable") {
				got++
			}
		}
		if got != step.want {
			t.Errorf("step %d: %d events, want %d", i, got, step.want)
		}
	}
}

// An application that is deleted while its submission is queued is no error: the cache is to say so in a moment.
func TestAnApplicationThatIsGoneIsNoError(t *testing.T) {
	app := newApp()
	c := builder(app).Build()
	r := &Reconciler{Client: c, APIReader: builder().Build(), Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start), Submitter: &submitter{}}
	if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
		t.Error(err)
	}
}
