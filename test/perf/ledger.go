// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// life is what happened to one application, and when.
type life struct {
	// created is when its creation was begun.
	created time.Time
	// driver is when its driver pod was seen.
	driver time.Time
	// completed is when its status was seen to be COMPLETED.
	completed time.Time
	// changes are those of its pods, with the time at which they were stored; shown are those that the status has been
	// seen to show.
	changes map[change]time.Time
	shown   map[change]bool
}

// change is something about a pod that the status shows.
type change struct {
	// executor is its name; none stands for the driver.
	executor string
	state    string
}

// ledger notes the lives of all applications.
type ledger struct {
	mu    sync.Mutex
	lives map[string]*life
	lags  []time.Duration
	// drivers and completed count the lives that have come so far.
	drivers, completed int
	// progress is signalled with every step.
	progress chan struct{}
}

func newLedger() *ledger {
	return &ledger{lives: map[string]*life{}, progress: make(chan struct{}, 1)}
}

// reset forgets all lives.
func (l *ledger) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lives, l.lags, l.drivers, l.completed = map[string]*life{}, nil, 0, 0
}

// begin notes that an application is about to be created. What is noted of others is of no interest.
func (l *ledger) begin(app string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lives[app] = &life{created: time.Now(), changes: map[change]time.Time{}, shown: map[change]bool{}}
}

// changed notes that a change of a pod has been stored.
func (l *ledger) changed(app string, c change) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.lives[app]
	if of.shown[c] {
		l.lags = append(l.lags, 0)
		return
	}
	of.changes[c] = time.Now()
}

// hasDriver notes that an application has a driver pod, and reports whether it is of interest.
func (l *ledger) hasDriver(app string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.lives[app]
	if of == nil || !of.driver.IsZero() {
		return false
	}
	of.driver = time.Now()
	l.drivers++
	l.signal()
	return true
}

// latencies are the times from the creation of applications to their drivers.
func (l *ledger) latencies() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var took []time.Duration
	for _, of := range l.lives {
		took = append(took, of.driver.Sub(of.created))
	}
	return took
}

func (l *ledger) signal() {
	select {
	case l.progress <- struct{}{}:
	default:
	}
}

// status is the part of an application that is watched.
type status struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Status struct {
		AppState struct {
			State string `json:"state"`
		} `json:"applicationState"`
		ExecutorState map[string]string `json:"executorState"`
	} `json:"status"`
}

// shows notes what the status of an application shows.
func (l *ledger) shows(s *status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := l.lives[s.Metadata.Name]
	if of == nil {
		return
	}
	now := time.Now()
	take := func(c change) {
		if at, outstanding := of.changes[c]; outstanding && !of.shown[c] {
			l.lags = append(l.lags, now.Sub(at))
		}
		of.shown[c] = true
	}
	state := s.Status.AppState.State
	take(change{state: state})
	for executor, executorState := range s.Status.ExecutorState {
		take(change{executor, executorState})
	}
	if state == string(v1beta2.ApplicationStateCompleted) && of.completed.IsZero() {
		of.completed = now
		l.completed++
		l.signal()
	}
}

// await waits until reached, which is called under the lock, is true.
func (l *ledger) await(ctx context.Context, limit time.Duration, reached func() bool) error {
	deadline := time.After(limit)
	for {
		l.mu.Lock()
		done := reached()
		l.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-l.progress:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-deadline:
			return fmt.Errorf("after %s there were %d drivers and %d completed applications of %d", limit, l.drivers, l.completed, len(l.lives))
		}
	}
}

// watchApplications enters into the ledger what the statuses show, until ctx ends; it calls fail if it cannot. The API
// server ends watches of clients that are slow; the next begins with what there is.
func (c *cluster) watchApplications(ctx context.Context, l *ledger, fail context.CancelCauseFunc) {
	for ctx.Err() == nil {
		if err := c.readApplications(ctx, l); err != nil && !errors.Is(err, io.EOF) {
			fail(fmt.Errorf("watch applications: %w", err))
		}
	}
}

// readApplications reads one watch to its end. It reads no more of an application than it needs.
func (c *cluster) readApplications(ctx context.Context, l *ledger) error {
	url := strings.TrimSuffix(c.config.Host, "/") + "/apis/sparkoperator.k8s.io/v1beta2/namespaces/" + namespace + "/sparkapplications?watch=true&resourceVersion=0"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusTooManyRequests:
		// The API server has not read what there is of this new kind.
		time.Sleep(100 * time.Millisecond)
		return nil
	default:
		return errors.New(response.Status)
	}
	for decoder := json.NewDecoder(response.Body); ; {
		var event struct {
			Object status `json:"object"`
		}
		if err := decoder.Decode(&event); err != nil {
			return err
		}
		l.shows(&event.Object)
	}
}

// watchDrivers calls found for the driver pods that appear, for some of them again, until ctx ends; it calls fail if it
// cannot.
func (c *cluster) watchDrivers(ctx context.Context, found func(*corev1.Pod), fail context.CancelCauseFunc) {
	drivers := client.MatchingLabels{sparklabels.SparkRole: sparklabels.RoleDriver}
	for ctx.Err() == nil {
		w, err := c.client.Watch(ctx, &corev1.PodList{}, client.InNamespace(namespace), drivers)
		if err != nil {
			fail(fmt.Errorf("watch drivers: %w", err))
			return
		}
		for event := range w.ResultChan() {
			if pod, isPod := event.Object.(*corev1.Pod); isPod && event.Type == watch.Added {
				found(pod)
			}
		}
		w.Stop()
	}
}
