// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// world is a cluster with one schedule, people who edit it, and an operator that does with decisions what the
// controller does: it may die between any two calls, sees runs late, loses races, and has a clock that is wrong.
type world struct {
	t   *testing.T
	rng *rand.Rand
	// unit is about how long it is from one slot to the next.
	unit time.Duration

	now      time.Time
	skew     time.Duration
	schedule *v1beta2.ScheduledSparkApplication
	version  int
	invalid  string

	// live are the runs that there are, and pods those that have pods although they are gone or going.
	live map[string]Run
	ends map[string]time.Time
	pods map[string]time.Time
	// cached is what the operator's cache has, and made the runs that the process remembers to have made.
	cached map[string]Run
	made   map[string]bool
	down   bool

	// ledger
	created map[string]Occasion
	counted map[string]int
	// backfills numbers the backfills, and backfilled says which made a run.
	backfills  int
	backfilled map[string]int
	// unstored are runs that no status speaks of yet, by the expression by which they were due. If that is changed
	// before one does, the run may be of a slot that was never: excused.
	unstored map[string]string
	excused  map[string]bool
	log      []string
	faults   bool
	tokens   int
	stalls   int
}

var expressions = []struct {
	text string
	unit time.Duration
}{
	{"* * * * *", time.Minute}, {"*/5 * * * *", 5 * time.Minute}, {"@every 90s", 90 * time.Second}, {"@every 1h", time.Hour},
	{"@hourly", time.Hour}, {"30 2 * * *", 24 * time.Hour}, {"15,45 1-3 * * *", 8 * time.Hour}, {"CRON_TZ=Australia/Lord_Howe 0 2 * * *", 24 * time.Hour},
	{"0 0 1 * *", 30 * 24 * time.Hour}, {"TZ=America/Santiago @daily", 24 * time.Hour}, {"@every 1s", 5 * time.Second},
}

var zones = []string{"", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{
		t: t, rng: rand.New(rand.NewPCG(seed, 14)), live: map[string]Run{}, ends: map[string]time.Time{}, pods: map[string]time.Time{},
		cached: map[string]Run{}, made: map[string]bool{}, created: map[string]Occasion{}, counted: map[string]int{}, backfilled: map[string]int{}, unstored: map[string]string{}, excused: map[string]bool{}, faults: true,
	}
	w.now = time.Date(2025, time.Month(1+w.rng.IntN(12)), 1+w.rng.IntN(28), w.rng.IntN(24), w.rng.IntN(60), w.rng.IntN(60), w.rng.IntN(1e9), time.UTC)
	w.schedule = &v1beta2.ScheduledSparkApplication{}
	w.schedule.Name, w.schedule.Namespace, w.schedule.UID = "nightly", "team", types.UID(fmt.Sprint("uid-", seed))
	w.schedule.CreationTimestamp = *seconds(w.now)
	w.schedule.Annotations = map[string]string{}
	w.editExpression()
	for range w.rng.IntN(5) {
		w.edit()
	}
	return w
}

func (w *world) notef(format string, args ...any) {
	w.log = append(w.log, w.now.Format(time.RFC3339)+" "+fmt.Sprintf(format, args...))
}

