// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// world is what there is in a trial: a user of applications, Spark's drivers, and a judge.
type world struct {
	*engine.Trial
	mode     configv1alpha1.SubmissionMode
	scenario scenario
	// metrics are what all controllers of the trial have counted.
	metrics *metrics.Recorder

	// runs are the drivers that have started, and allowed the numbers of those that may end, by application.
	runs    []string
	allowed map[string][]int
	judge   judge

	// executors is what has become of the executors of drivers; it is the kubelet's.
	executors map[types.UID]int
	// held is the first driver that could start; it is the kubelet's.
	held types.UID
}

// newTrial returns a trial of the scenario that no fault meets.
func newTrial(c *engine.Cluster, mode configv1alpha1.SubmissionMode, s scenario) *engine.Trial {
	trial := engine.Scenario{Name: s.name, FromStart: s.fromStart, World: func(t *engine.Trial) engine.World {
		w := &world{
			Trial: t, mode: mode, scenario: s, metrics: metrics.New(metrics.Options{}),
			allowed: map[string][]int{}, executors: map[types.UID]int{},
		}
		if mode == configv1alpha1.SubmissionSparkSubmit {
			t.Injector.Track("pods")
		}
		return engine.World{
			Control: w.control, Script: func(ctx context.Context) error { return s.script(ctx, w) }, Settled: w.finalized,
			Saw: w.saw, Tend: w.tend, Stop: w.stop, Outcome: w.outcome, Excuse: excuse,
		}
	}}
	if s.want != nil {
		trial.Want = *s.want
	}
	return c.NewTrial(trial)
}

// app returns the application of the name as last seen, or nil. The caller holds the lock.
func (t *world) app(name string) *v1beta2.SparkApplication {
	for _, app := range engine.Seen[*v1beta2.SparkApplication](t.Trial) {
		if app.Name == name {
			return app
		}
	}
	return nil
}

// podsOf returns the pods of a role of the application of the name, by name. The caller holds the lock.
func (t *world) podsOf(app, role string) []*corev1.Pod {
	var found []*corev1.Pod
	for _, pod := range engine.Seen[*corev1.Pod](t.Trial) {
		if pod.Labels[sparklabels.AppName] == app && pod.Labels[sparklabels.SparkRole] == role {
			found = append(found, pod)
		}
	}
	slices.SortFunc(found, func(a, b *corev1.Pod) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// runNumber of a driver, counted from 1 in the order in which the drivers of the application started; 0 if it has not.
// The caller holds the lock.
func (t *world) runNumber(driver *corev1.Pod) int {
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
func (t *world) runsOf(app string) int {
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
func (t *world) allow(app string, runs ...int) { t.Update(func() { t.allowed[app] = runs }) }

// finalized reports whether the driver of every application that has ended has lost its finalizer: what leads to a
// driver is deleted before that. The caller holds the lock.
func (t *world) finalized() bool {
	for _, pod := range engine.Seen[*corev1.Pod](t.Trial) {
		app := t.app(pod.Labels[sparklabels.AppName])
		over := app != nil && slices.Contains([]v1beta2.ApplicationStateType{v1beta2.ApplicationStateCompleted, v1beta2.ApplicationStateFailed}, app.Status.AppState.State)
		if over && metav1.GetControllerOf(pod) != nil && slices.Contains(pod.Finalizers, sparklabels.DriverEnd) {
			return false
		}
	}
	return true
}
