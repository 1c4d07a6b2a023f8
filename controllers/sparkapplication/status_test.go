// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// named answers as the API server's own client does, which sends no request about a name that cannot be in a path.
func named(name string) error {
	if name == "" {
		return errors.New("resource name may not be empty")
	}
	if problems := content.IsPathSegmentName(name); len(problems) > 0 {
		return fmt.Errorf("invalid resource name %q: %v", name, problems)
	}
	return nil
}

// strict are calls that need a name, and statuses whose times can be read again. A stale cache lists no pod.
func strict(stale bool) interceptor.Funcs {
	return interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
			if err := named(key.Name); err != nil {
				return err
			}
			return c.Get(ctx, key, into, opts...)
		},
		List: func(ctx context.Context, c client.WithWatch, into client.ObjectList, opts ...client.ListOption) error {
			if stale {
				return nil
			}
			return c.List(ctx, into, opts...)
		},
		Delete: func(ctx context.Context, c client.WithWatch, object client.Object, opts ...client.DeleteOption) error {
			if err := named(object.GetName()); err != nil {
				return err
			}
			return c.Delete(ctx, object, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, name string, object client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
			data, err := patch.Data(object)
			if err != nil {
				return err
			}
			for _, at := range times.FindAllSubmatch(data, -1) {
				if _, err := time.Parse(time.RFC3339, string(at[1])); err != nil {
					return fmt.Errorf("no time: %w", err)
				}
			}
			return c.SubResource(name).Patch(ctx, object, patch, opts...)
		},
	}
}

// times are those that a patch of a status has.
var times = regexp.MustCompile(`"(?:since|waitingSince|[a-zA-Z]+Time)":"([^"]*)"`)

// A status that says that a driver runs and not which is read as that of the driver that the operator makes: it is
// found, or lost.
func TestStatusWithoutTheDriversName(t *testing.T) {
	for name, podName := range map[string]string{"none": "", "one that no pod has": "a/b", "one of a path": ".."} {
		for found, want := range map[bool]v1beta2.ApplicationStateType{true: v1beta2.ApplicationStateSubmitted, false: v1beta2.ApplicationStateFailed} {
			t.Run(fmt.Sprintf("%s/driver %t", name, found), func(t *testing.T) {
				app := submittedApp(1)
				app.Status.DriverInfo.PodName = podName
				objects := []client.Object{app}
				if found {
					objects = append(objects, driverPod(app, 1, "pi-driver"))
				}
				c := builder(objects...).WithInterceptorFuncs(strict(true)).Build()
				r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start)}
				if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
					t.Fatal(err)
				}
				if got := reread(t, c, app).Status.AppState.State; got != want {
					t.Errorf("state %q, want %q", got, want)
				}
			})
		}
	}
}

// filler makes statuses that the schema accepts.
type filler struct{ *rand.Rand }

var (
	odd  = []string{"", "pi-driver", "a/b", "..", "%", "Pi_Driver", "none such", "\u0000", "é", "x-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789"}
	ints = []int64{0, 1, 2, -1, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
)

// states are what a status may say, and one that nobody knows.
func (f filler) state() v1beta2.ApplicationStateType {
	all := []v1beta2.ApplicationStateType{"", "NONE_SUCH", "NONE_SUCH", "NONE_SUCH"}
	for _, edge := range lifecycle.Transitions() {
		all = append(all, edge.To)
	}
	return all[f.IntN(len(all))]
}

func (f filler) time() metav1.Time {
	at := []time.Time{
		{}, start, start.Add(-time.Hour), start.Add(time.Hour), start.Add(-time.Duration(f.IntN(1000)) * time.Second),
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 1, 1, 0, 0, 0, 0, time.FixedZone("east", 23*3600)),
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("west", -23*3600)),
	}
	return metav1.NewTime(at[f.IntN(len(at))])
}

func (f filler) condition() metav1.Condition {
	pick := func(of ...string) string { return of[f.IntN(len(of))] }
	return metav1.Condition{
		Status: metav1.ConditionStatus(pick("True", "False", "Unknown")), Reason: pick("DriverRunning", "SchedulingGated", "X"), Message: pick(odd...),
		LastTransitionTime: f.time(), ObservedGeneration: int64(f.IntN(3)),
	}
}

// fill sets v to something.
func (f filler) fill(v reflect.Value) {
	switch known := v.Addr().Interface().(type) {
	case *metav1.Time:
		*known = f.time()
		return
	case *v1beta2.ApplicationStateType:
		*known = f.state()
		return
	case *v1beta2.FailureClass:
		*known = []v1beta2.FailureClass{v1beta2.FailureClassSubmission, v1beta2.FailureClassDriver, v1beta2.FailureClassInfrastructure}[f.IntN(3)]
		return
	case *[]metav1.Condition:
		for _, kind := range []string{v1beta2.ConditionSucceeded, v1beta2.ConditionDriverReady, v1beta2.ConditionExecutorsReady, v1beta2.ConditionCleanupStuck, "Other"} {
			if c := f.condition(); f.IntN(2) == 0 {
				c.Type = kind
				*known = append(*known, c)
			}
		}
		return
	}
	f.fillKind(v)
}

