// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Whose a foreign object is. One that is disguised has the labels of ours.
const (
	nobodys   = "nobody's"
	anothers  = "another application's"
	disguised = "nobody's in disguise"
)

// TestForeignObjectsAreLeftAlone puts an object of somebody else's in the way of each object that a submission makes.
// It is neither adopted nor changed nor deleted, the application says what is in the way, and runs once it is gone.
func TestForeignObjectsAreLeftAlone(t *testing.T) {
	for _, mode := range modes {
		for kind := range obstacles(mode, newApplication("", appName)) {
			for _, whose := range []string{nobodys, anothers, disguised} {
				t.Run(fmt.Sprintf("%s/%s/%s", mode, kind, whose), func(t *testing.T) {
					t.Parallel()
					obstruct(t, mode, kind, whose)
				})
			}
		}
	}
}

// labelsOf are those of the objects of the first attempt.
func labelsOf(app *v1beta2.SparkApplication) map[string]string {
	return map[string]string{
		sparklabels.AppName: app.Name, sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.SparkRole: sparklabels.RoleDriver,
		sparklabels.SubmissionID: identity.Of(app, 1).SubmissionID,
	}
}

// obstacles are objects of the names that the first attempt wants, by what they are in the way of. spark-submit draws
// most of its names.
func obstacles(mode configv1alpha1.SubmissionMode, app *v1beta2.SparkApplication) map[string]client.Object {
	container := corev1.Container{Name: sparklabels.DriverContainer, Image: "busybox"}
	all := map[string]client.Object{
		"driver pod": &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: app.Name + "-driver"}, Spec: corev1.PodSpec{Containers: []corev1.Container{container}}},
	}
	if mode == configv1alpha1.SubmissionNative {
		maps.Copy(all, rendered(app))
	}
	return all
}

// rendered are the objects that native submission makes for the first attempt, less what is in them.
func rendered(app *v1beta2.SparkApplication) map[string]client.Object {
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		panic(err)
	}
	objects, err := plan.Render()
	if err != nil {
		panic(err)
	}
	return map[string]client.Object{
		"ConfigMap":             &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: objects.ConfigMap.Name}},
		"ConfigMap of template": &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: objects.TemplateConfigMap.Name}},
		"Service": &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: objects.Service.Name}, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
		},
	}
}

// obstruct does a first run with a foreign object in the way until a submission has failed, and then without it. What
// is in the way must be there before the submission, and its name follows from the application's UID: the application
// begins suspended.
func obstruct(t *testing.T, mode configv1alpha1.SubmissionMode, kind, whose string) {
	t.Helper()
	const other = "other"
	s := scenario{name: "obstructed", change: func(app *v1beta2.SparkApplication) {
		app.Spec.RestartPolicy.OnSubmissionFailureRetries = new(int32(9))
		app.Spec.RestartPolicy.OnSubmissionFailureRetryInterval = new(int64(3))
		app.Spec.Suspend = new(true)
	}}
	s.script = func(ctx context.Context, tr *world) error {
		tr.allow(appName, 1)
		err := tr.steps(ctx, tr.submit(appName), tr.submit(other),
			tr.until(appName, v1beta2.ApplicationStateSuspended, 0), tr.until(other, v1beta2.ApplicationStateSuspended, 0))
		if err != nil {
			return err
		}
		var app, owner *v1beta2.SparkApplication
		tr.Locked(func() { app, owner = tr.app(appName), tr.app(other) })
		object := obstacles(mode, app)[kind]
		object.SetNamespace(tr.Namespace)
		switch whose {
		case anothers:
			object.SetOwnerReferences([]metav1.OwnerReference{*metav1.NewControllerRef(owner, v1beta2.GroupVersion.WithKind("SparkApplication"))})
		case disguised:
			object.SetLabels(labelsOf(app))
		}
		if err := tr.API.Create(ctx, object); err != nil {
			return err
		}
		return tr.steps(ctx, tr.patch(`{"spec":{"suspend":false}}`),
			tr.until(appName, v1beta2.ApplicationStateFailedSubmission, 0), tr.says(object), tr.unchanged(object),
			func(ctx context.Context) error { return tr.API.Delete(ctx, object, client.GracePeriodSeconds(0)) },
			tr.until(appName, v1beta2.ApplicationStateCompleted, 1), tr.destroy(other), tr.gone(other))
	}
	got, err := newTrial(shared, mode, s).Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	is, _ := got.Counters.(counters)
	if is.Executions != 1 || is.Submissions < 2 || is.Attempt != int64(is.Submissions) {
		t.Errorf("counters %+v", is)
	}
}