func (w *world) failf(format string, args ...any) {
	w.t.Helper()
	for _, line := range w.log[max(0, len(w.log)-w.tail()):] {
		w.t.Log(line)
	}
	w.t.Fatalf(format, args...)
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func (w *world) editExpression() {
	e := expressions[w.rng.IntN(len(expressions))]
	w.schedule.Spec.Schedule, w.unit = e.text, e.unit
	w.notef("schedule %s", e.text)
}

// edit has somebody change something of the schedule.
func (w *world) edit() {
	spec := &w.schedule.Spec
	w.version++
	w.schedule.Generation++
	switch w.rng.IntN(12) {
	case 0:
		w.editExpression()
	case 1:
		spec.TimeZone = zones[w.rng.IntN(len(zones))]
	case 2, 3:
		spec.Suspend = new(w.chance(50))
	case 4:
		spec.ConcurrencyPolicy = []v1beta2.ConcurrencyPolicy{"", "Allow", "Forbid", "Replace"}[w.rng.IntN(4)]
	case 5:
		spec.MissedRunPolicy = []v1beta2.MissedRunPolicy{"", "RunOnce", "Skip", "RunAll"}[w.rng.IntN(4)]
	case 6:
		spec.StartingDeadlineSeconds = nil
		if w.chance(50) {
			spec.StartingDeadlineSeconds = new(int64(w.unit/time.Second) * int64(w.rng.IntN(40)) / 10)
		}
	case 7, 8:
		w.tokens++
		w.schedule.Annotations[sparklabels.RunNow] = fmt.Sprint("token-", w.tokens)
	case 9:
		w.backfills++
		spec.Backfill = nil
		if w.chance(70) {
			from := w.now.Add(-w.unit * time.Duration(w.rng.IntN(20)))
			spec.Backfill = &v1beta2.Backfill{From: *seconds(from), To: *seconds(from.Add(w.unit * time.Duration(w.rng.IntN(30))))}
			if w.chance(50) {
				spec.Backfill.MaxActive = new(int32(1 + w.rng.IntN(4)))
			}
		}
	case 10:
		spec.SuccessfulRunHistoryLimit, spec.FailedRunHistoryLimit = new(int32(w.rng.IntN(3))), new(int32(w.rng.IntN(3)))
	case 11:
		w.invalid = []string{"", "spec.template is bad"}[w.rng.IntN(2)]
		if w.chance(30) {
			spec.Schedule = "0 0 30 2 *"
		}
	}
	w.notef("edit: %q %q suspend=%v %s/%s deadline=%v invalid=%q token=%s", spec.Schedule, spec.TimeZone, spec.Suspend != nil && *spec.Suspend,
		spec.ConcurrencyPolicy, spec.MissedRunPolicy, spec.StartingDeadlineSeconds, w.invalid, w.schedule.Annotations[sparklabels.RunNow])
}

// pass lets time go by: runs end, pods go, caches catch up.
func (w *world) pass(d time.Duration) {
	w.now = w.now.Add(d)
	for name, at := range w.pods {
		if !at.After(w.now) {
			delete(w.pods, name)
		}
	}
	for name, at := range w.ends {
		run, exists := w.live[name]
		if exists && !at.After(w.now) && !run.State.Ended() && !run.Deleting {
			run.State = []v1beta2.ApplicationStateType{v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed}[len(name+string(run.UID))%2]
			w.live[name] = run
		}
	}
	for name, run := range w.live {
		if run.Deleting && w.chance(60) {
			delete(w.live, name)
		}
	}
}

func (w *world) catchUp() { w.cached = maps.Clone(w.live) }

// restart begins another process: it has listed what there is, and remembers nothing.
func (w *world) restart() {
	w.catchUp()
	clear(w.made)
}

func (w *world) observe() Observation {
	o := Observation{Now: w.now.Add(w.skew), Schedule: w.schedule.DeepCopy(), Invalid: w.invalid, Refused: map[string]string{}, Lingering: map[string]bool{}}
	seen := maps.Clone(w.cached)
	for _, name := range append(slices.Collect(maps.Keys(w.made)), w.schedule.Status.ActiveRunNames...) {
		if _, cached := seen[name]; !cached {
			if run, exists := w.live[name]; exists {
				seen[name] = run
			}
		}
	}
	for name := range seen {
		// What the cache still has of a run that is gone is found out where it matters.
		if _, exists := w.live[name]; !exists && slices.Contains(w.schedule.Status.ActiveRunNames, name) {
			delete(seen, name)
		}
	}
	for _, name := range w.schedule.Status.ActiveRunNames {
		if _, lingers := w.pods[name]; lingers {
			o.Lingering[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		o.Runs = append(o.Runs, seen[name])
	}
	return o
}

// reconcile does what the controller does. It returns early where the process dies or loses a race.
func (w *world) reconcile() Decision {
	o, version := w.observe(), w.version
	for range 5 {
		d := Decide(o, Policy{Local: time.UTC})
		if len(d.Creates) == 0 {
			w.store(&o, version, d)
			return d
		}
		for _, create := range d.Creates {
			if w.faults && w.chance(3) {
				w.notef("dies before %s is made", create.Name)
				w.restart()
				return Decision{}
			}
			if w.faults && w.chance(5) {
				o.Refused[create.Name] = "exceeded quota"
				continue
			}
			o.Runs = append(slices.DeleteFunc(o.Runs, func(r Run) bool { return r.Name == create.Name }), w.create(&o, create))
			if w.faults && w.chance(3) {
				w.notef("dies after %s is made", create.Name)
				w.restart()
				return Decision{}
			}
		}
		if w.faults && w.chance(5) {
			w.edit()
		}
	}
	w.failf("no rest after five decisions")
	return Decision{}
}

func (w *world) create(o *Observation, create Create) Run {
	if run, exists := w.live[create.Name]; exists {
		w.made[create.Name] = true
		return run
	}
	w.checkCreate(o, create)
	run := ReadRun(RunOf(o.Schedule, create.Occasion))
	run.UID, run.Created = types.UID(fmt.Sprint("run-", len(w.created))), w.now.Truncate(time.Second)
	table, err := TimetableOf(o.Schedule, time.UTC)
	if err != nil {
		w.failf("%s is made by a schedule of which nothing is known: %v", create.Name, err)
	}
	w.unstored[create.Name] = table.String()
	w.created[create.Name], w.live[create.Name], w.made[create.Name] = create.Occasion, run, true
	w.ends[create.Name] = w.now.Add(time.Duration(w.rng.Int64N(int64(3 * w.unit))))
	w.notef("made %s (%s, due %s) by %s", create.Name, create.Trigger, create.Slot.Format(time.RFC3339), table)
	return run
}

// checkCreate says whether a run may be made.
func (w *world) checkCreate(o *Observation, create Create) {
	w.t.Helper()
	if before, again := w.created[create.Name]; again {
		// A backfill runs what was run and is gone, but nothing twice by itself, and nothing that is due of which the
		// status does not know yet.
		unknown := before.Trigger != TriggerBackfill && w.counted[create.Name] == 0 && !w.excused[create.Name]
		if create.Trigger != TriggerBackfill || w.backfilled[create.Name] == w.backfills || unknown {
			w.failf("%s is made twice, %+v and %+v", create.Name, before, create.Occasion)
		}
		w.counted[create.Name] = 0
	}
	if create.Trigger == TriggerBackfill {
		w.backfilled[create.Name] = w.backfills
	}
	spec := &o.Schedule.Spec
	if o.Invalid != "" || spec.Suspend != nil && *spec.Suspend && create.Trigger != TriggerRunNow {
		w.failf("%s is made by a schedule that is invalid or suspended", create.Name)
	}
	if due := create.Trigger == TriggerSchedule || create.Trigger == TriggerCatchUp; due && spec.StartingDeadlineSeconds != nil &&
		o.Now.Sub(create.Slot) > time.Duration(*spec.StartingDeadlineSeconds)*time.Second {
		w.failf("%s is made %s late", create.Name, o.Now.Sub(create.Slot))
	}
	if spec.ConcurrencyPolicy != v1beta2.ConcurrencyForbid && spec.ConcurrencyPolicy != v1beta2.ConcurrencyReplace {
		return
	}
	for name, run := range w.live {
		if !run.State.Ended() {
			w.failf("%s is made while %s is under way", create.Name, name)
		}
	}
	for name := range w.pods {
		w.failf("%s is made while %s has pods", create.Name, name)
	}
}

// store writes the status of a decision, and executes what comes after it.
func (w *world) store(o *Observation, version int, d Decision) {
	if w.faults && w.chance(5) {
		w.edit()
	}
	if version != w.version {
		w.notef("lost a race")
		return
	}
	if w.faults && w.chance(3) {
		w.notef("dies before the status is stored")
		w.restart()
		return
	}
	w.checkStatus(o, d)
	w.checkRest(o, d)
	for name, expression := range w.unstored {
		if expression != d.Status.Schedule {
			w.excused[name] = true
		}
		if expression != d.Status.Schedule || w.counted[name] > 0 {
			delete(w.unstored, name)
		}
	}
	w.schedule.Status = d.Status
	if d.Because != "" {
		w.notef("stored: %s, up to %s: %s", d.Status.Schedule, timeOf(d.Status.LastScheduledTime).Format(time.RFC3339), d.Because)
	}
	if w.faults && w.chance(3) {
		w.notef("dies after the status is stored")
		w.restart()
		return
	}
	for _, doomed := range d.Deletes {
		run, exists := w.live[doomed.Name]
		if !exists || run.UID != doomed.UID {
			continue
		}
		if _, has := w.created[doomed.Name]; has && !run.State.Ended() && doomed.Why == DeletePruned {
			w.failf("%s is pruned and has not ended", doomed.Name)
		}
		if !run.State.Ended() {
			w.pods[doomed.Name] = w.now.Add(time.Duration(w.rng.Int64N(int64(30 * time.Second))))
		}
		run.Deleting = true
		w.live[doomed.Name] = run
		w.notef("deleted %s (%s)", doomed.Name, doomed.Why)
	}
}

func sum(missed map[string]int64) (n int64) {
	for _, count := range missed {
		n += count
	}
	return n
}

// checkStatus says whether a status follows from the one before: it only moves forward, and each slot that it passes
// was run or is counted as missed, once.
func (w *world) checkStatus(o *Observation, d Decision) {
	w.t.Helper()
	before, after := &w.schedule.Status, &d.Status
	from, to := timeOf(before.LastScheduledTime), timeOf(after.LastScheduledTime)
	if to.Before(from) {
		w.failf("the cursor moves back from %s to %s", from, to)
	}
	for reason, count := range before.MissedRuns {
		if after.MissedRuns[reason] < count {
			w.failf("fewer are missed: %v, then %v", before.MissedRuns, after.MissedRuns)
		}
	}
	if b, a := before.Backfill, after.Backfill; b != nil && a != nil && b.From.Equal(&a.From) && b.To.Equal(&a.To) &&
		(a.Created < b.Created || a.Succeeded < b.Succeeded || a.Failed < b.Failed || backfillCursor(a).Before(backfillCursor(b)) ||
			a.Succeeded+a.Failed > a.Created) {
		w.failf("the backfill moves back or counts what it has not made: %+v, then %+v", *b, *a)
	}
	for _, made := range d.Counts.Made {
		if w.counted[made.Name]++; w.counted[made.Name] > 1 {
			w.failf("%s is counted twice", made.Name)
		}
	}
	if missed, counted := sum(after.MissedRuns)-sum(before.MissedRuns), d.Counts.Missed; missed != sumOf(counted) {
		w.failf("the status counts %d as missed, and metrics %v", missed, counted)
	}
	w.checkSlots(o, d, from, to)
}

func sumOf(counts map[MissedReason]int64) (n int64) {
	for _, count := range counts {
		n += count
	}
	return n
}

func (w *world) checkSlots(o *Observation, d Decision, from, to time.Time) {
	w.t.Helper()
	before, after := &w.schedule.Status, &d.Status
	expression := before.Schedule
	if before.LastScheduledTime == nil {
		expression, from = after.Schedule, w.schedule.CreationTimestamp.UTC()
	}
	if expression == "" {
		if n := sumOf(d.Counts.Missed); n > 0 {
			w.failf("%d slots are missed and there were none", n)
		}
		return
	}
	table, err := newTimetable(expression, "", w.schedule.CreationTimestamp.Time, time.UTC)
	if err != nil {
		w.failf("stored expression: %v", err)
	}
	var due, run int64
	until := o.Now
	for _, made := range d.Counts.Made {
		// A clock that was put back is ahead of nothing that was made.
		if made.Trigger != TriggerRunNow && made.Slot.After(until) {
			until = made.Slot
		}
	}
	if to.After(from) {
		if to.Before(until) {
			until = to
		}
		for slot := table.Next(from); !slot.IsZero() && !slot.After(until); slot = table.Next(slot) {
			due++
			if _, made := w.created[RunName(w.schedule, Occasion{Slot: slot})]; made {
				run++
			}
		}
	}
	if missed := sumOf(d.Counts.Missed); due != run+missed {
		w.failf("%d slots from %s to %s, of which %d were run and %d (%v) missed: %s", due, from, to, run, missed, d.Counts.Missed, d.Because)
	}
}

// checkRest says whether a decision that is stored is one after which there is nothing to do.
func (w *world) checkRest(o *Observation, d Decision) {
	w.t.Helper()
	next := *o
	next.Schedule = o.Schedule.DeepCopy()
	next.Schedule.Status = *d.Status.DeepCopy()
	again := Decide(next, Policy{Local: time.UTC})
	if d.RequeueAfter == immediately {
		w.stalls++
		return
	}
	w.stalls = 0
	if diff := restDiff(d, again); diff != "" {
		w.failf("another decision on the same (-first +second):\n%s\nfirst: %s\nsecond: %s", diff, d.Because, again.Because)
	}
}

// tail is how many lines of what happened a failure shows.
func (w *world) tail() int { return *lines }
