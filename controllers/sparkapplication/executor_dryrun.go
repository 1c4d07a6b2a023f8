// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/planning"
)

const (
	// refusalAge is how long an answer about a driver without executors is good for. Many drivers may be without any where a quota is used up, so
	// there is a limit for all of them together, too.
	refusalAge                = time.Minute
	refusalRate, refusalBurst = 2, 20
)

// refused is what is known of the executors of a driver that has none.
type refused struct {
	driver   types.UID
	askAgain time.Time
	known    *lifecycle.Refusal
}

// askAboutExecutors asks, once before the first driver of an attempt, whether the API server would take its executors. It returns a warning where it
// would not at the moment, and an error where it would not at all.
func (r *Reconciler) askAboutExecutors(ctx context.Context, obs *lifecycle.Observation, plan *planning.Plan) (warnings []string, err error) {
	key, id := client.ObjectKeyFromObject(obs.App), plan.Attempt().SubmissionID
	if r.Executors == nil || obs.Driver != nil || r.known.hasAsked(key, id) {
		return nil, nil
	}
	refused := r.Executors.Executors(ctx, plan)
	if refused != nil && !refused.Passing {
		return nil, refused
	}
	r.known.hasAnswer(key, id)
	if refused != nil {
		warnings = []string{refused.Error()}
	}
	return warnings, nil
}

// hasAnswer notes that the attempt may have a driver, as far as its executors are concerned: spark-submit takes several calls to make one.
func (k *knowledge) hasAnswer(key types.NamespacedName, submissionID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of(key).asked = submissionID
}

func (k *knowledge) hasAsked(key types.NamespacedName, submissionID string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.of(key).asked == submissionID
}

// refusalOfExecutors returns why the driver has no executors, or nil where it has some, where they would be taken, or where that is not known.
func (r *Reconciler) refusalOfExecutors(ctx context.Context, key types.NamespacedName, obs *lifecycle.Observation) *lifecycle.Refusal {
	since := lifecycle.WithoutExecutorsSince(*obs)
	// Of a changed spec that waits for the next attempt the plan is not that of the driver.
	if r.Executors == nil || since.IsZero() || obs.Now.Before(since) || !identity.SameSpec(obs.App.Status.SpecHash, obs.SpecHash) {
		return nil
	}
	known, ask := r.known.shouldAskForRefusal(key, obs.Driver.UID, obs.Now)
	if !ask {
		return known
	}
	plan, err := planning.NewPlan(obs.App, identity.OfSpec(obs.App, obs.App.Status.Attempt, obs.SpecHash), r.Options)
	if err != nil {
		return known
	}
	answer := r.Executors.Anew(ctx, plan)
	if answer == nil {
		return r.known.answeredRefusal(key, nil, obs.Now)
	}
	return r.known.answeredRefusal(key, &lifecycle.Refusal{Message: answer.Unwrap().Error(), Passing: answer.Passing, Since: obs.Now}, obs.Now)
}

// shouldAskForRefusal returns the last answer about the executors of a driver, and whether it is time to ask again.
func (k *knowledge) shouldAskForRefusal(key types.NamespacedName, driver types.UID, now time.Time) (*lifecycle.Refusal, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	if f.refused.driver != driver {
		f.refused = refused{driver: driver}
	}
	if now.Before(f.refused.askAgain) {
		return f.refused.known, false
	}
	if k.refusals == nil {
		k.refusals = flowcontrol.NewTokenBucketPassiveRateLimiter(refusalRate, refusalBurst)
	}
	return f.refused.known, k.refusals.TryAccept()
}

// answeredRefusal notes an answer and returns it: a refusal that goes on has begun with the first.
func (k *knowledge) answeredRefusal(key types.NamespacedName, answer *lifecycle.Refusal, now time.Time) *lifecycle.Refusal {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	if before := f.refused.known; answer != nil && before != nil && before.Passing == answer.Passing {
		answer.Since = before.Since
	}
	f.refused.known, f.refused.askAgain = answer, now.Add(refusalAge)
	return answer
}
