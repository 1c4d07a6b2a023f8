// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package unreadable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/stored"
)

type schedule = stored.ScheduledSparkApplication

var (
	request = ctrl.Request{NamespacedName: client.ObjectKey{Namespace: "team", Name: "daily"}}
	start   = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	// kind writes the problem as the reason.
	kind = Kind[*schedule]{Noun: "schedule", New: func() *schedule { return &schedule{} }, SetStatus: func(s *schedule, p *decoding.Problem, _ time.Time) {
		s.Status.Reason = ""
		if p != nil {
			s.Status.Reason = p.Error()
		}
	}}
)

const (
	unreadableSpec = `{"schedule":7}`
	otherwise      = `{"schedule":"@daily","suspend":7}`
	readable       = `{"schedule":"@daily"}`
)

func of(t *testing.T, spec, status string) *schedule {
	t.Helper()
	object := &schedule{}
	document := fmt.Appendf(nil, `{"metadata":{"namespace":"team","name":"daily","uid":"u","resourceVersion":"7"},"spec":%s,"status":%s}`, spec, status)
	if err := json.Unmarshal(document, object); err != nil {
		t.Fatal(err)
	}
	return object
}

// world is a cluster with one schedule, which the cache has as Transform leaves it.
type world struct {
	client.WithWatch
	// object is what is stored, nil if it is gone; refuses is the answer to a write.
	object     *schedule
	refuses    error
	written    []string
	forgetting bool
}

func newWorld(t *testing.T, object *schedule) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := stored.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	w := &world{object: object}
	get := func(_ context.Context, _ client.WithWatch, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
		if w.object == nil {
			return apierrors.NewNotFound(v1beta2.Resource("scheduledsparkapplications"), key.Name)
		}
		w.object.DeepCopyInto(into.(*schedule))
		return nil
	}
	w.WithWatch = fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(interceptor.Funcs{
		Get: get,
		SubResourcePatch: func(_ context.Context, _ client.Client, _ string, o client.Object, p client.Patch, _ ...client.SubResourcePatchOption) error {
			data, err := p.Data(o)
			if err != nil || w.refuses != nil {
				return errors.Join(err, w.refuses)
			}
			w.written = append(w.written, string(data))
			w.object.Status = o.(*schedule).Status
			return nil
		},
	}).Build()
	return w
}

// cached reads what the cache has.
type cached struct{ *world }

func (c cached) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if err := c.world.Get(ctx, key, into, opts...); err != nil {
		return err
	}
	if c.forgetting {
		stored.Forget(into.(*schedule))
		return nil
	}
	Transform(into.(*schedule))
	return nil
}

func newReconciler(w *world) (*Reconciler[*schedule], *events.FakeRecorder) {
	recorder := events.NewFakeRecorder(20)
	return &Reconciler[*schedule]{Kind: kind, Client: cached{w}, APIReader: w, Events: recorder, Clock: clocktesting.NewFakePassiveClock(start)}, recorder
}

func drain(recorder *events.FakeRecorder) []string {
	var all []string
	for len(recorder.Events) > 0 {
		all = append(all, <-recorder.Events)
	}
	return all
}

// An event comes once for each problem, also where no status can be written, and again after the object was mended. The
// status is written once.
func TestAnUnreadableObjectIsReportedOnce(t *testing.T) {
	group := v1beta2.GroupVersion.WithKind("ScheduledSparkApplication").GroupKind()
	for name, tc := range map[string]struct {
		refuses error
		writes  int
	}{
		"the status is taken":           {nil, 4},
		"the status is refused":         {apierrors.NewInvalid(group, "daily", nil), 0},
		"the status may not be written": {apierrors.NewForbidden(v1beta2.Resource("scheduledsparkapplications"), "daily", nil), 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			w.refuses = tc.refuses
			r, recorder := newReconciler(w)
			for i, step := range []struct {
				spec string
				want int
			}{{readable, 0}, {unreadableSpec, 1}, {otherwise, 1}, {readable, 0}, {otherwise, 1}} {
				status := `{}`
				if w.object != nil {
					status = fmt.Sprintf(`{"reason":%q}`, w.object.Status.Reason)
				}
				w.object = of(t, step.spec, status)
				for range 3 {
					if result, err := r.Reconcile(t.Context(), request); err != nil || result != (ctrl.Result{}) {
						t.Fatalf("step %d: %+v, %v", i, result, err)
					}
				}
				got := drain(recorder)
				if len(got) != step.want {
					t.Fatalf("step %d: events %q, want %d", i, got, step.want)
				}
				if step.want > 0 && (!strings.Contains(got[0], "Warning SparkApplicationUnreadable The schedule cannot be read: spec.s")) {
					t.Errorf("event %q", got[0])
				}
			}
			if len(w.written) != tc.writes {
				t.Errorf("%d writes, want %d: %q", len(w.written), tc.writes, w.written)
			}
		})
	}
}

