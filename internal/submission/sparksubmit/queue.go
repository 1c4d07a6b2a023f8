// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
)

// errDropped is the cause of a context that ended because nobody wants the submission any more.
var errDropped = errors.New("the submission was dropped")

// task is one submission: waiting, then running, then done.
type task struct {
	plan   *planning.Plan
	cancel context.CancelCauseFunc
	// ahead is how many were to end or begin before this one, and aheadAt when they were counted.
	ahead   int
	aheadAt time.Time
	// dropped is whether the outcome of the running task is of no interest.
	dropped bool
	// done is when the task ended; zero before that. Result and err are its outcome.
	done   time.Time
	result submission.Result
	err    error
}

// queue holds the submissions of all applications by submission id: those that wait in the order of their arrival,
// those that run, and the outcomes that nobody has taken.
type queue struct {
	options Options

	mu      sync.Mutex
	arrival *sync.Cond
	tasks   map[string]*task
	// waiting are those of each namespace in the order of their arrival, and turns the namespaces in theirs.
	waiting map[string][]*task
	turns   []string
	// running is how many run of each namespace.
	running map[string]int
	// passing is how many tries in a row have failed for what passes, by application.
	passing map[types.NamespacedName]int
}

func newQueue(o Options) *queue {
	q := &queue{options: o, tasks: map[string]*task{}, waiting: map[string][]*task{}, running: map[string]int{}, passing: map[types.NamespacedName]int{}}
	q.arrival = sync.NewCond(&q.mu)
	return q
}

// take returns what is known of a plan: ErrPending or the outcome, which is forgotten with that. A task of the same
// attempt that was made from another spec, or other labels, is dropped.
func (q *queue) take(plan *planning.Plan) (known bool, result submission.Result, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.expire()
	attempt := plan.Attempt()
	t, known := q.tasks[attempt.SubmissionID]
	if !known {
		return false, result, nil
	}
	if t.plan.Attempt().SpecHash != attempt.SpecHash || t.plan.MetadataHash() != plan.MetadataHash() {
		if q.remove(attempt.SubmissionID) {
			return true, result, ErrPending
		}
		return false, result, nil
	}
	if t.done.IsZero() {
		return true, result, q.pending(t)
	}
	delete(q.tasks, attempt.SubmissionID)
	return true, t.result, q.counted(plan, t.err)
}

// counted returns the outcome of a try, and ends a row of those that fail for what passes. The caller holds the lock.
func (q *queue) counted(plan *planning.Plan, err error) error {
	app := types.NamespacedName{Namespace: plan.Namespace(), Name: plan.Name()}
	if !isPassing(err) {
		delete(q.passing, app)
		return err
	}
	q.passing[app]++
	if q.passing[app] < maxPassing {
		return err
	}
	delete(q.passing, app)
	return didNotPass(err)
}

// add appends a plan that is not known, and says ErrPending.
func (q *queue) add(plan *planning.Plan) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	id := plan.Attempt().SubmissionID
	if _, known := q.tasks[id]; known {
		return ErrPending
	}
	namespace := plan.Namespace()
	if q.isFull(namespace) {
		return ErrQueueFull
	}
	t := &task{plan: plan}
	q.tasks[id] = t
	if len(q.waiting[namespace]) == 0 {
		q.turns = append(q.turns, namespace)
	}
	q.waiting[namespace] = append(q.waiting[namespace], t)
	q.arrival.Signal()
	return q.pending(t)
}

// isFull reports whether no more may wait of a namespace: the queue is full, and it has its share of it. The caller
// holds the lock.
func (q *queue) isFull(namespace string) bool {
	all := 0
	for _, tasks := range q.waiting {
		all += len(tasks)
	}
	own, namespaces := len(q.waiting[namespace]), len(q.turns)
	if own == 0 {
		namespaces++
	}
	return all >= q.options.Queue && own >= max(1, q.options.Queue/namespaces)
}

// aheadAge is for how long the same is said of the place of a submission. It is stored, and each end of another one
// changes it.
const aheadAge = time.Minute

