// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	appbuilder "github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/fakes"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func newApp() *v1beta2.SparkApplication {
	return appbuilder.Stored("team", "pi", func(app *v1beta2.SparkApplication) { app.Generation = 1 })
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
	obs, _, err := r.observe(t.Context(), client.ObjectKeyFromObject(app))
	if err != nil {
		t.Fatal(err)
	}
	return obs
}

// After a restart the cache may begin with what a stale API server knew.
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
	if got := r.known.events.wakeIn(app, time.Minute, start); got != troubleDelay {
		t.Errorf("wake in %s, want %s", got, troubleDelay)
	}
}

func TestDriverIsAskedAboutSoonWhereManyAre(t *testing.T) {
	var k driverEvents
	app := newApp()
	answer := &lifecycle.Trouble{Reason: "FailedMount"}
	step := func(after time.Duration, wantAsk bool, wantWake time.Duration) {
		t.Helper()
		now := start.Add(after)
		if _, ask := k.shouldAsk(app, "driver", false, now); ask != wantAsk {
			t.Errorf("after %s: ask %t, want %t", after, ask, wantAsk)
		}
		if got := k.wakeIn(app, time.Minute, now); got != wantWake {
			t.Errorf("after %s: wake in %s, want %s", after, got, wantWake)
		}
	}
	for range troubleBurst { // Others ask.
		k.allowed.take(troubleRate, troubleBurst)
	}
	step(0, false, troubleDelay)
	step(time.Second, false, troubleDelay-time.Second)
	k.answered(app, start, nil)
	step(time.Second, false, silenceAge-time.Second)
	k.answered(app, start, answer)
	step(time.Second, false, time.Minute)
	k.settled(app)
	if got := k.wakeIn(app, time.Minute, start); got != time.Minute {
		t.Errorf("wake in %s for a driver that is not held up", got)
	}
}

// What was written to a pod is not written again because the cache is stale, whoever's pod it is. What the cache does
// not show for too long is: the cluster was restored from a backup, and has lost it.
func TestPodsAreNotWrittenAgainWhileTheCacheIsStale(t *testing.T) {
	for name, uid := range map[string]types.UID{"own driver": newApp().UID, "driver of a predecessor": "before"} {
		t.Run(name, func(t *testing.T) {
			app := submittedApp(1)
			app.DeletionTimestamp, app.Finalizers = new(metav1.NewTime(start)), []string{"example.com/own"}
			owner := app.DeepCopy()
			owner.UID = uid
			pod := driverPod(owner, 1, "pi-driver")
			pod.Status.Phase = corev1.PodRunning
			pod.Finalizers = []string{"example.com/own", sparklabels.DriverEnd}
			var writes []string
			count := interceptor.Funcs{
				Patch: func(_ context.Context, _ client.WithWatch, obj client.Object, _ client.Patch, _ ...client.PatchOption) error {
					writes = append(writes, fmt.Sprintf("patch %s", obj.GetName()))
					return nil
				},
				Delete: func(_ context.Context, _ client.WithWatch, obj client.Object, _ ...client.DeleteOption) error {
					writes = append(writes, fmt.Sprintf("delete %s", obj.GetName()))
					return nil
				},
				SubResourcePatch: func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
					return nil
				},
			}
			stale := builder(app, pod).WithInterceptorFuncs(count).Build()
			clock := clocktesting.NewFakePassiveClock(start)
			r := &Reconciler{Client: stale, APIReader: builder(app, pod).Build(), Submitter: &submitter{}, Events: events.NewFakeRecorder(100), Clock: clock}
			look := func() {
				t.Helper()
				if _, err := r.Reconcile(t.Context(), requestFor(app)); err != nil {
					t.Fatal(err)
				}
			}
			once := []string{"delete pi-driver", "patch pi-driver"}
			look()
			look()
			if diff := cmp.Diff(once, writes); diff != "" {
				t.Fatalf("writes (-want +got):\n%s", diff)
			}
			clock.SetTime(start.Add(staleness.Patience))
			look()
			if diff := cmp.Diff(slices.Concat(once, once), writes); diff != "" {
				t.Errorf("writes after the cache has been stale for too long (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever was decided on a version that was replaced here would end in a conflict. Where the cache does not catch up
// the API server is asked: nothing waits for ever.
func TestNothingIsDecidedOnWhatWasReplacedHere(t *testing.T) {
	app := newApp()
	c, api := builder(app).Build(), builder(app).Build()
	app = reread(t, c, app)
	newer := app.DeepCopy()
	newer.ResourceVersion += "1"
	clock, submits := clocktesting.NewFakePassiveClock(start), &submitter{}
	r := &Reconciler{Client: c, APIReader: api, Submitter: submits, Events: events.NewFakeRecorder(10), Clock: clock}
	r.known.versions.Stored(newer, start)
	reconcile := func() (ctrl.Result, error) {
		return r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)})
	}
	if result, err := reconcile(); err != nil || result.RequeueAfter != raceDelay || submits.tries != 0 {
		t.Errorf("result %+v, %v, %d submissions, want to look again in %s", result, err, submits.tries, raceDelay)
	}
	clock.SetTime(start.Add(staleness.Patience))
	if _, err := reconcile(); err != nil || submits.tries != 1 {
		t.Errorf("%v, %d submissions after the cache had its time, want one of what the API server has", err, submits.tries)
	}
}

// What is remembered is bounded by what there is: of an application that is gone, or in a namespace that is not served,
// nothing is.
func TestNothingIsRememberedOfWhatIsGone(t *testing.T) {
	app := submittedApp(1)
	key := client.ObjectKeyFromObject(app)
	for name, tc := range map[string]struct {
		objects []client.Object
		call    func(*Reconciler) error
	}{
		"gone": {nil, func(r *Reconciler) error {
			_, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: key})
			return err
		}},
		"not served": {[]client.Object{app}, func(r *Reconciler) error {
			_, err := r.RemoveFinalizers(t.Context(), ctrl.Request{NamespacedName: key})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := builder(tc.objects...).Build()
			r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start)}
			k := &r.known
			k.versions.Stored(app, start)
			k.specs.hash(app)
			k.unreadable.Set(app, "note")
			k.holdups.delayed(app, "id", errors.New("down"), start)
			k.events.answered(app, start, nil)
			k.dryRuns.attempts.Set(app, "id")
			k.dryRuns.answered(app, nil, start)
			k.unrecorded.Set(app, 1)
			k.podWrites.freed(driverPod(app, 1, "pi-driver"), start)
			k.departed.left(key, podOf("pi", "executor"), start)
			k.ends.seenSince(app, []string{"a"}, start)
			remembered := func() []int {
				return []int{
					k.versions.Len(), k.specs.Len(), k.unreadable.Len(), k.holdups.Len(), k.events.Len(), k.dryRuns.attempts.Len(), k.dryRuns.refused.Len(),
					k.podWrites.Len(), k.unrecorded.Len(), k.departed.Len(), k.ends.Len(),
				}
			}
			if diff := cmp.Diff(slices.Repeat([]int{1}, 11), remembered()); diff != "" {
				t.Fatalf("remembered before (-want +got):\n%s", diff)
			}
			if err := tc.call(r); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(make([]int, 11), remembered()); diff != "" {
				t.Errorf("remembered (-want +got):\n%s", diff)
			}
		})
	}
}