// Of what is well nothing is written, nor of what is going, nor a status that is not known.
func TestNoOtherStatusIsWritten(t *testing.T) {
	going := of(t, unreadableSpec, `{}`)
	going.DeletionTimestamp, going.Finalizers = &metav1.Time{Time: start}, []string{"example.org/keep"}
	for name, object := range map[string]*schedule{
		"it is well":              of(t, readable, `{"lastRunName":"daily-1"}`),
		"it is going":             going,
		"the status is not known": of(t, unreadableSpec, `{"lastRun":7}`),
		"it is gone":              nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, object)
			r, _ := newReconciler(w)
			if result, err := r.Reconcile(t.Context(), request); err != nil || result != (ctrl.Result{}) {
				t.Fatalf("%+v, %v", result, err)
			}
			if len(w.written) > 0 {
				t.Errorf("written %q", w.written)
			}
		})
	}
}

// A write carries the version that was read, and nothing of the spec; a lost race is decided anew.
func TestAWriteIsGuarded(t *testing.T) {
	object := of(t, unreadableSpec, `{"lastRunName":"daily-1"}`)
	w := newWorld(t, object)
	r, _ := newReconciler(w)
	w.refuses = apierrors.NewConflict(v1beta2.Resource("scheduledsparkapplications"), "daily", nil)
	if result, err := r.Reconcile(t.Context(), request); err != nil || result.RequeueAfter != raceDelay {
		t.Errorf("after a lost race %+v, %v", result, err)
	}
	w.refuses = errors.New("connection refused")
	if _, err := r.Reconcile(t.Context(), request); err == nil {
		t.Error("no error without a connection")
	}
	w.refuses = nil
	if _, err := r.Reconcile(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(`{"metadata":{"resourceVersion":"7"},"status":{"reason":%q}}`, w.object.Status.Reason)
	if len(w.written) != 1 || w.written[0] != want {
		t.Errorf("written %q, want %s", w.written, want)
	}
}

// Where a namespace comes to be served the cache has the identity only; the API server has the rest.
func TestWhatTheCacheDoesNotKeepIsAskedFor(t *testing.T) {
	w := newWorld(t, of(t, unreadableSpec, `{}`))
	w.forgetting = true
	r, recorder := newReconciler(w)
	if _, err := r.Reconcile(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if got := drain(recorder); len(got) != 1 || len(w.written) != 1 {
		t.Errorf("events %q, written %q", got, w.written)
	}
}

// Nothing of the spec stays in memory, nor what repeats it.
func TestTransform(t *testing.T) {
	object := of(t, `{"schedule":"@daily","template":{"image":"spark"}}`, `{"lastRunName":"daily-1"}`)
	object.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "yes"}
	object.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	Transform(object)
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	for _, lost := range []string{"daily\"", "spark\"", "last-applied", "kubectl"} {
		if strings.Contains(strings.ReplaceAll(string(encoded), `"name":"daily"`, ""), lost) {
			t.Errorf("%s is kept: %s", lost, encoded)
		}
	}
	if object.Status.LastRunName != "daily-1" || object.Annotations["mine"] != "yes" || object.Problem() != nil {
		t.Errorf("left is %s, problem %v", encoded, object.Problem())
	}
}
