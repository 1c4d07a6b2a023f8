// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"encoding/json"
	"fmt"
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
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
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

var (
	key   = client.ObjectKey{Namespace: "team", Name: "daily"}
	start = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
)

// world is a cluster with one schedule of every hour, a cache that can be stale, and a controller.
type world struct {
	*Reconciler
	api      client.Client
	recorder *events.FakeRecorder
	clock    *clocktesting.FakePassiveClock
	// calls are what the API server was asked beside the cache, and refuses is its answer to creations.
	calls   []string
	refuses error
}

func newWorld(t *testing.T, change func(*v1beta2.ScheduledSparkApplicationSpec)) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{stored.AddToScheme, corev1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	s := &v1beta2.ScheduledSparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, UID: "s", Generation: 1, CreationTimestamp: metav1.NewTime(start.Add(-time.Minute))},
		Spec:       v1beta2.ScheduledSparkApplicationSpec{Schedule: "@hourly", TimeZone: "Etc/UTC", Template: builder.SparkApplication("", "").Spec},
	}
	change(&s.Spec)
	w := &world{recorder: events.NewFakeRecorder(50), clock: clocktesting.NewFakePassiveClock(start.Add(-30 * time.Second))}
	w.api = fake.NewClientBuilder().WithScheme(scheme).WithObjects(stored.OfSchedule(s)).
		WithStatusSubresource(&stored.ScheduledSparkApplication{}, &stored.SparkApplication{}).
		WithIndex(&stored.SparkApplication{}, caching.RunSchedule, caching.ScheduleOfRun).
		WithIndex(&corev1.Pod{}, caching.PodApplication, caching.ApplicationOfPod).
		WithInterceptorFuncs(interceptor.Funcs{
			Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
				if w.refuses != nil {
					return w.refuses
				}
				return c.Create(ctx, o, opts...)
			},
		}).Build()
	w.Reconciler = &Reconciler{Client: w.api, APIReader: live{w.api, w}, Events: w.recorder, Clock: w.clock}
	return w
}

// live notes what the API server is asked.
type live struct {
	client.Reader
	*world
}

func (l live) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	l.calls = append(l.calls, fmt.Sprintf("get %T", o))
	return l.Reader.Get(ctx, key, o, opts...)
}

func (l live) List(ctx context.Context, o client.ObjectList, opts ...client.ListOption) error {
	l.calls = append(l.calls, fmt.Sprintf("list %T", o))
	return l.Reader.List(ctx, o, opts...)
}

// at reconciles at a time, and returns the status and when the controller looks again.
func (w *world) at(t *testing.T, now time.Time) (v1beta2.ScheduledSparkApplicationStatus, time.Duration) {
	t.Helper()
	w.clock.SetTime(now)
	w.calls = nil
	result, err := w.Reconcile(t.Context(), ctrl.Request{NamespacedName: key})
	if err != nil {
		t.Fatal(err)
	}
	return w.status(t), result.RequeueAfter
}

func (w *world) status(t *testing.T) v1beta2.ScheduledSparkApplicationStatus {
	t.Helper()
	s := &stored.ScheduledSparkApplication{}
	if err := w.api.Get(t.Context(), key, s); err != nil {
		t.Fatal(err)
	}
	return s.Status
}

