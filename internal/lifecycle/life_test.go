// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

// podCache is what a controller sees of pods.
type podCache struct {
	driver    *corev1.Pod
	executors []*corev1.Pod
}

// edge is a transition without its reason.
type edge struct{ from, to v1beta2.ApplicationStateType }

// life is a world with a controller that is not all-knowing and not immortal: it sees caches that may be stale, each on
// its own, its writes carry the version that it decided on, spark-submit takes its time, and it may die between any two
// calls. It does what controllers/sparkapplication does.
type life struct {
	*world
	r *rand.Rand
	// version is that of the application; it changes with every write.
	version int
	seenApp struct {
		app        *v1beta2.SparkApplication
		version    int
		unreadable bool
	}
	// unreadable is whether the application cannot be decoded now.
	unreadable bool
	seenPods   podCache
	// past are earlier states of the cache of pods: a controller that starts anew may get a list that is that old.
	past                                     []podCache
	appsLag, podsLag, lagging, mortal, async bool
	// stale is whether a cache was ever stale in this life.
	stale bool
	// inFlight is the attempt that spark-submit is at work on, or 0.
	inFlight   int64
	gates      bool
	podChanges int
	edges      map[edge]bool
	// succeeded is the attempt whose driver ended well under the eyes of a controller that followed it, or 0.
	succeeded int64
	// decisions are all that were taken.
	decisions []passage
	// vanished are attempts whose driver went before any status had it.
	vanished []int64
}

// passage is what a decision passed through and emitted.
type passage struct {
	passed  []v1beta2.ApplicationStateType
	emitted []events.Event
}

func newLife(r *rand.Rand, edges map[edge]bool) *life {
	seconds := func() *int64 { return []*int64{nil, ptr.To[int64](0), new(60 * (1 + r.Int64N(30)))}[r.IntN(3)] }
	chance := func() bool { return r.IntN(2) == 0 }
	w := newWorld(retries(r.Int32N(3)), func(a *v1beta2.SparkApplication) {
		a.Spec.RestartPolicy.Type = []v1beta2.RestartPolicyType{
			v1beta2.RestartPolicyOnFailure, v1beta2.RestartPolicyOnFailure, v1beta2.RestartPolicyNever, v1beta2.RestartPolicyAlways}[r.IntN(4)]
		a.Spec.ActiveDeadlineSeconds = seconds()
		a.Spec.Timeouts = &v1beta2.Timeouts{DriverPendingSeconds: seconds(), ExecutorsPendingSeconds: seconds(), SidecarsSeconds: seconds()}
		a.Spec.RestartPolicy.ResetAfterSeconds = ptr.To[int64](120)
		a.Spec.UpdatePolicy = []v1beta2.UpdatePolicy{"", v1beta2.UpdatePolicyRestart, v1beta2.UpdatePolicyNextAttempt}[r.IntN(3)]
		if chance() {
			a.Spec.RestartPolicy.OnInfrastructureFailureRetries = new(r.Int32N(3))
		}
		if r.IntN(8) == 0 {
			a.Spec.TimeToLiveSeconds = ptr.To[int64](3600)
		}
		a.Spec.Suspend = new(r.IntN(8) == 0)
	})
	w.slow = chance()
	w.policy = Policy{MaxTrackedExecutors: r.IntN(3), Timeouts: Timeouts{ExecutorsEnd: 30 * time.Second, Cleanup: 2 * time.Minute, Sidecars: time.Minute}}
	return &life{world: w, r: r, lagging: chance(), mortal: chance(), async: chance(), gates: r.IntN(4) == 0, edges: edges}
}

func (l *life) dies() bool { return l.mortal && l.r.IntN(12) == 0 }

// live reconciles for as long as something comes of it. It returns the last decision, and whether it was carried out.
func (l *life) live() (d Decision, done bool) {
	for range 12 {
		version, pods := l.version, l.podChanges
		d, done = l.once()
		if l.deleted || version == l.version && pods == l.podChanges {
			return d, done
		}
	}
	return d, done
}

