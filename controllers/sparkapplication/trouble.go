// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/memory"
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
	// askAgain is when to ask about the driver; zero if it is not held up.
	askAgain time.Time
	trouble  *lifecycle.Trouble
}

// shouldAsk returns the last answer about the driver, and whether it is time to ask again.
func (d *driverEvents) shouldAsk(app *v1beta2.SparkApplication, driver types.UID, now time.Time) (*lifecycle.Trouble, bool) {
	known := d.Get(app)
	if known.driver != driver {
		known = driverEvent{driver: driver}
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
	d.Set(app, driverEvent{d.Get(app).driver, now.Add(age), trouble})
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

// trouble returns what the cluster's events say of a driver that is held up on its node, or nil. It is for people to
// read: without an answer all else goes on.
func (r *Reconciler) trouble(ctx context.Context, app *v1beta2.SparkApplication, driver *corev1.Pod, now time.Time) *lifecycle.Trouble {
	since := lifecycle.HeldUpSince(driver, now)
	if since.IsZero() || now.Before(since) {
		r.known.events.settled(app)
		return nil
	}
	known, ask := r.known.events.shouldAsk(app, driver.UID, now)
	if !ask {
		return known
	}
	list := &corev1.EventList{}
	about := client.MatchingFields{"involvedObject.uid": string(driver.UID), "type": corev1.EventTypeWarning}
	if err := r.APIReader.List(ctx, list, client.InNamespace(app.Namespace), about, client.Limit(maxEvents)); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not list the events about the driver", "driver", driver.Name)
		return known
	}
	found := latest(list.Items)
	r.known.events.answered(app, now, found)
	return found
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
