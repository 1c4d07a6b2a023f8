// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/flowcontrol"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// troubleAge is how long an answer about a driver that is held up is good for, silenceAge one that says nothing, and troubleDelay is when to try
	// again where it was not the time to ask or there was no answer.
	troubleAge, silenceAge, troubleDelay = 2 * time.Minute, 20 * time.Second, 5 * time.Second
	// Events are not cached, and a list of those of one pod reads all of its namespace: it is rare, whatever happens.
	troubleRate, troubleBurst = 0.5, 5
	// maxEvents is how many events of a pod are read.
	maxEvents = 50
)

// knowledge remembers of each application what is dear to find out. It is lost with the process, and found out again.
type knowledge struct {
	mu    sync.Mutex
	apps  map[types.NamespacedName]*facts
	asked flowcontrol.PassiveRateLimiter
	// refusals limits the questions about drivers without executors.
	refusals flowcontrol.PassiveRateLimiter
}

type facts struct {
	uid        types.UID
	generation int64
	specHash   string

	driver types.UID
	// askAgain is when to ask about a driver that is held up; zero if it is not.
	askAgain time.Time
	trouble  *lifecycle.Trouble

	// released is the driver that was let go; the cache may still show it as held.
	released types.UID

	delay delay
	// block is what the submission with the id waits for.
	block struct {
		submissionID string
		by           *lifecycle.Blocked
	}

	// asked is the attempt of which it was asked whether its executors would be taken, refused what is known of a driver that has none.
	asked   string
	refused refused

	// departed are executors that have gone lately, endSeen since when ends of executors are known that leave open who ended them.
	departed []departed
	endSeen  map[string]time.Time

	// replaced are versions that the cache may still show: newer ones were stored here since.
	replaced []string
	// unreadable is the problem of which application was reported.
	unreadable report

	// awaited tells that a decision was given up for a newer version, which has not come yet.
	awaited bool
}

// of returns the facts about an application; the caller holds the lock.
func (k *knowledge) of(key types.NamespacedName) *facts {
	if k.apps == nil {
		k.apps = map[types.NamespacedName]*facts{}
		k.asked = flowcontrol.NewTokenBucketPassiveRateLimiter(troubleRate, troubleBurst)
	}
	f, known := k.apps[key]
	if !known {
		f = &facts{}
		k.apps[key] = f
	}
	return f
}

// report is what was said of the application with a UID.
type report struct {
	uid  types.UID
	note string
}

// isNews reports whether the note on the application is another than the last.
func (k *knowledge) isNews(key types.NamespacedName, uid types.UID, note string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, said := k.of(key), report{uid, note}
	isNews := f.unreadable != said
	f.unreadable = said
	return isNews
}

// forget drops what is known of an application that is gone.
func (k *knowledge) forget(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.apps, key)
}

// specHash returns the hash of the application's spec, which stays the same for a generation.
func (k *knowledge) specHash(app *v1beta2.SparkApplication) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(client.ObjectKeyFromObject(app))
	if f.specHash == "" || f.uid != app.UID || f.generation != app.Generation {
		f.uid, f.generation, f.specHash = app.UID, app.Generation, identity.SpecHash(app)
	}
	return f.specHash
}

// replaced notes that another version of the application was stored.
func (k *knowledge) replaced(old, stored *v1beta2.SparkApplication) {
	if old.ResourceVersion == stored.ResourceVersion {
		return // Nothing was written: the API server found no difference.
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(client.ObjectKeyFromObject(old))
	f.replaced = append(f.replaced, old.ResourceVersion)
}

// outdated reports whether another version of the application was stored here since.
func (k *knowledge) outdated(app *v1beta2.SparkApplication) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(client.ObjectKeyFromObject(app))
	if slices.Contains(f.replaced, app.ResourceVersion) {
		return true
	}
	f.replaced = nil
	return false
}

// awaits notes that a decision waits for the next version of the application.
func (k *knowledge) awaits(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of(key).awaited = true
}

// arrived notes that the next version of the application has come, and reports whether a decision waited for it.
func (k *knowledge) arrived(key types.NamespacedName) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, known := k.apps[key]
	if !known || !f.awaited {
		return false
	}
	f.awaited = false
	return true
}

// shouldAsk returns the last answer about the driver, and whether it is time to ask again.
func (k *knowledge) shouldAsk(key types.NamespacedName, driver types.UID, now time.Time) (*lifecycle.Trouble, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	if f.driver != driver {
		f.driver, f.askAgain, f.trouble = driver, time.Time{}, nil
	}
	if now.Before(f.askAgain) {
		return f.trouble, false
	}
	f.askAgain = now.Add(troubleDelay)
	return f.trouble, k.asked.TryAccept()
}

func (k *knowledge) answered(key types.NamespacedName, now time.Time, trouble *lifecycle.Trouble) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f := k.of(key)
	f.trouble, f.askAgain = trouble, now.Add(troubleAge)
	if trouble == nil {
		f.askAgain = now.Add(silenceAge)
	}
}

// settled notes that the driver is not held up.
func (k *knowledge) settled(key types.NamespacedName) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of(key).askAgain = time.Time{}
}

// wakeIn returns after what time to look again: as decided, or when it is time to ask about the driver.
func (k *knowledge) wakeIn(key types.NamespacedName, decided time.Duration, now time.Time) time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, known := k.apps[key]
	if !known || f.askAgain.IsZero() {
		return decided
	}
	ask := max(f.askAgain.Sub(now), time.Second)
	if decided == 0 {
		return ask
	}
	return min(decided, ask)
}

// letGo notes that the driver was let go.
func (k *knowledge) letGo(key types.NamespacedName, driver types.UID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.of(key).released = driver
}

// withoutReleased returns the driver as it is: without the finalizer that was taken from it, where the cache is behind.
func (k *knowledge) withoutReleased(key types.NamespacedName, driver *corev1.Pod) *corev1.Pod {
	k.mu.Lock()
	defer k.mu.Unlock()
	if driver == nil || !apply.Held(driver) || k.of(key).released != driver.UID {
		return driver
	}
	return letGo(driver)
}

// letGo returns the driver without the operator's finalizer.
func letGo(driver *corev1.Pod) *corev1.Pod {
	driver = driver.DeepCopy()
	driver.Finalizers = slices.DeleteFunc(driver.Finalizers, func(name string) bool { return name == sparklabels.DriverEnd })
	return driver
}

// +kubebuilder:rbac:groups="",resources=events,verbs=list

// trouble returns what the cluster's events say of a driver that is held up on its node, or nil. It is for people to read: without an answer all else
// goes on.
func (r *Reconciler) trouble(ctx context.Context, key types.NamespacedName, driver *corev1.Pod, now time.Time) *lifecycle.Trouble {
	since := lifecycle.HeldUpSince(driver, now)
	if since.IsZero() || now.Before(since) {
		r.known.settled(key)
		return nil
	}
	known, ask := r.known.shouldAsk(key, driver.UID, now)
	if !ask {
		return known
	}
	list := &corev1.EventList{}
	about := client.MatchingFields{"involvedObject.uid": string(driver.UID), "type": corev1.EventTypeWarning}
	if err := r.APIReader.List(ctx, list, client.InNamespace(key.Namespace), about, client.Limit(maxEvents)); err != nil {
		ctrl.LoggerFrom(ctx).Error(err, "Could not list the events about the driver", "driver", driver.Name)
		return known
	}
	found := latest(list.Items)
	r.known.answered(key, now, found)
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