func (l *life) once() (d Decision, done bool) {
	o := l.look()
	version := l.seenApp.version
	for range 6 {
		t := decide(o, l.policy)
		from := o.App.Status.AppState.State
		for _, to := range t.passed {
			l.edges[edge{from, to}] = true
			from = to
		}
		d = t.decision()
		l.decisions = append(l.decisions, passage{t.passed, d.Events})
		if l.dies() {
			return d, false
		}
		if !equality.Semantic.DeepEqual(o.App.Status, d.Status) {
			if version != l.version {
				return d, false
			}
			stored := l.app.DeepCopy()
			stored.Status = d.Status
			l.write(stored)
			o.App, version = stored, l.version
			l.hideSpec(&o)
		}
		again := false
		for _, a := range d.Actions {
			if l.dies() {
				return d, false
			}
			more, failed := l.carryOut(&o, version, a)
			if failed {
				return d, false
			}
			again = again || more
		}
		if !again {
			return d, true
		}
	}
	panic("no rest: " + string(l.state()))
}

func (l *life) write(app *v1beta2.SparkApplication) { l.app, l.version = app, l.version+1 }

// look observes: the caches, where they are not stale, and the API server where the cache has no driver.
func (l *life) look() Observation {
	if l.seenApp.app == nil || !l.appsLag {
		l.seenApp.app, l.seenApp.version, l.seenApp.unreadable = l.app, l.version, l.unreadable
	}
	if !l.podsLag {
		l.seenPods = podCache{l.driver, slices.Clone(l.executors)}
		l.past = append(l.past, l.seenPods)
	}
	l.stale = l.stale || l.appsLag || l.podsLag
	o := Observation{Now: l.now, App: l.seenApp.app, Driver: l.seenPods.driver, Executors: l.seenPods.executors}
	followed := []v1beta2.ApplicationStateType{submitted, running, v1beta2.ApplicationStateUnknown}
	if o.Driver == nil && slices.Contains(followed, o.App.Status.AppState.State) {
		o.Driver = l.driver
	}
	l.endSeen = seenSince(l.endSeen, o)
	o.EndSeen = l.endSeen
	if l.seenApp.unreadable {
		o.Unreadable = errors.New("spec.driver: it cannot be decoded")
	}
	l.hideSpec(&o)
	return o
}

// hideSpec leaves of an application what can be read of it.
func (l *life) hideSpec(o *Observation) {
	if o.Unreadable != nil {
		o.App = o.App.DeepCopy()
		o.App.Spec = v1beta2.SparkApplicationSpec{}
	}
}

// carryOut does an action, and reports whether there is something new to decide on, or whether it failed.
func (l *life) carryOut(o *Observation, version int, a Action) (again, failed bool) {
	if _, harmless := a.(RemoveFinalizer); o.Unreadable != nil && !harmless && o.App.DeletionTimestamp.IsZero() {
		panic(fmt.Sprintf("%s for an application that cannot be read", a))
	}
	isReal := func(pod *corev1.Pod) bool { return pod != nil && l.driver != nil && pod.UID == l.driver.UID }
	switch a := a.(type) {
	case Submit:
		if version != l.version {
			return false, true
		}
		return true, !l.submit(o, a.Attempt)
	case DeleteRun:
		if version != l.version {
			return false, true
		}
		o.RunDeleted(o.Driver == nil && len(o.Executors) == 0 && l.inFlight == 0)
		l.inFlight = 0
		l.deleteSeen(o)
		return o.Released, false
	case RemoveFinalizer:
		if isReal(o.Driver) {
			l.changeDriver(func(p *corev1.Pod) { p.Finalizers = nil })
		}
		o.Driver = o.Driver.DeepCopy()
		o.Driver.Finalizers = nil
		return true, false
	case DeleteExecutors:
		l.executors = slices.DeleteFunc(slices.Clone(l.executors), func(p *corev1.Pod) bool { return slices.Contains(a.Names, p.Name) })
		l.podChanges++
	case EndDriverPod:
		if isReal(o.Driver) {
			l.changeDriver(func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds, p.Status.Phase = ptr.To[int64](1), corev1.PodFailed })
		}
	case DeleteApplication:
		if version != l.version {
			return false, true
		}
		l.deleted = true
	}
	return false, false
}

// submit reports whether there is an outcome.
func (l *life) submit(o *Observation, attempt identity.Attempt) bool {
	switch {
	case l.driver != nil && !belongsTo(l.driver, attempt):
		// Its name is taken.
		return false
	case l.driver == nil && l.async && l.inFlight == 0:
		l.inFlight = attempt.Number
		o.Submitting = true
		return true
	case l.driver == nil && l.inFlight != 0:
		o.Submitting = true
		return true
	case l.driver == nil && l.refuse == nil:
		l.makeDriver(attempt)
	}
	o.Submitting, o.Submission = false, &SubmissionOutcome{Attempt: attempt.Number}
	if l.driver == nil {
		o.Submission.Err = l.refuse
	}
	return !l.dies()
}

