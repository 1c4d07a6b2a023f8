// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/internal/planning"
)

const (
	// refusalAge is how long an answer about a driver without executors is good for. Many drivers may be without any
	// where a quota is used up, so there is a limit for all of them together, too.
	refusalAge                = time.Minute
	refusalRate, refusalBurst = 2, 20
)

// dryRuns are what the API server has said of executors.
type dryRuns struct {
	// attempts has, for each application, the attempt whose executors need no further question: spark-submit takes
	// several calls to make a driver.
	attempts memory.Of[string]
	refused  memory.Of[refused]
	allowed  allowance
}

// refused is what is known of the executors of a driver that has none.
type refused struct {
	driver   types.UID
	askAgain time.Time
	known    *lifecycle.Refusal
}

func (d *dryRuns) forget(key types.NamespacedName) {
	d.attempts.Forget(key)
	d.refused.Forget(key)
}

// askAboutExecutors asks, once before the first driver of an attempt, whether the API server would take its executors.
// It returns a warning where it would not at the moment, and an error where it would not at all.
func (r *Reconciler) askAboutExecutors(ctx context.Context, obs *lifecycle.Observation, plan *planning.Plan) (warnings []string, err error) {
	id := plan.Attempt().SubmissionID
	if r.Executors == nil || obs.Driver != nil || r.known.dryRuns.attempts.Get(obs.App) == id {
		return nil, nil
	}
	refused := r.Executors.Executors(ctx, plan)
	if refused != nil && !refused.Passing {
		return nil, refused
	}
	r.known.dryRuns.attempts.Set(obs.App, id)
	if refused != nil {
		warnings = []string{refused.Error()}
	}
	return warnings, nil
}

// refusalOfExecutors returns why the driver has no executors, or nil where it has some, where they would be taken, or
// where that is not known.
func (r *Reconciler) refusalOfExecutors(ctx context.Context, obs *lifecycle.Observation) *lifecycle.Refusal {
	since := lifecycle.WithoutExecutorsSince(*obs)
	// Where a changed spec waits for the next attempt, its plan is not the plan of the driver.
	if r.Executors == nil || since.IsZero() || obs.Now.Before(since) || !identity.SameSpec(obs.App.Status.SpecHash, obs.SpecHash) {
		return nil
	}
	known, ask := r.known.dryRuns.shouldAsk(obs.App, obs.Driver.UID, obs.Now)
	if !ask {
		return known
	}
	plan, err := planning.NewPlan(obs.App, identity.OfSpec(obs.App, obs.App.Status.Attempt, obs.SpecHash), r.Options)
	if err != nil {
		return known
	}
	answer := r.Executors.Anew(ctx, plan)
	if answer == nil {
		return r.known.dryRuns.answered(obs.App, nil, obs.Now)
	}
	return r.known.dryRuns.answered(obs.App, &lifecycle.Refusal{Message: answer.Unwrap().Error(), Passing: answer.Passing, Since: obs.Now}, obs.Now)
}

// shouldAsk returns the last answer about the executors of a driver, and whether it is time to ask again.
func (d *dryRuns) shouldAsk(app *v1beta2.SparkApplication, driver types.UID, now time.Time) (*lifecycle.Refusal, bool) {
	known := d.refused.Get(app)
	if known.driver != driver {
		known = refused{driver: driver}
		d.refused.Set(app, known)
	}
	if now.Before(known.askAgain) {
		return known.known, false
	}
	return known.known, d.allowed.take(refusalRate, refusalBurst)
}

// answered notes an answer and returns it: a refusal that goes on has begun with the first.
func (d *dryRuns) answered(app *v1beta2.SparkApplication, answer *lifecycle.Refusal, now time.Time) *lifecycle.Refusal {
	known := d.refused.Get(app)
	if before := known.known; answer != nil && before != nil && before.Passing == answer.Passing {
		answer.Since = before.Since
	}
	known.known, known.askAgain = answer, now.Add(refusalAge)
	d.refused.Set(app, known)
	return answer
}