func (w *world) runs(t *testing.T) []stored.SparkApplication {
	t.Helper()
	list := &stored.SparkApplicationList{}
	if err := w.api.List(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func (w *world) emitted() []string {
	var all []string
	for len(w.recorder.Events) > 0 {
		all = append(all, <-w.recorder.Events)
	}
	return all
}

func unchanged(*v1beta2.ScheduledSparkApplicationSpec) {}

// Nobody looks at a schedule more often than it takes, and never so late that a slot would be.
func TestWhenTheControllerLooksAgain(t *testing.T) {
	w := newWorld(t, unchanged)
	if _, wake := w.at(t, start.Add(-30*time.Second)); wake != 30*time.Second {
		t.Errorf("before the slot: in %s", wake)
	}
	if _, wake := w.at(t, start.Add(time.Millisecond)); wake != longestWait {
		t.Errorf("after the slot: in %s", wake)
	}
}

// What one creation costs: a question whether the schedule is the newest, and no other where runs may go together.
func TestWhatTheAPIServerIsAskedBeforeARun(t *testing.T) {
	newest, run, list := "get *v1.PartialObjectMetadata", "get *stored.SparkApplication", "list *stored.List[github.com/alauda/spark-operator/internal/stored.SparkApplication,*github.com/alauda/spark-operator/internal/stored.SparkApplication]"
	for name, tc := range map[string]struct {
		change func(*v1beta2.ScheduledSparkApplicationSpec)
		// before is when a run was made that is under way, and at when the controller looks.
		before, at time.Duration
		want       []string
	}{
		"the first, on time": {unchanged, -1, time.Second, []string{newest}},
		"the second, beside": {unchanged, time.Second, time.Hour + time.Second, []string{newest}},
		"the first, alone": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = v1beta2.ConcurrencyForbid },
			-1, time.Second, []string{newest},
		},
		"the second, forbidden": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = v1beta2.ConcurrencyForbid },
			time.Second, time.Hour + time.Second, []string{newest, run},
		},
		"several, alone": {
			func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = v1beta2.ConcurrencyForbid },
			-1, 3*time.Hour + time.Second, []string{newest, list},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, tc.change)
			w.at(t, start.Add(-30*time.Second))
			if tc.before >= 0 {
				w.at(t, start.Add(tc.before))
			}
			w.at(t, start.Add(tc.at))
			if diff := cmp.Diff(tc.want, w.calls); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A run that a crash has left is found by its name; what is somebody else's is in the way, and said.
func TestWhatHasTheNameOfARun(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*v1beta2.SparkApplication)
		made   bool
	}{
		"the run itself":      {func(*v1beta2.SparkApplication) {}, true},
		"somebody else's":     {func(app *v1beta2.SparkApplication) { app.OwnerReferences = nil }, false},
		"of another schedule": {func(app *v1beta2.SparkApplication) { app.OwnerReferences[0].UID = "t" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, unchanged)
			w.at(t, start.Add(-30*time.Second))
			s := &stored.ScheduledSparkApplication{}
			if err := w.api.Get(t.Context(), key, s); err != nil {
				t.Fatal(err)
			}
			there := schedule.RunOf(&s.ScheduledSparkApplication, schedule.Occasion{Trigger: schedule.TriggerSchedule, Slot: start})
			tc.change(there)
			if err := w.api.Create(t.Context(), stored.Of(there)); err != nil {
				t.Fatal(err)
			}
			status, _ := w.at(t, start.Add(time.Second))
			if len(w.runs(t)) != 1 || (status.LastRunName == there.Name) != tc.made {
				t.Errorf("%d runs, status %+v", len(w.runs(t)), status)
			}
			refused := strings.Contains(fmt.Sprint(status.Conditions), v1beta2.ConditionRunRefused) && strings.Contains(fmt.Sprint(status.Conditions), there.Name)
			if refused == tc.made {
				t.Errorf("conditions %+v", status.Conditions)
			}
		})
	}
}

// What the API server refuses is said without the secrets of the template, and tried again; any other error is none of
// the schedule's.
func TestARunThatIsRefused(t *testing.T) {
	w := newWorld(t, func(spec *v1beta2.ScheduledSparkApplicationSpec) {
		spec.Template.SparkConf = map[string]string{"spark.hadoop.fs.s3a.secret.key": "tr0ub4dor&3"}
	})
	w.at(t, start.Add(-30*time.Second))
	w.refuses = apierrors.NewForbidden(v1beta2.Resource("sparkapplications"), "daily", fmt.Errorf("exceeded quota: jobs, used: tr0ub4dor&3"))
	status, wake := w.at(t, start.Add(time.Second))
	said := fmt.Sprint(status.Conditions, w.emitted())
	if !strings.Contains(said, "exceeded quota: jobs") || strings.Contains(said, "tr0ub4dor") || wake <= 0 || wake > time.Minute {
		t.Errorf("again in %s, said %s", wake, said)
	}
	w.refuses = apierrors.NewInternalError(fmt.Errorf("no answer for tr0ub4dor&3"))
	if _, err := w.Reconcile(t.Context(), ctrl.Request{NamespacedName: key}); err == nil || strings.Contains(err.Error(), "tr0ub4dor") {
		t.Errorf("the error is %v", err)
	}
	w.refuses = nil
	if status, _ := w.at(t, start.Add(time.Minute)); status.LastRunName == "" || len(status.MissedRuns) > 0 {
		t.Errorf("in the end %+v", status)
	}
}