// TestForeignExecutorIsLeftAlone gives a foreign pod every label of an executor, which anybody can read: it is neither
// reported, nor waited for, nor deleted with the run.
func TestForeignExecutorIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := scenario{name: "foreign executor", exitCodes: []int32{1}, change: func(app *v1beta2.SparkApplication) {
		app.Spec.Timeouts = &v1beta2.Timeouts{ExecutorsEndSeconds: new(int64(1))}
		app.Spec.RestartPolicy.OnFailureRetries = new(int32(1))
		app.Spec.RestartPolicy.OnFailureRetryInterval = new(int64(1))
	}}
	s.script = func(ctx context.Context, tr *world) error {
		if err := tr.steps(ctx, tr.submit(appName), tr.untilRunning(1)); err != nil {
			return err
		}
		var foreign *corev1.Pod
		tr.Locked(func() { foreign = executorOf(tr.podsOf(appName, sparklabels.RoleDriver)[0]) })
		foreign.Name, foreign.OwnerReferences = "foreign", nil
		if err := tr.API.Create(ctx, foreign); err != nil {
			return err
		}
		err := tr.steps(ctx, tr.release(1), tr.untilRunning(2), tr.patch(`{"spec":{"suspend":true}}`),
			tr.until(appName, v1beta2.ApplicationStateSuspended, 2), tr.unchanged(foreign))
		if err != nil {
			return err
		}
		return tr.API.Delete(ctx, foreign, client.GracePeriodSeconds(0))
	}
	if _, err := newTrial(shared, configv1alpha1.SubmissionNative, s).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// says waits until status and events name the object that is in the way.
func (t *world) says(object client.Object) step {
	return func(ctx context.Context) error {
		err := t.Await(ctx, "the status to name "+object.GetName(), func() bool {
			app := t.app(appName)
			if app == nil || app.Status.LastFailure == nil {
				return false
			}
			failure := app.Status.LastFailure
			return failure.Class == v1beta2.FailureClassSubmission && strings.Contains(failure.Message, object.GetName())
		})
		if err != nil {
			return err
		}
		return t.Poll(ctx, "an event that names "+object.GetName(), func() bool {
			emitted := &eventsv1.EventList{}
			if t.API.List(ctx, emitted, client.InNamespace(t.Namespace)) != nil {
				return false
			}
			for i := range emitted.Items {
				if emitted.Items[i].Type == corev1.EventTypeWarning && strings.Contains(emitted.Items[i].Note, object.GetName()) {
					return true
				}
			}
			return false
		})
	}
}

// unchanged fails if the object is not as it was made, but for what the kubelet wrote.
func (t *world) unchanged(object client.Object) step {
	return func(ctx context.Context) error {
		now, ok := object.DeepCopyObject().(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", object)
		}
		err := t.API.Get(ctx, client.ObjectKeyFromObject(object), now)
		if apierrors.IsNotFound(err) || err == nil && now.GetUID() != object.GetUID() {
			return fmt.Errorf("%T %s was deleted", object, object.GetName())
		}
		if err != nil {
			return err
		}
		if now.GetDeletionTimestamp() != nil {
			return fmt.Errorf("%T %s is being deleted", object, object.GetName())
		}
		was, is := metaOf(object), metaOf(now)
		if diff := cmp.Diff(was, is); diff != "" {
			return fmt.Errorf("%T %s was changed (-was +is):\n%s", object, object.GetName(), diff)
		}
		return nil
	}
}

// metaOf is what adopting an object would change.
func metaOf(object client.Object) any {
	return []any{object.GetLabels(), object.GetAnnotations(), object.GetOwnerReferences(), object.GetFinalizers()}
}
