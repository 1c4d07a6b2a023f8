// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"

	"github.com/alauda/spark-operator/internal/testing/wire"
)

// Outcome is what a trial ends with.
type Outcome struct {
	// Counters are what Scenario.Want is compared with.
	Counters any
	// Status is what users see, without what differs from run to run: see Normal.
	Status any
	// Metrics are the counters that have moved: see Moved.
	Metrics map[string]float64
	// Objects that are left, by kind.
	Objects map[string]int
	// Events that were emitted about objects, and their Reasons.
	Events  int
	Reasons map[string]bool
	// Calls that count.
	Calls []wire.Call
}

// outcome gathers what the trial has come to.
func (t *Trial) outcome(ctx context.Context) (*Outcome, error) {
	o := &Outcome{Calls: t.Injector.Calls(), Objects: map[string]int{}, Reasons: map[string]bool{}}
	left, err := t.Left(ctx)
	if err != nil {
		return nil, err
	}
	for _, object := range left {
		o.Objects[fmt.Sprintf("%T", object)]++
		_, _, badly := t.RootOf(object, left)
		err = errors.Join(err, badly)
	}
	if t.world.Outcome != nil {
		err = errors.Join(err, t.world.Outcome(left, o))
	}
	return o, errors.Join(err, t.emitted(ctx, o))
}

// RootOf returns the root by which an object is owned, and what of the root's own it is, or is owned by; an error if
// some owner does not live.
func (t *Trial) RootOf(object client.Object, left []client.Object) (root, child client.Object, err error) {
	alive := map[types.UID]client.Object{}
	for _, o := range left {
		alive[o.GetUID()] = o
	}
	root, child = object, object
	for {
		owner := ownerOf(root)
		if owner == nil {
			break
		}
		if alive[owner.UID] == nil {
			return nil, nil, fmt.Errorf("%T %s is left, owned by %s that is gone", object, object.GetName(), owner.Name)
		}
		child, root = root, alive[owner.UID]
	}
	gvk, err := apiutil.GVKForObject(root, t.subject.Scheme)
	if err == nil && gvk != t.root {
		err = fmt.Errorf("%T %s is left, owned by nobody", object, object.GetName())
	}
	return root, child, err
}

// ownerOf returns the reference to an object's controller, or to the first owner of one that has none.
func ownerOf(object client.Object) *metav1.OwnerReference {
	if controller := metav1.GetControllerOf(object); controller != nil {
		return controller
	}
	if owners := object.GetOwnerReferences(); len(owners) > 0 {
		return &owners[0]
	}
	return nil
}

// emitted adds the events.
func (t *Trial) emitted(ctx context.Context, o *Outcome) error {
	emitted := &eventsv1.EventList{}
	if err := t.API.List(ctx, emitted, client.InNamespace(t.Namespace)); err != nil {
		return err
	}
	for i := range emitted.Items {
		event := &emitted.Items[i]
		if event.Regarding.Kind != t.root.Kind {
			continue // It is about an election, or a pod.
		}
		o.Events++
		o.Reasons[event.Reason] = true
		if event.Series != nil {
			o.Events += int(event.Series.Count) - 1
		}
	}
	return nil
}

// Moved returns the metrics that have moved. Latencies are counted by their observations.
func Moved(c prometheus.Collector) (map[string]float64, error) {
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
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

// drawn are the parts of ids that differ between runs of a scenario.
var drawn = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+|[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// Normal returns a status as JSON without times, durations and ids. What else differs has its names replaced, in pairs
// of old and new.
func (t *Trial) Normal(status any, replaced ...string) (any, error) {
	encoded, err := json.Marshal(status)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer(append(replaced, t.Namespace, "namespace")...).Replace(string(encoded))
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

// describe an object for the report of a trial that fails.
func describe(object client.Object) string {
	text := fmt.Sprintf("%T %s: deleting %t, finalizers %v", object, object.GetName(), object.GetDeletionTimestamp() != nil, object.GetFinalizers())
	encoded, err := json.Marshal(object)
	var fields struct{ Status json.RawMessage }
	if err == nil && json.Unmarshal(encoded, &fields) == nil && len(fields.Status) > 0 {
		text += ", status " + string(fields.Status)
	}
	return text
}
