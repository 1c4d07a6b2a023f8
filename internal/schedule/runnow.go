// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"fmt"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// MaxTokenBytes is the greatest length of the annotation that asks for a run.
const MaxTokenBytes = 253

// decideRunNow makes the run that somebody asks for, once for each token. That the schedule is suspended does not
// matter: a person knows.
func (t *turn) decideRunNow() {
	token, asked := t.pendingToken()
	if !asked || t.invalid != "" || t.unfinished {
		return
	}
	if len(t.Schedule.Annotations[sparklabels.RunNow]) > MaxTokenBytes {
		t.refuseRunNow(token, fmt.Sprintf("the value of %s is longer than %d bytes", sparklabels.RunNow, MaxTokenBytes))
		return
	}
	of := Occasion{Trigger: TriggerRunNow, Slot: t.now(), Token: token}
	name := RunName(t.Schedule, of)
	if run, exists := t.runs.named[name]; exists {
		t.adopt(run)
		t.status.RunNow = &v1beta2.RunNowStatus{Token: token, Time: *seconds(run.Created), RunName: name}
		return
	}
	if why, refused := t.Refused[name]; refused {
		t.refuseRunNow(token, head(why, maxMessageBytes))
		return
	}
	busy := t.underWay()
	switch {
	case len(busy) == 0 || t.concurrency() == v1beta2.ConcurrencyAllow:
		t.create(of)
	case t.concurrency() == v1beta2.ConcurrencyReplace:
		t.say("the run that was asked for waits")
		t.replace("the run that was asked for")
	default:
		t.refuseRunNow(token, fmt.Sprintf("the run %s is under way and concurrencyPolicy is Forbid", busy[0]))
	}
}

// refuseRunNow records that a run is not made. It is not tried again: who wants it asks again.
func (t *turn) refuseRunNow(token, why string) {
	t.status.RunNow = &v1beta2.RunNowStatus{Token: token, Time: *seconds(t.now()), Refused: why}
	t.emit(events.Warningf(ReasonRunRefused, events.Submit, "The run that %s asks for is not made: %s", sparklabels.RunNow, why))
	t.say("the run that was asked for is refused")
}