// A decision on a version that is not the newest makes nothing.
func TestAStaleScheduleMakesNothing(t *testing.T) {
	w := newWorld(t, unchanged)
	w.at(t, start.Add(-30*time.Second))
	stale := &stored.ScheduledSparkApplication{}
	if err := w.api.Get(t.Context(), key, stale); err != nil {
		t.Fatal(err)
	}
	patch := client.RawPatch("application/merge-patch+json", []byte(`{"spec":{"suspend":true}}`))
	if err := w.api.Patch(t.Context(), stale.DeepCopy(), patch); err != nil {
		t.Fatal(err)
	}
	w.Client = cached{w.api, stale}
	if _, wake := w.at(t, start.Add(time.Second)); wake != raceDelay || len(w.runs(t)) > 0 {
		t.Errorf("again in %s, %d runs", wake, len(w.runs(t)))
	}
}

// cached has an old version of the schedule.
type cached struct {
	client.Client
	schedule *stored.ScheduledSparkApplication
}

func (c cached) Get(ctx context.Context, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
	if into, isSchedule := o.(*stored.ScheduledSparkApplication); isSchedule {
		c.schedule.DeepCopyInto(into)
		return nil
	}
	return c.Client.Get(ctx, key, o, opts...)
}

// In a namespace that comes to be served the cache knows the identities of applications only. Whose they are the API
// server says.
func TestRunsThatTheCacheDoesNotKeep(t *testing.T) {
	w := newWorld(t, func(spec *v1beta2.ScheduledSparkApplicationSpec) { spec.ConcurrencyPolicy = v1beta2.ConcurrencyForbid })
	w.at(t, start.Add(time.Second))
	made := w.runs(t)[0]
	w.Client = forgetful{w.api}
	status, _ := w.at(t, start.Add(time.Hour+time.Second))
	want := map[string]int64{string(schedule.MissedForbidden): 1}
	if diff := cmp.Diff(want, status.MissedRuns); diff != "" || !cmp.Equal(status.ActiveRunNames, []string{made.Name}) {
		t.Errorf("active %v, missed (-want +got):\n%s", status.ActiveRunNames, diff)
	}
}

// forgetful keeps the identities of applications.
type forgetful struct{ client.Client }

func (f forgetful) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	apps, isApps := list.(*stored.SparkApplicationList)
	if !isApps {
		return f.Client.List(ctx, list, opts...)
	}
	asked := &client.ListOptions{}
	asked.ApplyOptions(opts)
	all := &stored.SparkApplicationList{}
	if err := f.Client.List(ctx, all); err != nil {
		return err
	}
	for i := range all.Items {
		stored.Forget(&all.Items[i])
		if asked.FieldSelector.String() == caching.RunSchedule+"="+caching.ScheduleOfRun(&all.Items[i])[0] {
			apps.Items = append(apps.Items, all.Items[i])
		}
	}
	return nil
}

