// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// trial is one scenario played in a namespace of its own: a user, a kubelet, a garbage collector and a controller that may
// be struck.
type trial struct {
	*cluster
	namespace string
	mode      configv1alpha1.SubmissionMode
	scenario  scenario
	ledger    *ledger
	// metrics are what all controllers of the trial have counted.
	metrics *metrics.Recorder
	// controllers is how many there are at a time; 1 unless set. If elected, one of them leads and the others wait.
	controllers int
	elected     bool
	// discovers makes the controller ask the API server what kinds there are, at each start.
	discovers bool

	mu       sync.Mutex
	changed  chan struct{}
	apps     map[types.UID]*v1beta2.SparkApplication
	pods     map[types.UID]*corev1.Pod
	runs     []string
	allowed  map[string][]int
	litter   bool
	launches int
	notes    []string
	broken   []string
	judge    judge

	// executors is what has become of the executors of drivers; it is the kubelet's.
	executors map[types.UID]int
	// held is the first driver that could start; it is the kubelet's.
	held types.UID
}

func newTrial(c *cluster, mode configv1alpha1.SubmissionMode, s scenario) *trial {
	return &trial{
		cluster: c, mode: mode, scenario: s, ledger: newLedger(), metrics: metrics.New(metrics.Options{}), changed: make(chan struct{}),
		apps: map[types.UID]*v1beta2.SparkApplication{}, pods: map[types.UID]*corev1.Pod{}, allowed: map[string][]int{}, executors: map[types.UID]int{},
	}
}

// saw takes in a change.
func (t *trial) saw(change watch.EventType, object client.Object) {
	t.update(func() {
		switch o := object.(type) {
		case *v1beta2.SparkApplication:
			keep(t.apps, change, o)
		case *corev1.Pod:
			t.judge.pod(t, change, o)
			keep(t.pods, change, o)
		}
		t.litter = t.litter || change == watch.Deleted
	})
}

func keep[T client.Object](known map[types.UID]T, change watch.EventType, object T) {
	if change == watch.Deleted {
		delete(known, object.GetUID())
		return
	}
	known[object.GetUID()] = object
}

// update changes the trial and wakes all who wait for a change.
func (t *trial) update(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
	close(t.changed)
	t.changed = make(chan struct{})
}

// await waits until the condition, which is evaluated under the lock, holds.
func (t *trial) await(ctx context.Context, what string, condition func() bool) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		t.mu.Lock()
		holds, changed := condition(), t.changed
		t.mu.Unlock()
		if holds {
			return nil
		}
		select {
		case <-changed:
		case <-limit.C:
			return fmt.Errorf("waited %s for %s", patience, what)
		case <-ctx.Done():
			return fmt.Errorf("stopped waiting for %s: %w", what, context.Cause(ctx))
		}
	}
}

// poll waits until the condition holds, which is of what no watch tells.
func (t *trial) poll(ctx context.Context, what string, condition func() bool) error {
	err := wait.PollUntilContextTimeout(ctx, 50*time.Millisecond, patience, true, func(context.Context) (bool, error) { return condition(), nil })
	if err != nil {
		return fmt.Errorf("wait for %s: %w", what, err)
	}
	return nil
}

// note keeps a line for the report of a trial that fails.
func (t *trial) note(format string, args ...any) {
	t.update(func() { t.notes = append(t.notes, time.Now().Format("05.000 ")+fmt.Sprintf(format, args...)) })
}

// object to what must never happen. The caller holds the lock.
func (t *trial) object(format string, args ...any) {
	t.broken = append(t.broken, fmt.Sprintf(format, args...))
}

func (t *trial) restarted() { t.update(func() { t.launches++ }) }

// app returns the application of the name as last seen, or nil. The caller holds the lock.
func (t *trial) app(name string) *v1beta2.SparkApplication {
	for _, app := range t.apps {
		if app.Name == name {
			return app
		}
	}
	return nil
}