func (l *life) makeDriver(attempt identity.Attempt) {
	for _, pod := range l.executors {
		// In a stale cache, executors whose driver is gone may be on their way out.
		if !belongsTo(pod, attempt) && !l.stale {
			l.twice = append(l.twice, attempt.Number)
		}
	}
	l.podChanges++
	l.driver = driverPod(attempt)
	l.driver.UID, l.driver.CreationTimestamp = types.UID(fmt.Sprint(l.podChanges)), metav1.NewTime(l.now)
	if l.gates {
		l.driver.Status.Conditions = gate
	}
	l.submitted = append(l.submitted, attempt.Number)
}

// deleteSeen deletes the pods that were observed, by their UID, and lets the driver go.
func (l *life) deleteSeen(o *Observation) {
	if o.Driver != nil && l.driver != nil && o.Driver.UID == l.driver.UID {
		l.forgetUnrecorded()
		l.changeDriver(func(p *corev1.Pod) {
			p.Finalizers = nil
			*p = *deletedPod(p, l.now)
		})
	}
	for i, pod := range l.executors {
		if slices.ContainsFunc(o.Executors, func(seen *corev1.Pod) bool { return seen.UID == pod.UID }) && pod.DeletionTimestamp == nil {
			l.executors = slices.Clone(l.executors)
			l.executors[i] = deletedPod(pod, l.now)
			l.podChanges++
		}
	}
	if !l.slow {
		l.podsGo()
	}
}

// changeDriver changes the driver pod, which goes if it is deleted and nobody keeps it.
func (l *life) changeDriver(change func(*corev1.Pod)) {
	if l.driver == nil {
		return
	}
	before := l.driver
	l.driver = l.driver.DeepCopy()
	change(l.driver)
	if !equality.Semantic.DeepEqual(before, l.driver) {
		l.podChanges++
	}
}

// happen lets one thing happen.
func (l *life) happen() {
	things := l.things()
	names := slices.Sorted(maps.Keys(things))
	things[names[l.r.IntN(len(names))]]()
}

func (l *life) edit(change func(*v1beta2.SparkApplication)) {
	l.world.edit(change)
	l.version++
}

func (l *life) things() map[string]func() {
	minutes := func(n int) time.Duration { return time.Duration(l.r.IntN(n*60)) * time.Second }
	suspend := func(s *bool) func() {
		return func() { l.edit(func(a *v1beta2.SparkApplication) { a.Spec.Suspend = s }) }
	}
	return map[string]func(){
		"time passes":      func() { l.now = l.now.Add(minutes(1)) },
		"much time passes": func() { l.now = l.now.Add(minutes(60)) },
		"driver runs": func() {
			l.changeDriver(func(p *corev1.Pod) { l.driverRuns(); p.Status.Conditions = nil })
		},
		"driver succeeds":        l.driverSucceeds,
		"driver fails":           func() { l.unlessEnded(func() { l.driverEnds(1) }) },
		"driver is OOM killed":   func() { l.unlessEnded(func() { l.driverEnds(137) }) },
		"driver is not heard of": func() { l.unlessEnded(func() { l.driver.Status.Phase = corev1.PodUnknown }) },
		"driver waits":           func() { l.unlessEnded(func() { l.driver.Status.Phase = corev1.PodPending }) },
		"gates open":             func() { l.changeDriver(func(p *corev1.Pod) { p.Status.Conditions = nil }) },
		"sidecar goes on":        func() { l.changeDriver(func(p *corev1.Pod) { p.Status.Phase = corev1.PodRunning }) },
		"driver vanishes":        l.driverVanishes,
		"driver is evicted": func() {
			l.unlessEnded(func() { l.driverEnds(143); evict(l.driver); l.driver = deletedPod(l.driver, l.now) })
		},
		"driver is deleted": func() { l.changeDriver(func(p *corev1.Pod) { *p = *deletedPod(p, l.now) }) },
		"deleted by force": func() {
			l.changeDriver(func(p *corev1.Pod) {
				p.DeletionTimestamp, p.DeletionGracePeriodSeconds = new(metav1.NewTime(l.now)), ptr.To[int64](0)
			})
		},
		"deleted pods go": l.podsGo,
		"suspend":         suspend(new(true)),
		"resume":          suspend(nil),
		"edit": func() {
			l.edit(func(a *v1beta2.SparkApplication) { a.Spec.Arguments = []string{fmt.Sprint(l.r.IntN(1000))} })
		},
		"it becomes unreadable": func() {
			l.edit(func(*v1beta2.SparkApplication) { l.unreadable = true })
		},
		"it is mended": func() {
			l.edit(func(*v1beta2.SparkApplication) { l.unreadable = false })
		},
		"cluster refuses":           func() { l.refuse = errQuota },
		"cluster accepts":           func() { l.refuse = nil },
		"spark-submit ends":         l.sparkSubmitEnds,
		"executor starts":           func() { l.startExecutor(corev1.PodRunning) },
		"executor waits":            func() { l.startExecutor(corev1.PodPending) },
		"executor fails":            func() { l.startExecutor(corev1.PodFailed) },
		"executor is unheard of":    func() { l.startExecutor(corev1.PodUnknown) },
		"applications become stale": func() { l.appsLag = l.lagging && l.r.IntN(4) == 0 },
		"pods become stale":         func() { l.podsLag = l.lagging && l.r.IntN(4) == 0 },
		"restart on an old list":    l.restartInThePast,
		"caches catch up":           func() { l.appsLag, l.podsLag = false, false },
	}
}