// pending returns ErrPending, with how many are ahead of a task. The caller holds the lock.
func (q *queue) pending(t *task) error {
	if t.cancel != nil {
		return ErrPending
	}
	if now := q.options.Clock.Now(); t.aheadAt.IsZero() || now.Sub(t.aheadAt) >= aheadAge {
		t.ahead, t.aheadAt = q.ahead(t), now
	}
	if t.ahead == 0 {
		return ErrPending
	}
	return &QueuedError{Ahead: t.ahead}
}

// ahead returns how many run or will begin before a task that waits; zero where it is about to begin. The caller holds
// the lock.
func (q *queue) ahead(t *task) int {
	namespace := t.plan.Namespace()
	running, place := 0, slices.Index(q.waiting[namespace], t)
	for _, n := range q.running {
		running += n
	}
	ahead, isBefore := place, true
	for _, other := range q.turns {
		if other == namespace {
			isBefore = false
			continue
		}
		turns := place
		if isBefore {
			turns++
		}
		ahead += min(turns, len(q.waiting[other]))
	}
	if running+ahead < q.options.Workers {
		return 0
	}
	return running + ahead
}

// next waits for a task and marks it as running under the returned context. It returns nil when ctx ends.
func (q *queue) next(ctx context.Context) (*task, context.Context) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.arrival.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.turns) == 0 && ctx.Err() == nil {
		q.arrival.Wait()
	}
	if ctx.Err() != nil {
		return nil, nil
	}
	namespace := q.turns[0]
	for _, other := range q.turns {
		if q.running[other] < q.running[namespace] {
			namespace = other
		}
	}
	t := q.waiting[namespace][0]
	q.leave(t)
	if at := slices.Index(q.turns, namespace); at >= 0 {
		q.turns = append(slices.Delete(q.turns, at, at+1), namespace)
	}
	q.running[namespace]++
	running, cancel := context.WithCancelCause(ctx)
	t.cancel = cancel
	return t, running
}

// finish stores the outcome of a task that ran.
func (q *queue) finish(t *task, result submission.Result, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t.cancel(nil)
	namespace := t.plan.Namespace()
	if q.running[namespace]--; q.running[namespace] == 0 {
		delete(q.running, namespace)
	}
	t.done, t.result, t.err = q.options.Clock.Now(), result, err
	if t.dropped {
		delete(q.tasks, t.plan.Attempt().SubmissionID)
	}
}

// drop ends the task of a submission, and reports whether it is still running.
func (q *queue) drop(id string) (running bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.remove(id)
}

// forget drops all tasks of an application.
func (q *queue) forget(app types.NamespacedName) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.passing, app)
	for id, t := range q.tasks {
		if t.plan.Namespace() == app.Namespace && t.plan.Name() == app.Name {
			q.remove(id)
		}
	}
}

// remove ends a task; one that is running stays known until it has ended, which is what is returned. The caller holds
// the lock.
func (q *queue) remove(id string) (running bool) {
	t, known := q.tasks[id]
	if !known {
		return false
	}
	if t.cancel != nil && t.done.IsZero() {
		t.dropped = true
		t.cancel(errDropped)
		return true
	}
	delete(q.tasks, id)
	q.leave(t)
	return false
}

// leave takes a task from those that wait, and its namespace where it was the last. The caller holds the lock.
func (q *queue) leave(t *task) {
	namespace := t.plan.Namespace()
	left := slices.DeleteFunc(q.waiting[namespace], func(w *task) bool { return w == t })
	if len(left) > 0 {
		q.waiting[namespace] = left
		return
	}
	delete(q.waiting, namespace)
	q.turns = slices.DeleteFunc(q.turns, func(turn string) bool { return turn == namespace })
}

// expire forgets outcomes that nobody asked for. The caller holds the lock.
func (q *queue) expire() {
	for id, t := range q.tasks {
		if !t.done.IsZero() && q.options.Clock.Since(t.done) > q.options.OutcomeAge {
			delete(q.tasks, id)
		}
	}
}
