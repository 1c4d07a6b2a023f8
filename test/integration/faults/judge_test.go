// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// judge watches what must never happen.
type judge struct {
	// drivers are those that were made, and started those that ran, by run.
	drivers, started map[string]types.UID
	// owners are the applications of runs.
	owners map[string]types.UID
}

// pod takes in a change of a pod, before the trial does.
func (j *judge) pod(t *trial, change watch.EventType, pod *corev1.Pod) {
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
			t.object("a second driver was made for %s", run)
		}
		j.drivers[run] = pod.UID
	}
	if pod.Status.Phase == corev1.PodRunning {
		if first, known := j.started[run]; known && first != pod.UID {
			t.object("a second driver ran for %s", run)
		}
		j.started[run] = pod.UID
	}
}

// begins objects to a driver that is made while there is a pod of another run; of an application that is gone, only its driver counts.
func (j *judge) begins(t *trial, driver *corev1.Pod) {
	for _, other := range t.pods {
		if other.UID == driver.UID || other.Labels[sparklabels.AppName] != driver.Labels[sparklabels.AppName] {
			continue
		}
		if metav1.GetControllerOf(other) == nil {
			continue // It is somebody else's.
		}
		isDriver := other.Labels[sparklabels.SparkRole] == sparklabels.RoleDriver
		if isDriver || runName(other) != runName(driver) && j.owners[runName(other)] == j.owners[runName(driver)] {
			t.object("%s begins while there is %s of %s", runName(driver), other.Name, runName(other))
		}
	}
}

// counters are what the status counts.
type counters struct {
	State                   v1beta2.ApplicationStateType
	Attempt                 int64
	Executions, Submissions int32
}

func countersOf(app *v1beta2.SparkApplication) *counters {
	status := &app.Status
	return &counters{status.AppState.State, status.Attempt, status.ExecutionAttempts, status.SubmissionAttempts}
}

// outcome is what a trial ends with.
type outcome struct {
	// counters of the application; nil if there is none.
	counters *counters
	// status without what differs from run to run.
	status any
	// objects that are left, by kind.
	objects map[string]int
	// events that were told, and told their reasons.
	events int
	told   map[string]bool
	// figures are the counters that have moved.
	figures map[string]float64
	// calls that were made from the mark on.
	calls []call
}

// outcome gathers what the trial has come to and objects to what is left of earlier attempts.
func (t *trial) outcome(ctx context.Context) (outcome, error) {
	result := outcome{calls: t.ledger.calls(), objects: map[string]int{}, told: map[string]bool{}}
	var err error
	if result.figures, err = figures(t.metrics); err != nil {
		return result, err
	}
	objects, err := t.objects(ctx)
	if err != nil {
		return result, err
	}
	alive := map[types.UID]client.Object{}
	var app *v1beta2.SparkApplication
	for _, object := range objects {
		alive[object.GetUID()] = object
		result.objects[fmt.Sprintf("%T", object)]++
		if found, isApp := object.(*v1beta2.SparkApplication); isApp {
			app = found
		}
	}
	if app != nil {
		result.counters = countersOf(app)
		if result.status, err = normal(app); err != nil {
			return result, err
		}
	}
	for _, object := range objects {
		err = errors.Join(err, belongs(object, alive))
	}
	told := &eventsv1.EventList{}
	if err := t.api.List(ctx, told, client.InNamespace(t.namespace)); err != nil {
		return result, err
	}
	for i := range told.Items {
		if told.Items[i].Regarding.Kind != "SparkApplication" {
			continue // It tells of an election.
		}
		result.events++
		result.told[told.Items[i].Reason] = true
		if series := told.Items[i].Series; series != nil {
			result.events += int(series.Count) - 1
		}
	}
	return result, err
}

// figures returns the counters that have moved. Latencies are counted by their observations.
func figures(recorder *metrics.Recorder) (map[string]float64, error) {
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(recorder.Collector(metrics.Source{Elected: make(chan struct{}), Now: time.Now})); err != nil {
		return nil, err
	}
	families, err := registry.Gather()
	if err != nil {
		return nil, err
	}
	moved := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			value := m.GetCounter().GetValue() + float64(m.GetSummary().GetSampleCount()) + float64(m.GetHistogram().GetSampleCount())
			if value != 0 {
				moved[family.GetName()] += value
			}
		}
	}
	return moved, nil
}

// belongs says if an object is not of its application's current attempt, or would stay when the application goes.
func belongs(object client.Object, alive map[types.UID]client.Object) error {
	of, owner := object, object
	for {
		if app, isApp := owner.(*v1beta2.SparkApplication); isApp {
			if of != owner && of.GetLabels()[sparklabels.SubmissionID] != app.Status.SubmissionID {
				return fmt.Errorf("%T %s is left of an earlier attempt", object, object.GetName())
			}
			return nil
		}
		controller := metav1.GetControllerOf(owner)
		if controller == nil {
			return fmt.Errorf("%T %s is left, owned by nobody", object, object.GetName())
		}
		if alive[controller.UID] == nil {
			return fmt.Errorf("%T %s is left, owned by %s that is gone", object, object.GetName(), controller.Name)
		}
		of, owner = owner, alive[controller.UID]
	}
}

// drawn are the parts of ids that differ between applications of the same course.
var drawn = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|spark-[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// normal returns the status as JSON without times, durations and ids.
func normal(app *v1beta2.SparkApplication) (any, error) {
	encoded, err := json.Marshal(app.Status)
	if err != nil {
		return nil, err
	}
	text := strings.ReplaceAll(string(encoded), app.Namespace, "namespace")
	for n := range app.Status.Attempt + 1 {
		text = strings.ReplaceAll(text, identity.Of(app, n).SubmissionID[:8]+"-exec", fmt.Sprintf("attempt-%d-exec", n))
		text = strings.ReplaceAll(text, identity.Of(app, n).SubmissionID, fmt.Sprintf("attempt-%d", n))
	}
	var decoded any
	if err := json.Unmarshal([]byte(drawn.ReplaceAllString(text, "id")), &decoded); err != nil {
		return nil, err
	}
	return timeless(decoded), nil
}

func timeless(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if strings.HasSuffix(strings.ToLower(key), "seconds") || strings.Contains(strings.ToLower(key), "duration") {
				delete(v, key)
				continue
			}
			v[key] = timeless(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = timeless(inner)
		}
	case string:
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			return "time"
		}
	}
	return value
}
