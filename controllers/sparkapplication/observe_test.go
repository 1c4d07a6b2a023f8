// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/fakes"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func newApp() *v1beta2.SparkApplication {
	return &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11", Generation: 1},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark"), MainClass: new("Pi"), MainApplicationFile: new("local:///pi.jar"),
		},
	}
}

// submittedApp has been submitted as often as given.
func submittedApp(attempt int64) *v1beta2.SparkApplication {
	app := newApp()
	made := identity.Of(app, attempt)
	app.Status = v1beta2.SparkApplicationStatus{
		AppState: v1beta2.ApplicationState{State: v1beta2.ApplicationStateSubmitted}, Attempt: attempt, SubmissionID: made.SubmissionID,
		SpecHash: made.SpecHash, SparkApplicationID: made.ApplicationID, DriverInfo: v1beta2.DriverInfo{PodName: made.DriverPodName},
		Attempts: []v1beta2.AttemptRecord{{Attempt: attempt, SparkApplicationID: made.ApplicationID}},
	}
	return app
}

func ownedPod(app *v1beta2.SparkApplication, attempt int64, name, role string, owner metav1.OwnerReference) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Namespace: app.Namespace, Name: name, OwnerReferences: []metav1.OwnerReference{owner},
		Labels: map[string]string{
			sparklabels.AppName: app.Name, sparklabels.SparkRole: role, sparklabels.SubmissionID: identity.SubmissionID(app, attempt),
			sparklabels.LaunchedByOperator: sparklabels.True,
		},
	}}
}

func driverPod(app *v1beta2.SparkApplication, attempt int64, name string) *corev1.Pod {
	pod := ownedPod(app, attempt, name, sparklabels.RoleDriver, *metav1.NewControllerRef(app, v1beta2.GroupVersion.WithKind("SparkApplication")))
	pod.UID = identityOfPod(pod)
	return pod
}

func identityOfPod(pod *corev1.Pod) types.UID {
	return types.UID(pod.Name + "/" + pod.Labels[sparklabels.SubmissionID])
}

func builder(objects ...client.Object) *fake.ClientBuilder {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), stored.AddToScheme(scheme)); err != nil {
		panic(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(fakes.Stored(objects...)...).WithStatusSubresource(&stored.SparkApplication{}).
		WithIndex(&corev1.Pod{}, caching.PodApplication, caching.ApplicationOfPod)
}

// reread returns the application as it is stored now.
func reread(t *testing.T, c client.Reader, app *v1beta2.SparkApplication) *v1beta2.SparkApplication {
	t.Helper()
	now, err := stored.Get(t.Context(), c, c, client.ObjectKeyFromObject(app))
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func observed(t *testing.T, r *Reconciler, app *v1beta2.SparkApplication) *lifecycle.Observation {
	t.Helper()
	obs, err := r.observe(t.Context(), client.ObjectKeyFromObject(app))
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

// After a restart the cache may begin with what an API server knew that is behind.
func TestCachedDriverOfAnEarlierAttemptIsNoAnswer(t *testing.T) {
	app := submittedApp(2)
	older, current := driverPod(app, 1, "pi-driver"), driverPod(app, 2, "pi-driver")
	for name, tc := range map[string]struct {
		cached, asked []client.Object
		want          *corev1.Pod
	}{
		"the API server has the current one": {[]client.Object{older}, []client.Object{current}, current},
		"the API server has none":            {[]client.Object{older}, nil, nil},
		"the cache has none":                 {nil, []client.Object{current}, current},
		"the cache has the current one":      {[]client.Object{current}, nil, current},
		"the cache has both":                 {[]client.Object{driverPod(app, 1, "a-driver"), current}, nil, current},
		"somebody made one like it, alone":   {[]client.Object{driverPod(app, 2, "a-driver")}, []client.Object{current}, current},
		"somebody made one like it":          {[]client.Object{driverPod(app, 2, "a-driver"), current}, nil, current},
	} {
		t.Run(name, func(t *testing.T) {
			r := &Reconciler{
				Client: builder(append(tc.cached, app)...).Build(), APIReader: builder(tc.asked...).Build(), Clock: clocktesting.NewFakePassiveClock(start),
			}
			got := observed(t, r, app).Driver
			if (got == nil) != (tc.want == nil) || got != nil && got.UID != tc.want.UID {
				t.Errorf("driver %+v, want %+v", got, tc.want)
			}
		})
	}
}

// heldUp is a driver that has been on its node for a while.
func heldUp(app *v1beta2.SparkApplication) *corev1.Pod {
	pod := driverPod(app, 1, "pi-driver")
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(start.Add(-time.Minute))},
	}}
	return pod
}