// A cache that still has a run, which is gone and counted, does not bring it back.
func TestARunThatIsGoneIsNotTakenUpAgain(t *testing.T) {
	w := newWorld(t, unchanged)
	w.at(t, start.Add(time.Second))
	gone := w.runs(t)[0]
	if err := w.api.Delete(t.Context(), gone.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.at(t, start.Add(time.Minute)); len(status.ActiveRunNames) > 0 {
		t.Fatalf("it is gone, and under way are %v", status.ActiveRunNames)
	}
	w.Client = remembering{w.api, gone}
	if status, _ := w.at(t, start.Add(2*time.Minute)); len(status.ActiveRunNames) > 0 {
		t.Errorf("the cache brings back %v", status.ActiveRunNames)
	}
}

// remembering has a run that is gone.
type remembering struct {
	client.Client
	run stored.SparkApplication
}

func (r remembering) List(ctx context.Context, list client.ObjectList, opts ...client.ListOption) error {
	asked := &client.ListOptions{}
	asked.ApplyOptions(opts)
	err := r.Client.List(ctx, list, opts...)
	if apps, isApps := list.(*stored.SparkApplicationList); isApps && asked.FieldSelector.String() == caching.RunSchedule+"="+caching.ScheduleOfRun(&r.run)[0] {
		apps.Items = append(apps.Items, r.run)
	}
	return err
}

// A schedule that cannot be read makes nothing and says so, by one event for each problem; a status that cannot be read
// is not overwritten.
func TestAnUnreadableScheduleIsReportedOnce(t *testing.T) {
	w := newWorld(t, unchanged)
	w.at(t, start.Add(time.Second))
	w.emitted()
	active := w.status(t).ActiveRunNames
	for i, step := range []struct {
		spec, status string
		want         int
	}{{`{"schedule":7}`, `{}`, 1}, {`{"schedule":"@daily","suspend":7}`, `{}`, 1}, {`{"schedule":"@daily","suspend":7}`, `{"lastRunName":7}`, 1}} {
		object := &stored.ScheduledSparkApplication{}
		document := fmt.Appendf(nil, `{"metadata":{"namespace":"team","name":"daily","uid":"s","generation":2,"resourceVersion":"%s"},"spec":%s,"status":%s}`, w.version(t), step.spec, step.status)
		if err := json.Unmarshal(document, object); err != nil {
			t.Fatal(err)
		}
		if step.status == "{}" {
			object.Status = w.status(t)
		}
		w.Client = cached{w.api, object}
		before := w.status(t)
		for range 3 {
			w.at(t, start.Add(2*time.Hour))
		}
		got := w.emitted()
		if len(got) != step.want || !strings.Contains(got[0], "Warning SparkApplicationUnreadable The schedule cannot be read: s") || len(w.runs(t)) != 1 {
			t.Errorf("step %d: events %q, %d runs", i, got, len(w.runs(t)))
		}
		if now := w.status(t).ActiveRunNames; len(active) != 1 || !cmp.Equal(active, now) {
			t.Errorf("step %d: under way are %v, were %v", i, now, active)
		}
		if unknown := strings.Contains(step.status, "7"); unknown && !cmp.Equal(before, w.status(t)) {
			t.Errorf("step %d: what is not known is overwritten: %+v", i, w.status(t))
		}
	}
}

func (w *world) version(t *testing.T) string {
	t.Helper()
	s := &stored.ScheduledSparkApplication{}
	if err := w.api.Get(t.Context(), key, s); err != nil {
		t.Fatal(err)
	}
	return s.ResourceVersion
}

// Nothing is remembered of a schedule that is gone, or of one that is not served.
func TestNothingIsRememberedOfWhatIsGone(t *testing.T) {
	w := newWorld(t, unchanged)
	w.at(t, start.Add(time.Second))
	if w.known.examined.Len() != 1 || w.known.versions.Len() != 1 {
		t.Fatalf("%d examined, %d versions", w.known.examined.Len(), w.known.versions.Len())
	}
	if _, err := w.RemoveFinalizers(t.Context(), ctrl.Request{NamespacedName: key}); err != nil {
		t.Fatal(err)
	}
	if n := w.known.examined.Len() + w.known.versions.Len() + w.known.unreadable.Len() + w.known.made.Len(); n != 0 {
		t.Errorf("%d things are remembered", n)
	}
	if len(w.runs(t)) != 1 || w.runs(t)[0].Labels[sparklabels.ScheduledAppName] != key.Name {
		t.Error("its run is gone")
	}
}

// BenchmarkCachedSchedule says what a schedule takes in the memory of a cache.
func BenchmarkCachedSchedule(b *testing.B) {
	s := &v1beta2.ScheduledSparkApplication{Spec: v1beta2.ScheduledSparkApplicationSpec{Schedule: "@hourly", Template: builder.SparkApplication("", "").Spec}}
	s.Namespace, s.Name, s.UID = "team", "daily", "s"
	document, err := json.Marshal(s)
	if err != nil {
		b.Fatal(err)
	}
	kept := make([]*stored.ScheduledSparkApplication, 1000)
	var before, after goruntime.MemStats
	for b.Loop() {
		clear(kept)
		goruntime.GC()
		goruntime.ReadMemStats(&before)
		for i := range kept {
			object := &stored.ScheduledSparkApplication{}
			if err := json.Unmarshal(document, object); err != nil {
				b.Fatal(err)
			}
			transform(object)
			kept[i] = object
		}
		goruntime.GC()
		goruntime.ReadMemStats(&after)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(kept)), "bytes/schedule")
	goruntime.KeepAlive(kept)
}
