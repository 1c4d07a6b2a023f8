// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
)

var piKey = types.NamespacedName{Namespace: "default", Name: "pi"}

func TestReleaseEndsARunningSubmissionAndItsDriver(t *testing.T) {
	app, calls := application(), listen(t)
	w, plan := start(t, Options{Home: fakeSpark(t, "stubborn", calls), Grace: time.Millisecond}, app.DeepCopy()), planOf(t, app, 1)
	w.pending(plan)
	p := calls.call()
	w.create(driverOf(t, plan)[0])
	if err := w.Release(t.Context(), app, plan.Attempt(), sure); !errors.Is(err, ErrStopping) {
		t.Fatalf("first Release = %v, want ErrStopping", err)
	}
	w.awaitFinished()
	p.awaitEnd()
	for range 2 {
		if err := w.Release(t.Context(), app, plan.Attempt(), sure); err != nil {
			t.Fatalf("Release after the end = %v", err)
		}
		if w.driverExists() {
			t.Error("the driver that the process made is still there")
		}
	}
	// Nothing of the old run is taken for an outcome of the next.
	w.pending(plan)
}

// sure confirms every release.
func sure(context.Context) error { return nil }

func TestReleaseThatIsNotConfirmedDeletesNothing(t *testing.T) {
	app, changed := application(), errors.New("the application was changed")
	plan := planOf(t, app, 1)
	w := start(t, Options{Home: t.TempDir()}, driverOf(t, plan)[0])
	err := w.Release(t.Context(), app, plan.Attempt(), func(context.Context) error { return changed })
	if !errors.Is(err, changed) || !w.driverExists() {
		t.Errorf("Release = %v, driver exists: %t", err, w.driverExists())
	}
}

func TestReleaseLeavesOtherDriversAlone(t *testing.T) {
	app := application()
	other := application(func(app *v1beta2.SparkApplication) { app.UID = "other" })
	cases := map[string]struct {
		app     *v1beta2.SparkApplication
		attempt int64
	}{
		"of another attempt":     {app, 2},
		"of another application": {other, 1},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := start(t, Options{Home: t.TempDir()}, driverOf(t, planOf(t, app, 1))[0])
			attempt := identity.Of(tc.app, tc.attempt)
			attempt.DriverPodName = "pi-driver"
			if err := w.Release(t.Context(), tc.app, attempt, sure); err != nil || !w.driverExists() {
				t.Errorf("Release = %v, driver exists: %t; want nothing to happen", err, w.driverExists())
			}
		})
	}
}

func TestReleaseOfAWaitingSubmissionForgetsIt(t *testing.T) {
	app, calls := application(), listen(t)
	w := start(t, Options{Home: fakeSpark(t, "succeed", calls)}, app.DeepCopy())
	running, waiting := planOf(t, app, 1), planOf(t, app, 2)
	w.pending(running)
	p := calls.call()
	w.pending(waiting)
	if err := w.Release(t.Context(), app, waiting.Attempt(), sure); err != nil {
		t.Fatal(err)
	}
	p.proceed()
	w.awaitFinished()
	if len(w.queue.waiting)+len(w.queue.turns)+len(w.queue.running) != 0 || len(w.queue.tasks) != 1 {
		t.Errorf("%d waiting, %d known, want 0 and the outcome of the other", len(w.queue.waiting), len(w.queue.tasks))
	}
}

func TestStoppingEndsProcessesAndTheirChildren(t *testing.T) {
	app, calls := application(), listen(t)
	w := start(t, Options{Home: fakeSpark(t, "parent", calls), Grace: time.Millisecond}, app)
	w.pending(planOf(t, app, 1))
	parent := calls.call()
	parent.proceed()
	child := calls.call()
	w.stop()
	parent.awaitEnd()
	child.awaitEnd()
}