func TestEventsThatCannotBeListedHoldNothingUp(t *testing.T) {
	app := submittedApp(1)
	refused := interceptor.Funcs{List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
		return apierrors.NewForbidden(corev1.Resource("events"), "", errors.New("no"))
	}}
	r := &Reconciler{
		Client: builder(app, heldUp(app)).Build(), APIReader: builder().WithInterceptorFuncs(refused).Build(), Clock: clocktesting.NewFakePassiveClock(start),
	}
	if obs := observed(t, r, app); obs.Driver == nil || obs.Trouble != nil {
		t.Errorf("observation %+v", obs)
	}
	if got := r.known.wakeIn(client.ObjectKeyFromObject(app), time.Minute, start); got != troubleDelay {
		t.Errorf("wake in %s, want %s", got, troubleDelay)
	}
}

func TestDriverIsAskedAboutSoonWhereManyAre(t *testing.T) {
	var k knowledge
	key := client.ObjectKeyFromObject(newApp())
	answer := &lifecycle.Trouble{Reason: "FailedMount"}
	step := func(after time.Duration, wantAsk bool, wantWake time.Duration) {
		t.Helper()
		now := start.Add(after)
		if _, ask := k.shouldAsk(key, "driver", now); ask != wantAsk {
			t.Errorf("after %s: ask %t, want %t", after, ask, wantAsk)
		}
		if got := k.wakeIn(key, time.Minute, now); got != wantWake {
			t.Errorf("after %s: wake in %s, want %s", after, got, wantWake)
		}
	}
	k.of(key)
	for k.asked.TryAccept() { // Others ask.
	}
	step(0, false, troubleDelay)
	step(time.Second, false, troubleDelay-time.Second)
	k.answered(key, start, nil)
	step(time.Second, false, silenceAge-time.Second)
	k.answered(key, start, answer)
	step(time.Second, false, time.Minute)
	k.settled(key)
	if got := k.wakeIn(key, time.Minute, start); got != time.Minute {
		t.Errorf("wake in %s for a driver that is not held up", got)
	}
}

// A driver that was let go is not let go again because the cache is behind.
func TestReleasedDriverIsSeenAsReleased(t *testing.T) {
	app := submittedApp(1)
	pod := driverPod(app, 1, "pi-driver")
	pod.Finalizers = []string{"example.com/own", sparklabels.DriverEnd}
	r := &Reconciler{Client: builder(app, pod).Build(), APIReader: builder().Build(), Clock: clocktesting.NewFakePassiveClock(start)}
	if got := observed(t, r, app).Driver.Finalizers; len(got) != 2 {
		t.Fatalf("finalizers %v", got)
	}
	r.known.letGo(client.ObjectKeyFromObject(app), pod.UID)
	if diff := cmp.Diff([]string{"example.com/own"}, observed(t, r, app).Driver.Finalizers); diff != "" {
		t.Errorf("finalizers (-want +got):\n%s", diff)
	}
}

// Whatever was decided on a version that was replaced here would end in a conflict.
func TestNothingIsDecidedOnWhatWasReplacedHere(t *testing.T) {
	app := newApp()
	c := builder(app).Build()
	app = reread(t, c, app)
	newer := app.DeepCopy()
	newer.ResourceVersion += "1"
	r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start)}
	r.known.replaced(app, newer)
	result, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)})
	if err != nil || result.RequeueAfter != raceDelay {
		t.Errorf("result %+v, %v, want to look again in %s", result, err, raceDelay)
	}
	r.known.replaced(newer, newer)
	if r.known.outdated(newer) {
		t.Error("the version that is stored is taken for outdated")
	}
}