// podsOf returns the pods of a role of the application of the name, by name. The caller holds the lock.
func (t *trial) podsOf(app, role string) []*corev1.Pod {
	var found []*corev1.Pod
	for _, pod := range t.pods {
		if pod.Labels[sparklabels.AppName] == app && pod.Labels[sparklabels.SparkRole] == role {
			found = append(found, pod)
		}
	}
	slices.SortFunc(found, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// runNumber of a driver, counted from 1 in the order in which the drivers of the application started; 0 if it has not. The caller holds
// the lock.
func (t *trial) runNumber(driver *corev1.Pod) int {
	n := 0
	for _, run := range t.runs {
		if strings.HasPrefix(run, driver.Labels[sparklabels.AppName]+"/") {
			n++
		}
		if run == runName(driver) {
			return n
		}
	}
	return 0
}

// runsOf an application that have started. The caller holds the lock.
func (t *trial) runsOf(app string) int {
	n := 0
	for _, run := range t.runs {
		if strings.HasPrefix(run, app+"/") {
			n++
		}
	}
	return n
}

func runName(driver *corev1.Pod) string {
	return driver.Labels[sparklabels.AppName] + "/" + driver.Labels[sparklabels.SubmissionID]
}

// allow these runs of the application to end.
func (t *trial) allow(app string, runs ...int) { t.update(func() { t.allowed[app] = runs }) }

// play plays the scenario to its end and returns what came of it.
func (t *trial) play(ctx context.Context) (outcome, error) {
	if err := t.settle(ctx, t); err != nil {
		return outcome{}, err
	}
	defer t.leave(t)
	ctx, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	defer parts.Wait()
	defer stop()
	t.ledger.exclusive = t.elected
	if t.scenario.fromStart {
		t.ledger.mark()
	}
	roles := []func(context.Context){t.kubelet, t.collector, t.supervise}
	for range t.controllers - 1 {
		roles = append(roles, t.supervise)
	}
	for _, role := range roles {
		parts.Go(func() { role(ctx) })
	}
	err := t.scenario.script(ctx, t)
	if err == nil {
		err = t.await(ctx, "drivers that have ended to be let go", t.letGo)
	}
	t.ledger.flying.Wait()
	t.update(func() { t.litter = true })
	if err == nil {
		err = t.rest(ctx)
	}
	if err != nil {
		return outcome{}, t.explain(err)
	}
	result, err := t.outcome(ctx)
	t.mu.Lock()
	for _, call := range t.ledger.rivals {
		t.object("two controllers at work: %s", call)
	}
	for _, broken := range t.broken {
		err = errors.Join(err, errors.New(broken))
	}
	t.mu.Unlock()
	return result, t.explain(err)
}

// letGo reports whether no driver of an application that has ended is held. What leads to a driver goes before it is let go. The caller holds the lock.
func (t *trial) letGo() bool {
	for _, pod := range t.pods {
		app := t.app(pod.Labels[sparklabels.AppName])
		over := app != nil && slices.Contains([]v1beta2.ApplicationStateType{v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed}, app.Status.AppState.State)
		if over && metav1.GetControllerOf(pod) != nil && slices.Contains(pod.Finalizers, sparklabels.DriverEnd) {
			return false
		}
	}
	return true
}

// rest waits until the controller has asked for nothing for a while: what must not happen would have begun to by then.
func (t *trial) rest(ctx context.Context) error {
	return t.poll(ctx, "the controller to rest", func() bool { return t.ledger.quiet(quietTime) })
}

const quietTime = 200 * time.Millisecond

// explain adds to an error what was seen.
func (t *trial) explain(err error) error {
	if err == nil {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v\nnamespace %s", err, t.namespace)
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, app := range t.apps {
		fmt.Fprintf(&b, "\napplication %s: deleting %t, %+v", app.Name, app.DeletionTimestamp != nil, app.Status)
	}
	for _, pod := range t.pods {
		fmt.Fprintf(&b, "\npod %s: %s, deleting %t, node %q, finalizers %v", pod.Name, pod.Status.Phase, pod.DeletionTimestamp != nil, pod.Spec.NodeName, pod.Finalizers)
	}
	for _, c := range t.ledger.calls() {
		fmt.Fprintf(&b, "\n  %s", c)
	}
	for _, note := range t.notes {
		fmt.Fprintf(&b, "\n  %s", note)
	}
	return errors.New(b.String())
}