func TestAChangedSpecReplacesTheSubmission(t *testing.T) {
	app, calls := application(), listen(t)
	changed := application(func(app *v1beta2.SparkApplication) { app.Spec.Arguments = []string{"new"} })
	w := start(t, Options{Home: fakeSpark(t, "hang", calls)}, app.DeepCopy())
	w.pending(planOf(t, app, 1))
	old := calls.call()
	w.pending(planOf(t, changed, 1))
	w.awaitFinished()
	old.awaitEnd()
	w.pending(planOf(t, changed, 1))
	if got := calls.call().Arguments; got[len(got)-1] != "new" {
		t.Errorf("arguments %q, want those of the changed spec", got)
	}
}

// Labels reach the pods, and may be what a submission would be refused for.
func TestAChangedLabelReplacesTheSubmission(t *testing.T) {
	app, calls := application(), listen(t)
	changed := application(func(app *v1beta2.SparkApplication) { app.Labels = map[string]string{"team": "a"} })
	w := start(t, Options{Home: fakeSpark(t, "hang", calls)}, app.DeepCopy())
	w.pending(planOf(t, app, 1))
	old := calls.call()
	w.pending(planOf(t, changed, 1))
	w.awaitFinished()
	old.awaitEnd()
	w.pending(planOf(t, changed, 1))
	calls.call()
}

func TestAtMostSoManyRunAndWait(t *testing.T) {
	app, calls := application(), listen(t)
	w := start(t, Options{Home: fakeSpark(t, "hang", calls), Workers: 2, Queue: 1}, app.DeepCopy())
	for attempt := range int64(2) {
		w.pending(planOf(t, app, attempt))
		calls.call()
	}
	w.pending(planOf(t, app, 2))
	if _, err := w.Submit(t.Context(), planOf(t, app, 3), confirmed); !errors.Is(err, ErrQueueFull) {
		t.Errorf("Submit = %v, want ErrQueueFull", err)
	}
	w.Forget(types.NamespacedName{Namespace: "default", Name: "other"})
	if got := len(w.queue.tasks); got != 3 {
		t.Errorf("%d submissions after another application was forgotten, want 3", got)
	}
	w.Forget(piKey)
	w.awaitFinished()
	w.awaitFinished()
	if got := len(w.queue.tasks); got != 0 {
		t.Errorf("%d submissions after the application was forgotten, want none", got)
	}
}

func TestNothingIsRunForAnApplicationThatIsGone(t *testing.T) {
	app := application()
	w := start(t, Options{Home: fakeSpark(t, "succeed", listen(t))})
	w.pending(planOf(t, app, 1))
	w.awaitFinished()
	if _, err := w.Submit(t.Context(), planOf(t, app, 1), confirmed); !errors.Is(err, errUnwanted) {
		t.Errorf("Submit = %v, want %v", err, errUnwanted)
	}
}

// spoiltClient panics when it is asked about the application of the name.
type spoiltClient struct {
	Client
	name string
}

func (s spoiltClient) Get(ctx context.Context, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
	if _, isApplication := into.(*metav1.PartialObjectMetadata); isApplication && key.Name == s.name {
		panic("spoilt")
	}
	return s.Client.Get(ctx, key, into, opts...)
}

// A submission that makes its worker panic has that as its outcome, and the worker goes on with the next.
func TestASubmissionThatPanicsStopsNoOther(t *testing.T) {
	app, spoilt := application(), application()
	spoilt.Name, spoilt.UID = "spoilt", "spoilt"
	calls := listen(t)
	w := start(t, Options{Home: fakeSpark(t, "succeed", calls)}, app.DeepCopy())
	w.client = spoiltClient{w.client, spoilt.Name}
	before := panics.Caught()
	w.pending(planOf(t, spoilt, 1))
	if finished := <-w.Finished(); finished.Object.GetName() != spoilt.Name {
		t.Fatalf("Finished names %s", finished.Object.GetName())
	}
	if _, err := w.Submit(t.Context(), planOf(t, spoilt, 1), confirmed); err == nil || !strings.Contains(err.Error(), "panic") {
		t.Errorf("Submit = %v, want the panic", err)
	}
	w.pending(planOf(t, app, 1))
	p := calls.call()
	for _, object := range driverOf(t, planOf(t, app, 1)) {
		w.create(object)
	}
	p.proceed()
	w.awaitFinished()
	if _, err := w.Submit(t.Context(), planOf(t, app, 1), confirmed); err != nil {
		t.Errorf("Submit of the other = %v", err)
	}
	if n := panics.Caught() - before; n != 1 {
		t.Errorf("%d panics were counted, want one", n)
	}
}