func (f filler) fillKind(v reflect.Value) {
	some := func(of reflect.Type) reflect.Value {
		e := reflect.New(of).Elem()
		f.fill(e)
		return e
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			f.fill(field)
		}
	case reflect.Pointer:
		if f.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		for range f.IntN(4) {
			v.Set(reflect.Append(v, some(v.Type().Elem())))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.IntN(3) {
			v.SetMapIndex(some(v.Type().Key()), some(v.Type().Elem()))
		}
	case reflect.String:
		v.SetString(odd[f.IntN(len(odd))])
	case reflect.Int32, reflect.Int64:
		n := ints[f.IntN(len(ints))]
		if v.Kind() == reflect.Int32 {
			n = int64(int32(min(max(n, math.MinInt32), math.MaxInt32)))
		}
		v.SetInt(n)
	default:
		panic(v.Kind().String())
	}
}

// status returns a status in which some of what the operator writes is as it would be.
func (f filler) status() v1beta2.SparkApplicationStatus {
	var status v1beta2.SparkApplicationStatus
	f.fill(reflect.ValueOf(&status).Elem())
	own := submittedApp(1).Status
	from, to := reflect.ValueOf(own), reflect.ValueOf(&status).Elem()
	for i := range from.NumField() {
		if f.IntN(3) == 0 && from.Type().Field(i).Name != "AppState" {
			to.Field(i).Set(from.Field(i))
		}
	}
	return status
}

// Whatever a status says that the schema accepts, by whoever's hand, reconciling the application neither fails nor
// panics, and so never does for ever; a driver that is being deleted goes, what is said names its pod, and states and
// counters are those that there are.
func TestNoStatusMakesReconcilingFail(t *testing.T) {
	const rounds = 3
	for seed := range uint64(400) {
		f := filler{rand.New(rand.NewPCG(seed, 1))}
		app := newApp()
		if f.IntN(4) == 0 {
			app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyAlways}
		}
		app.Spec.Suspend = []*bool{nil, nil, new(true), new(false)}[f.IntN(4)]
		app.Status = f.status()
		objects := []client.Object{app}
		if f.IntN(2) == 0 {
			pod := driverPod(app, int64(f.IntN(3)), "pi-driver")
			pod.Finalizers = []string{sparklabels.DriverEnd}
			pod.Status.Phase = []corev1.PodPhase{"", corev1.PodPending, corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed}[f.IntN(5)]
			if f.IntN(2) == 0 {
				pod.DeletionTimestamp = &metav1.Time{Time: start}
			}
			objects = append(objects, pod)
		}
		behind := f.IntN(4) == 0
		c, clock := builder(objects...).WithInterceptorFuncs(strict(behind)).Build(), clocktesting.NewFakePassiveClock(start)
		r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Events: events.NewFakeRecorder(100), Clock: clock}
		for round := range rounds {
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Fatalf("seed %d, round %d: %v: %+v", seed, round, p, app.Status)
					}
				}()
				if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
					t.Fatalf("seed %d, round %d: %v: %+v", seed, round, err, app.Status)
				}
			}()
			clock.SetTime(clock.Now().Add(10 * time.Minute))
		}
		after, err := stored.Get(t.Context(), c, c, client.ObjectKeyFromObject(app))
		if err != nil {
			continue // A time that no API server stores.
		}
		for _, condition := range after.Status.Conditions {
			if strings.Contains(condition.Message, "pod  ") {
				t.Errorf("seed %d: condition %s names no pod: %q", seed, condition.Type, condition.Message)
			}
		}
		if state := after.Status.AppState.State; !state.Known() {
			t.Errorf("seed %d: state %q stays", seed, state)
		}
		if after.Status.ExecutionAttempts < 0 || after.Status.SubmissionAttempts < 0 || after.Status.Attempt < 0 {
			t.Errorf("seed %d: negative counters: %+v", seed, after.Status)
		}
		if pod := (&corev1.Pod{}); !behind && c.Get(t.Context(), client.ObjectKey{Namespace: app.Namespace, Name: "pi-driver"}, pod) == nil && pod.DeletionTimestamp != nil {
			t.Errorf("seed %d: the deleted driver is kept by %v, in state %q of %+v", seed, pod.Finalizers, after.Status.AppState.State, app.Status)
		}
	}
}

// podReader reads a pod as it stands, and all else as the cache has it.
type podReader struct {
	client.Reader
	stands *corev1.Pod
}

func (r podReader) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if pod, isPod := into.(*corev1.Pod); isPod {
		r.stands.DeepCopyInto(pod)
		return nil
	}
	return r.Reader.Get(ctx, key, into, opts...)
}

// A driver of an application that has ended is not deleted for what a cache that lags behind says: only the API server
// knows whether it has ended by now.
func TestAnEndedDriverIsNotDeletedByWhatTheCacheSays(t *testing.T) {
	for runs, phase := range map[bool]corev1.PodPhase{true: corev1.PodRunning, false: corev1.PodSucceeded} {
		t.Run(fmt.Sprintf("runs %t", runs), func(t *testing.T) {
			app := submittedApp(1)
			app.Status.AppState.State = v1beta2.ApplicationStateCompleted
			cached, stands := driverPod(app, 1, "pi-driver"), driverPod(app, 1, "pi-driver")
			cached.Status.Phase, stands.Status.Phase = corev1.PodRunning, phase
			c := builder(app, cached).Build()
			r := &Reconciler{Client: c, APIReader: podReader{c, stands}, Submitter: &submitter{}, Events: events.NewFakeRecorder(10), Clock: clocktesting.NewFakePassiveClock(start)}
			if _, err := r.Reconcile(t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(app)}); err != nil {
				t.Fatal(err)
			}
			err := c.Get(t.Context(), client.ObjectKeyFromObject(cached), &corev1.Pod{})
			if isGone := apierrors.IsNotFound(err); isGone != runs {
				t.Errorf("the driver is gone: %t", isGone)
			}
		})
	}
}
