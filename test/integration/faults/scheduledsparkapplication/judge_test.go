// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// reasons are those of the events that people and their tools wait for.
var reasons = []string{
	string(schedule.ReasonRunCreated), string(schedule.ReasonRunMissed), string(schedule.ReasonRunReplaced), string(schedule.ReasonRunsPruned),
	string(schedule.ReasonInvalid),
}

// judge watches what must never happen. Objects of different kinds are seen in no order, but each with its version,
// and versions are of all kinds together.
type judge struct {
	// slots are the runs of slots and of tokens.
	slots map[string]types.UID
	runs  map[types.UID]*life
	pods  map[types.UID]*life
}

// life is from when until when an object was there, by versions; until is zero while it is. A run has also over, at
// which it had ended.
type life struct {
	run                string
	from, until, ended int64
}

func newJudge() judge {
	return judge{slots: map[string]types.UID{}, runs: map[types.UID]*life{}, pods: map[types.UID]*life{}}
}

func (t *world) saw(change watch.EventType, object client.Object) {
	version, err := strconv.ParseInt(object.GetResourceVersion(), 10, 64)
	if err != nil {
		t.Object("%T %s has the version %q", object, object.GetName(), object.GetResourceVersion())
	}
	switch object := object.(type) {
	case *v1beta2.SparkApplication:
		t.judge.run(t, change, object, version)
	case *corev1.Pod:
		lifeOf(t.judge.pods, object.UID, object.Labels[sparklabels.AppName], change, version)
	}
}

func lifeOf(lives map[types.UID]*life, uid types.UID, run string, change watch.EventType, version int64) *life {
	if lives[uid] == nil {
		lives[uid] = &life{run: run, from: version}
	}
	if change == watch.Deleted {
		lives[uid].until = version
	}
	return lives[uid]
}

func (j *judge) run(t *world, change watch.EventType, run *v1beta2.SparkApplication, version int64) {
	made := lifeOf(j.runs, run.UID, run.Name, change, version)
	if run.Status.AppState.State.Ended() && made.ended == 0 {
		made.ended = version
	}
	of := fmt.Sprintf("slot %d", t.slotOf(run))
	if run.Labels[sparklabels.TriggeredBy] == sparklabels.TriggeredByRunNow {
		of = "token " + run.Annotations[sparklabels.RunNow]
	}
	if first, known := j.slots[of]; known && first != run.UID {
		t.Object("%s has a second run", of)
	}
	j.slots[of] = run.UID
}

// together objects to runs that were under way at the same time. A run is until it has ended, or until it is gone and
// its pods are.
func (j *judge) together() error {
	var err error
	for uid, run := range j.runs {
		for otherUID, other := range j.runs {
			if other.from <= run.from || uid == otherUID {
				continue
			}
			if over := j.over(run); over == 0 || over > other.from {
				err = errors.Join(err, fmt.Errorf("%s was made at version %d, and %s was over at %d", other.run, other.from, run.run, over))
			}
		}
	}
	return err
}

// over returns the version at which nothing of a run was under way any more; 0 where something is.
func (j *judge) over(run *life) int64 {
	if run.ended > 0 {
		return run.ended
	}
	last := run.until
	for _, pod := range j.pods {
		switch {
		case pod.run != run.run || last == 0:
		case pod.until == 0:
			return 0
		default:
			last = max(last, pod.until)
		}
	}
	return last
}

// counters are what becomes of the slots of a scenario.
type counters struct {
	State v1beta2.ScheduleState
	// Runs are what runs were made for, Missed the slots that were not run, by reason.
	Runs   []string
	Missed map[string]int64
	// Succeeded and Failed are how many runs are kept.
	Succeeded, Failed, Active int
}

// outcome says what the scenario has come to.
func (t *world) outcome(left []client.Object, o *engine.Outcome) (err error) {
	source := metrics.Source{Elected: make(chan struct{}), Now: time.Now}
	if o.Metrics, err = engine.Moved(t.metrics.Collector(source)); err != nil {
		return err
	}
	t.Locked(func() {
		if t.scenario.alone {
			err = errors.Join(err, t.judge.together())
		}
		o.Counters = counters{Runs: sortedKeys(t.judge.slots)}
	})
	for _, object := range left {
		schedule, isSchedule := object.(*v1beta2.ScheduledSparkApplication)
		if !isSchedule {
			continue
		}
		s := &schedule.Status
		o.Counters = counters{
			State: s.ScheduleState, Runs: sortedKeys(t.judge.slots), Missed: s.MissedRuns,
			Succeeded: len(s.PastSuccessfulRunNames), Failed: len(s.PastFailedRunNames), Active: len(s.ActiveRunNames),
		}
		status, abnormal := t.Normal(s, t.names()...)
		o.Status, err = status, errors.Join(err, abnormal)
	}
	return err
}

// names returns what differs from trial to trial, each with what to say instead: names of runs, and the times of slots.
func (t *world) names() []string {
	var names []string
	t.Locked(func() {
		for of, uid := range t.judge.slots {
			names = append(names, t.judge.runs[uid].run, "run of "+of)
		}
	})
	for n := -3; n < 10; n++ {
		names = append(names, "at "+t.slot(n).Format(time.RFC3339), fmt.Sprintf("at slot %d", n))
	}
	return append(names, t.expression, "hourly", fmt.Sprintf("%d * * * *", t.first.Minute()), "hourly, edited")
}

func sortedKeys(slots map[string]types.UID) []string {
	var keys []string
	for key := range slots {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }
