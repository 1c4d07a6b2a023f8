// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// reasons are those of the events that people and their tools wait for.
var reasons = []string{
	string(lifecycle.ReasonSubmitted), string(lifecycle.ReasonSubmissionFailed), string(lifecycle.ReasonCompleted), string(lifecycle.ReasonFailed),
	string(lifecycle.ReasonPendingRerun), string(lifecycle.ReasonSuspending), string(lifecycle.ReasonSuspended), string(lifecycle.ReasonResuming),
	string(lifecycle.ReasonDriverFailed), string(lifecycle.ReasonTimedOut),
}

// judge watches what must never happen.
type judge struct {
	// drivers are those that were made, and started those that ran, by run.
	drivers, started map[string]types.UID
	// owners are the applications of runs.
	owners map[string]types.UID
}

func (t *world) saw(change watch.EventType, object client.Object) {
	if pod, isPod := object.(*corev1.Pod); isPod {
		t.judge.pod(t, change, pod)
	}
}

// pod takes in a change of a pod, before the trial does.
func (j *judge) pod(t *world, change watch.EventType, pod *corev1.Pod) {
	owner := metav1.GetControllerOf(pod)
	if change == watch.Deleted || pod.Labels[sparklabels.SparkRole] != sparklabels.RoleDriver || owner == nil {
		return // It is gone, an executor, or somebody else's.
	}
	if j.drivers == nil {
		j.drivers, j.started, j.owners = map[string]types.UID{}, map[string]types.UID{}, map[string]types.UID{}
	}
	run := runName(pod)
	j.owners[run] = owner.UID
	if change == watch.Added {
		j.begins(t, pod)
		// A spark-submit that was killed may leave a driver that cannot start. Nothing else may need a second one.
		if first, known := j.drivers[run]; known && first != pod.UID && t.mode != configv1alpha1.SubmissionSparkSubmit {
			t.Object("a second driver was made for %s", run)
		}
		j.drivers[run] = pod.UID
	}
	if pod.Status.Phase == corev1.PodRunning {
		if first, known := j.started[run]; known && first != pod.UID {
			t.Object("a second driver ran for %s", run)
		}
		j.started[run] = pod.UID
	}
}

// begins objects to a driver that is made while there is a pod of another run; of an application that is gone, only its
// driver counts.
func (j *judge) begins(t *world, driver *corev1.Pod) {
	for _, other := range engine.Seen[*corev1.Pod](t.Trial) {
		if other.UID == driver.UID || other.Labels[sparklabels.AppName] != driver.Labels[sparklabels.AppName] {
			continue
		}
		if metav1.GetControllerOf(other) == nil {
			continue // It is somebody else's.
		}
		isDriver := other.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver
		if isDriver || runName(other) != runName(driver) && j.owners[runName(other)] == j.owners[runName(driver)] {
			t.Object("%s begins while there is %s of %s", runName(driver), other.Name, runName(other))
		}
	}
}

// counters are what the status counts.
type counters struct {
	State                   v1beta2.ApplicationStateType
	Attempt                 int64
	Executions, Submissions int32
}

func countersOf(app *v1beta2.SparkApplication) counters {
	status := &app.Status
	return counters{status.AppState.State, status.Attempt, status.ExecutionAttempts, status.SubmissionAttempts}
}

// outcome says what the scenario has come to, and objects to what is left of earlier attempts.
func (t *world) outcome(left []client.Object, o *engine.Outcome) (err error) {
	source := metrics.Source{Elected: make(chan struct{}), Now: time.Now}
	if o.Metrics, err = engine.Moved(t.metrics.Collector(source)); err != nil {
		return err
	}
	for _, object := range left {
		root, child, owned := t.RootOf(object, left)
		app, isApp := root.(*v1beta2.SparkApplication)
		if owned != nil || !isApp {
			continue // The engine objects.
		}
		if child != root && child.GetLabels()[sparklabels.SubmissionID] != app.Status.SubmissionID {
			err = errors.Join(err, fmt.Errorf("%T %s is left of an earlier attempt", object, object.GetName()))
		}
		if object == root {
			o.Counters = countersOf(app)
			status, abnormal := t.Normal(app.Status, idsOf(app)...)
			o.Status, err = status, errors.Join(err, abnormal)
		}
	}
	return err
}

// idsOf returns the ids of the attempts of an application, each with what to say instead.
func idsOf(app *v1beta2.SparkApplication) []string {
	var ids []string
	for n := range app.Status.Attempt + 1 {
		id := identity.Of(app, n).SubmissionID
		ids = append(ids, id[:8]+"-exec", fmt.Sprintf("attempt-%d-exec", n), id, fmt.Sprintf("attempt-%d", n))
	}
	return ids
}

// excuse lets a fault cost a submission attempt where spark-submit meets it: it does not ask again where its connection
// fails. What else the status says is of that attempt, too.
func excuse(got, want *engine.Outcome, c wire.Call, f wire.Fault) bool {
	excuseSilence(got, want)
	is, isThere := got.Counters.(counters)
	was, wasThere := want.Counters.(counters)
	if c.Client != jvm || f != wire.AnswerLost && f != wire.Reset || !isThere || !wasThere || is.Attempt <= was.Attempt {
		return false
	}
	was.Attempt, was.Submissions = was.Attempt+1, was.Submissions+1
	want.Counters, want.Status = was, got.Status
	return true
}

// excuseSilence lets a fault cost the cluster's words about a driver that cannot start. They are for people, and asked
// for every few seconds until there is an answer: a fault may take all the time that there is.
func excuseSilence(got, want *engine.Outcome) {
	_, is := lastFailure(got)
	status, was := lastFailure(want)
	said, isText := is["message"].(string)
	wanted, wasText := was["message"].(string)
	if !isText || !wasText || said == "" || !strings.HasSuffix(wanted, "; "+said) {
		return
	}
	status, was = maps.Clone(status), maps.Clone(was)
	was["message"], status["lastFailure"] = said, was
	want.Status = status
}

func lastFailure(o *engine.Outcome) (status, failure map[string]any) {
	status, _ = o.Status.(map[string]any)
	failure, _ = status["lastFailure"].(map[string]any)
	return status, failure
}
