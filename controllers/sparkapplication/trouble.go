// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// troubleAge is how long an answer about a driver that is held up is good for, silenceAge one that says nothing,
	// and troubleDelay is when to try again where it was not the time to ask or there was no answer.
	troubleAge, silenceAge, troubleDelay = 2 * time.Minute, 20 * time.Second, 5 * time.Second
	// Events are not cached, and a list of those of one pod reads all of its namespace: it is rare, whatever happens.
	troubleRate, troubleBurst = 0.5, 5
	// maxEvents is how many events of a pod are read.
	maxEvents = 50
)

// driverEvents are what the cluster's events say of drivers that are held up on their nodes.
type driverEvents struct {
	memory.Of[driverEvent]
	allowed allowance
}

type driverEvent struct {
	driver types.UID
	// gang is whether it is the scheduler that was asked.
	gang bool
	// askAgain is when to ask about the driver; zero if it is not held up.
	askAgain time.Time
	trouble  *lifecycle.Trouble
}

// shouldAsk returns the last answer about the driver, and whether it is time to ask again.
func (d *driverEvents) shouldAsk(app *v1beta2.SparkApplication, driver types.UID, gang bool, now time.Time) (*lifecycle.Trouble, bool) {
	known := d.Get(app)
	if known.driver != driver || known.gang != gang {
		known = driverEvent{driver: driver, gang: gang}
	}
	if now.Before(known.askAgain) {
		return known.trouble, false
	}
	known.askAgain = now.Add(troubleDelay)
	d.Set(app, known)
	return known.trouble, d.allowed.take(troubleRate, troubleBurst)
}

// answered notes an answer about the driver that was asked about.
func (d *driverEvents) answered(app *v1beta2.SparkApplication, now time.Time, trouble *lifecycle.Trouble) {
	age := troubleAge
	if trouble == nil {
		age = silenceAge
	}
	known := d.Get(app)
	if known.gang {
		age = silenceAge // Queues move.
	}
	d.Set(app, driverEvent{known.driver, known.gang, now.Add(age), trouble})
}

// settled notes that the driver is not held up.
func (d *driverEvents) settled(app *v1beta2.SparkApplication) {
	if known := d.Get(app); !known.askAgain.IsZero() {
		known.askAgain = time.Time{}
		d.Set(app, known)
	}
}

// wakeIn returns after what time to look again: as decided, or when it is time to ask about the driver.
func (d *driverEvents) wakeIn(app *v1beta2.SparkApplication, decided time.Duration, now time.Time) time.Duration {
	askAgain := d.Get(app).askAgain
	if askAgain.IsZero() {
		return decided
	}
	ask := max(askAgain.Sub(now), time.Second)
	if decided == 0 {
		return ask
	}
	return min(decided, ask)
}

// +kubebuilder:rbac:groups="",resources=events,verbs=list

// trouble returns what the cluster's events say of a driver that is held up on its node, or its scheduler of a gang
// that waits, or nil. It is for people to read: without an answer all else goes on.
func (r *Reconciler) trouble(ctx context.Context, app *v1beta2.SparkApplication, driver *corev1.Pod, now time.Time) *lifecycle.Trouble {
	since, plugin := lifecycle.HeldUpSince(driver, now), r.explaining(driver)
	if plugin != nil {
		since = lifecycle.GangWaitsSince(driver)
	}
	if since.IsZero() || now.Before(since) {
		r.known.events.settled(app)
		return nil
	}
	known, ask := r.known.events.shouldAsk(app, driver.UID, plugin != nil, now)
	if !ask {
		return known
	}
	var found *lifecycle.Trouble
	var err error
	if plugin != nil {
		found, err = r.askScheduler(ctx, app, driver, plugin)
	} else {
		found, err = r.lastEvent(ctx, app.Namespace, client.MatchingFields{"involvedObject.uid": string(driver.UID), "type": corev1.EventTypeWarning})
	}
	if err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not ask what holds up the driver", "driver", driver.Name)
		return known
	}
	r.known.events.answered(app, now, found)
	return found
}

// explaining returns the batch scheduler by which a driver waits to be placed, where that says more than the pod; nil
// for any other driver.
func (r *Reconciler) explaining(driver *corev1.Pod) batchscheduler.Plugin {
	if lifecycle.GangWaitsSince(driver).IsZero() {
		return nil
	}
	plugin := r.Options.Features.Schedulers.Named(driver.Annotations[sparklabels.BatchScheduler])
	if plugin == nil || !plugin.Explains() {
		return nil
	}
	return plugin
}

// askScheduler returns why the gang of a driver waits, in the words of its scheduler; nil where it has none.
func (r *Reconciler) askScheduler(ctx context.Context, app *v1beta2.SparkApplication, driver *corev1.Pod, plugin batchscheduler.Plugin) (*lifecycle.Trouble, error) {
	about, group := client.Object(driver), plugin.Group(app.Name)
	var object render.Object
	if group.Exists() {
		object = group.New()
		found, isObject := object.(client.Object)
		if !isObject {
			return nil, fmt.Errorf("%T is no object", object)
		}
		if err := r.APIReader.Get(ctx, client.ObjectKey{Namespace: app.Namespace, Name: group.Name}, found); err != nil {
			return nil, fmt.Errorf("get %s %s: %w", group.Kind.Kind, group.Name, err)
		}
		about = found
	}
	last, err := r.lastEvent(ctx, app.Namespace, client.MatchingFields{"involvedObject.uid": string(about.GetUID())})
	if err != nil {
		return nil, err
	}
	var event batchscheduler.Words
	if last != nil {
		event = batchscheduler.Words{Reason: last.Reason, Message: last.Message}
	}
	words := plugin.Explain(object, event)
	if words.Reason == "" {
		return nil, nil
	}
	return &lifecycle.Trouble{Reason: words.Reason, Message: words.Message}, nil
}

// lastEvent returns the last event of those that are selected; nil where there is none.
func (r *Reconciler) lastEvent(ctx context.Context, namespace string, selected client.MatchingFields) (*lifecycle.Trouble, error) {
	list := &corev1.EventList{}
	if err := r.APIReader.List(ctx, list, client.InNamespace(namespace), selected, client.Limit(maxEvents)); err != nil {
		return nil, fmt.Errorf("list events: %w", err)
	}
	return latest(list.Items), nil
}

// latest returns what the last of the events says.
func latest(events []corev1.Event) *lifecycle.Trouble {
	var last *corev1.Event
	for i := range events {
		if last == nil || timeOf(&events[i]).After(timeOf(last)) {
			last = &events[i]
		}
	}
	if last == nil {
		return nil
	}
	return &lifecycle.Trouble{Reason: last.Reason, Message: last.Message}
}

func timeOf(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	default:
		return e.EventTime.Time
	}
}