func TestOutcomesThatNobodyTakesAreForgotten(t *testing.T) {
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	app := application()
	q := newQueue(Options{Clock: clock}.withDefaults())
	outcome := errors.New("outcome")
	for attempt := range int64(2) {
		if err := q.add(planOf(t, app, attempt)); !errors.Is(err, ErrPending) {
			t.Fatal(err)
		}
		task, _ := q.next(t.Context())
		q.finish(task, submission.Result{}, outcome)
	}
	clock.SetTime(clock.Now().Add(10 * time.Minute))
	if known, _, err := q.take(planOf(t, app, 0)); !known || !errors.Is(err, outcome) {
		t.Errorf("in time: known %t, %v; want the outcome", known, err)
	}
	if known, _, _ := q.take(planOf(t, app, 0)); known {
		t.Error("the outcome was taken twice")
	}
	clock.SetTime(clock.Now().Add(time.Second))
	if known, _, _ := q.take(planOf(t, app, 1)); known {
		t.Error("the outcome was kept for too long")
	}
}

func TestStartRemovesWhatAKilledOperatorLeft(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, "submission-1", "spark.properties")
	if err := errors.Join(os.Mkdir(filepath.Dir(left), 0o700), os.WriteFile(left, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := emptyDir(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if diff := cmp.Diff(0, len(entries)); diff != "" || err != nil {
		t.Errorf("%v is left, %v", entries, err)
	}
}

// What the API server seems to say is read from an output that can hold the author's words: it must not be a way to
// have spark-submit run for ever without an attempt being counted.
func TestWhatPassesDoesSoInTheEnd(t *testing.T) {
	const spoofed = "bad value: Received status: Status(code=429, reason=TooManyRequests)"
	q, plan := newQueue(Options{}.withDefaults()), planOf(t, application(), 1)
	try := func(outcome error) error {
		if err := q.add(plan); !errors.Is(err, ErrPending) {
			t.Fatal(err)
		}
		running, _ := q.next(t.Context())
		q.finish(running, submission.Result{}, outcome)
		_, _, err := q.take(plan)
		return err
	}
	for _, other := range []error{nil, failure(1, "Error: no")} {
		for range maxPassing - 1 {
			for _, passing := range []error{failure(1, spoofed), errWasInTheWay} {
				if err := try(passing); err == nil || !errors.Is(err, passing) {
					t.Fatalf("%v became %v before its time", passing, err)
				}
				if err := try(other); !errors.Is(err, other) {
					t.Fatalf("%v became %v", other, err)
				}
			}
		}
	}
	for range maxPassing - 1 {
		_ = try(failure(1, spoofed))
	}
	want := &FailedError{Reason: Exited, Detail: "5 tries in a row came to nothing", Summary: spoofed}
	if diff := cmp.Diff(message(want), message(try(failure(1, spoofed)))); diff != "" {
		t.Errorf("the last try (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[types.NamespacedName]int{}, q.passing); diff != "" {
		t.Errorf("what is remembered (-want +got):\n%s", diff)
	}
}

// queued adds a submission of an application in a namespace.
func queued(t *testing.T, q *queue, namespace, name string) (*planning.Plan, error) {
	t.Helper()
	app := application()
	app.Namespace, app.Name, app.UID = namespace, name, types.UID(namespace+"/"+name)
	plan := planOf(t, app, 1)
	return plan, q.add(plan)
}

// However many a namespace has waiting, another one has its turn: two of one run only while no other waits that has
// none.
func TestNamespacesTakeTurns(t *testing.T) {
	q := newQueue(Options{}.withDefaults())
	begin := func() *task {
		next, _ := q.next(t.Context())
		return next
	}
	for _, name := range []string{"a1", "a2", "a3", "a4"} {
		_, _ = queued(t, q, "a", name)
	}
	first, second := begin(), begin()
	_, _ = queued(t, q, "b", "b1")
	_, _ = queued(t, q, "b", "b2")
	_, _ = queued(t, q, "c", "c1")
	q.finish(first, submission.Result{}, nil)
	order := []string{first.plan.Name(), second.plan.Name()}
	running := second
	for range 5 {
		next := begin()
		order = append(order, next.plan.Name())
		q.finish(running, submission.Result{}, nil)
		running = next
	}
	if diff := cmp.Diff([]string{"a1", "a2", "b1", "a3", "c1", "b2", "a4"}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	q.finish(running, submission.Result{}, nil)
	if len(q.waiting)+len(q.turns)+len(q.running) != 0 {
		t.Errorf("%v wait, %v have turns, and %v run in the end", q.waiting, q.turns, q.running)
	}
}

// A namespace that fills the queue leaves each other one its share.
func TestAFullQueueHasRoomForOthers(t *testing.T) {
	q := newQueue(Options{Queue: 4}.withDefaults())
	for _, step := range []struct {
		namespace, name string
		want            error
	}{
		{"a", "n1", ErrPending}, {"a", "n2", ErrPending}, {"a", "n3", ErrPending}, {"a", "n4", ErrPending}, {"a", "n5", ErrQueueFull},
		{"b", "n1", ErrPending}, {"b", "n2", ErrPending}, {"b", "n3", ErrQueueFull}, {"c", "n1", ErrPending}, {"c", "n2", ErrQueueFull},
	} {
		if _, err := queued(t, q, step.namespace, step.name); !errors.Is(err, step.want) {
			t.Errorf("%s/%s: %v, want %v", step.namespace, step.name, err, step.want)
		}
	}
}

// A submission knows how many are ahead of it; what is said changes once a minute at most.
func TestPlacesInTheQueue(t *testing.T) {
	clock := clocktesting.NewFakePassiveClock(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	q := newQueue(Options{Clock: clock}.withDefaults())
	ahead := func(err error) int {
		if !errors.Is(err, ErrPending) {
			t.Fatal(err)
		}
		if queued, isQueued := errors.AsType[*QueuedError](err); isQueued {
			return queued.Ahead
		}
		return 0
	}
	place := func(namespace, name string) (*planning.Plan, int) {
		plan, err := queued(t, q, namespace, name)
		return plan, ahead(err)
	}
	_, a1 := place("a", "a1")
	_, a2 := place("a", "a2")
	first, _ := q.next(t.Context())
	_, _ = q.next(t.Context())
	_, a3 := place("a", "a3")
	last, a4 := place("a", "a4")
	_, b1 := place("b", "b1")
	_, b2 := place("b", "b2")
	if diff := cmp.Diff([]int{0, 0, 2, 3, 3, 5}, []int{a1, a2, a3, a4, b1, b2}); diff != "" {
		t.Errorf("ahead (-want +got):\n%s", diff)
	}
	q.finish(first, submission.Result{}, nil)
	_, _, err := q.take(last)
	soon := ahead(err)
	clock.SetTime(clock.Now().Add(aheadAge))
	_, _, err = q.take(last)
	if diff := cmp.Diff([]int{3, 3}, []int{soon, ahead(err)}); diff != "" {
		t.Errorf("ahead of the last later (-want +got):\n%s", diff)
	}
}
