// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/internal/testing/wire"
)

// compare compares what a trial has come to with what it comes to without faults.
func (t *Trial) compare(got, undisturbed *Outcome) error {
	c, f := t.Injector.Target()
	want := *undisturbed
	excused := t.world.Excuse != nil && t.world.Excuse(got, &want, c, f)
	errs := t.compareEvents(got, &want)
	if !excused {
		errs = append(errs, compareMetrics(got, &want, forgets(f))...)
	}
	if diff := cmp.Diff(want.Counters, got.Counters); diff != "" {
		errs = append(errs, fmt.Errorf("counters (-want +got):\n%s", diff))
	}
	if diff := cmp.Diff(want.Status, got.Status); diff != "" {
		errs = append(errs, fmt.Errorf("status (-want +got):\n%s", diff))
	}
	if diff := cmp.Diff(want.Objects, got.Objects); diff != "" {
		errs = append(errs, fmt.Errorf("what is left (-want +got):\n%s", diff))
	}
	if limit := 2*len(want.Calls) + 20; len(got.Calls) > limit {
		errs = append(errs, fmt.Errorf("%d calls were made, %d without faults", len(got.Calls), len(want.Calls)))
	}
	return errors.Join(errs...)
}

// forgets reports whether the fault may lose events and metrics. Both are of the process, and follow a status write
// that it knows has succeeded: a crash, or a write whose answer is lost, may lose what belongs to it. Nothing is ever
// counted twice.
func forgets(f wire.Fault) bool { return f.Crashes() || f == wire.AnswerLost }

func (t *Trial) compareEvents(got, want *Outcome) (errs []error) {
	if c, f := t.Injector.Target(); !forgets(f) && !c.Event() {
		for _, reason := range t.subject.Reasons {
			if want.Reasons[reason] && !got.Reasons[reason] {
				errs = append(errs, fmt.Errorf("no event %s", reason))
			}
		}
	}
	if got.Events > want.Events+2 {
		errs = append(errs, fmt.Errorf("%d events were emitted, %d without faults", got.Events, want.Events))
	}
	return errs
}

func compareMetrics(got, want *Outcome, forgetful bool) (errs []error) {
	for name, figure := range want.Metrics {
		if missing := figure - got.Metrics[name]; missing < 0 || missing > 0 && !forgetful {
			errs = append(errs, fmt.Errorf("%s was counted %v times, without faults %v", name, got.Metrics[name], figure))
		}
	}
	for name, figure := range got.Metrics {
		if _, known := want.Metrics[name]; !known {
			errs = append(errs, fmt.Errorf("%s was counted %v times, without faults never", name, figure))
		}
	}
	return errs
}