func (l *life) restartInThePast() {
	if l.lagging && l.r.IntN(4) == 0 && len(l.past) > 0 {
		recent := l.past[max(0, len(l.past)-20):]
		l.seenPods, l.podsLag = recent[l.r.IntN(len(recent))], true
	}
}

// unlessEnded changes a driver whose container has not ended: that is for good.
func (l *life) unlessEnded(change func()) {
	if l.driver != nil && endOfSpark(l.driver, podmutation.Driver) == nil {
		l.changeDriver(func(*corev1.Pod) { change() })
	}
}

func (l *life) driverSucceeds() {
	l.unlessEnded(func() {
		alive := assess(l.driver, l.now).alive()
		l.driverEnds(0)
		follows := []v1beta2.ApplicationStateType{submitted, running, v1beta2.ApplicationStateUnknown}
		if alive && slices.Contains(follows, l.state()) {
			l.succeeded = l.app.Status.Attempt
		}
	})
}

func (l *life) driverVanishes() {
	if l.driver == nil {
		return
	}
	l.forgetUnrecorded()
	l.driver, l.succeeded, l.podChanges = nil, 0, l.podChanges+1
}

// forgetUnrecorded notes that a driver that no status has goes: its attempt is made again.
func (l *life) forgetUnrecorded() {
	for _, n := range l.submitted {
		if n > l.app.Status.Attempt {
			l.vanished = append(l.vanished, n)
		}
	}
}

func (l *life) sparkSubmitEnds() {
	if l.inFlight == 0 {
		return
	}
	if l.driver == nil && l.refuse == nil {
		l.makeDriver(identity.Of(l.app, l.inFlight))
	}
	l.inFlight = 0
}

func (l *life) startExecutor(phase corev1.PodPhase) {
	if l.driver == nil || l.driver.DeletionTimestamp != nil || l.driver.Status.Phase != corev1.PodRunning {
		return
	}
	l.podChanges++
	pod := executorPod(fmt.Sprint("exec-", l.podChanges), l.attempt(l.app.Status.Attempt), phase)
	pod.UID, pod.CreationTimestamp, pod.Labels = types.UID(fmt.Sprint(l.podChanges)), metav1.NewTime(l.now), maps.Clone(l.driver.Labels)
	l.executors = append(slices.Clone(l.executors), pod)
}

func (l *life) podsGo() {
	before := len(l.pods())
	l.world.podsGo()
	if len(l.pods()) != before {
		l.podChanges++
	}
}

// settle lets the world come to rest: the application can be read, nothing is suspended, nothing dies, the cluster
// accepts, caches follow, drivers succeed, pods go.
func (l *life) settle() {
	l.refuse, l.mortal, l.appsLag, l.podsLag = nil, false, false, false
	l.edit(func(a *v1beta2.SparkApplication) {
		l.unreadable = false
		a.Spec.Suspend, a.Spec.RestartPolicy.Type = nil, v1beta2.RestartPolicyNever
	})
	for range 40 {
		l.now = l.now.Add(time.Minute)
		l.sparkSubmitEnds()
		l.driverSucceeds()
		l.podsGo()
		l.live()
	}
}
