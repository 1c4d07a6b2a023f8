// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// pollInterval is how often a followed application is read.
const pollInterval = 200 * time.Millisecond

// Moment is a change of an application that was seen.
type Moment struct {
	// After is the time since following began.
	After time.Duration
	State v1beta2.ApplicationStateType
	// Running is the number of running executors.
	Running int
	// Waiting is why the driver does not start, if it does not.
	Waiting string
}

// Word returns the state as people read it.
func (m Moment) Word() string {
	if m.State == "" {
		return "NEW"
	}
	return string(m.State)
}

// String returns one line for people.
func (m Moment) String() string {
	line := fmt.Sprintf("%6.1fs  %-18s executors running: %d", m.After.Seconds(), m.Word(), m.Running)
	if m.Waiting != "" {
		line += "  driver: " + m.Waiting
	}
	return line
}

// Sample reads an application of config/samples by its name.
func (c *Cluster) Sample(name string) (*v1beta2.SparkApplication, error) {
	content, err := os.ReadFile(filepath.Join(c.root, "config/samples", name+".yaml"))
	if err != nil {
		return nil, err
	}
	app := &v1beta2.SparkApplication{}
	if err := yaml.UnmarshalStrict(content, app); err != nil {
		return nil, fmt.Errorf("sample %s: %w", name, err)
	}
	return app, nil
}

// Remove deletes an application and waits until it and its pods are gone.
func (c *Cluster) Remove(ctx context.Context, app *v1beta2.SparkApplication) error {
	if err := c.Client.Delete(ctx, app, client.PropagationPolicy(metav1.DeletePropagationForeground)); err != nil {
		return client.IgnoreNotFound(err)
	}
	gone := func(ctx context.Context) (bool, error) {
		err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), &v1beta2.SparkApplication{})
		return err != nil && client.IgnoreNotFound(err) == nil, client.IgnoreNotFound(err)
	}
	if err := wait.PollUntilContextTimeout(ctx, pollInterval, 2*time.Minute, true, gone); err != nil {
		return fmt.Errorf("application %s was deleted and is not gone: %w", app.Name, err)
	}
	return nil
}

// Follow calls seen for every change of an application until it has ended or ctx is over, and returns what it saw. app
// is left as it was last read.
func (c *Cluster) Follow(ctx context.Context, app *v1beta2.SparkApplication, seen func(Moment)) ([]Moment, error) {
	began := time.Now()
	var history []Moment
	look := func(ctx context.Context) (bool, error) {
		if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
			return false, err
		}
		moment := momentOf(app)
		if len(history) == 0 || history[len(history)-1].differs(moment) {
			moment.After = time.Since(began)
			history = append(history, moment)
			seen(moment)
		}
		return Ended(app), nil
	}
	if err := wait.PollUntilContextCancel(ctx, pollInterval, true, look); err != nil {
		return history, fmt.Errorf("did not end in %s, its state is %q: %w", time.Since(began).Round(time.Second), app.Status.AppState.State, err)
	}
	return history, nil
}

// Ended reports whether an application is COMPLETED or FAILED.
func Ended(app *v1beta2.SparkApplication) bool {
	state := app.Status.AppState.State
	return state == v1beta2.ApplicationStateCompleted || state == v1beta2.ApplicationStateFailed
}

func (m Moment) differs(other Moment) bool {
	return m.State != other.State || m.Running != other.Running || m.Waiting != other.Waiting
}

func momentOf(app *v1beta2.SparkApplication) Moment {
	m := Moment{State: app.Status.AppState.State}
	for _, state := range app.Status.ExecutorState {
		if state == v1beta2.ExecutorStateRunning {
			m.Running++
		}
	}
	ready := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionDriverReady)
	if m.State == v1beta2.ApplicationStateSubmitted && ready != nil && ready.Reason != v1beta2.ReasonDriverPending {
		m.Waiting = ready.Reason
	}
	return m
}

// Kubectl returns the path of the local cluster's kubectl, or an empty string.
func (c *Cluster) Kubectl() string {
	var assets bytes.Buffer
	if c.Kind != Local || c.local(context.Background(), &assets, "assets") != nil {
		return ""
	}
	return filepath.Join(strings.TrimSpace(assets.String()), "kubectl")
}
