// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// workers is how many applications are created at a time; the bare client works on as many. The controller's default is
// the same.
const workers = 10

// burst calls each for n names, for as many at a time as there are workers.
func burst(ctx context.Context, prefix string, n int, each func(ctx context.Context, name string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	names := make(chan string)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for name := range names {
				if err := each(ctx, name); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		names <- fmt.Sprintf("%s-%05d", prefix, i)
	}
	close(names)
	group.Wait()
	return context.Cause(ctx)
}

// create creates an application and nothing else: the operator is to do the rest.
func (c *cluster) create(ctx context.Context, l *ledger, name string) error {
	l.begin(name)
	return c.client.Create(ctx, newApplication(name))
}

// submitBare writes what the operator writes until there is a driver, and the status that says so.
func (c *cluster) submitBare(ctx context.Context, l *ledger, name string) error {
	app := newApplication(name)
	l.begin(name)
	if err := c.client.Create(ctx, app); err != nil {
		return err
	}
	plan, err := planOf(app)
	if err != nil {
		return err
	}
	objects, err := plan.Render()
	if err != nil {
		return err
	}
	dependents, err := plan.DependentObjects()
	if err != nil {
		return err
	}
	for _, object := range append(dependents, objects.InOrder()...) {
		written, isObject := object.(client.Object)
		if !isObject {
			return fmt.Errorf("%T is no object of a client", object)
		}
		if err := c.client.Create(ctx, written); err != nil {
			return err
		}
	}
	return c.writeStatus(ctx, app, v1beta2.ApplicationStateSubmitted)
}

// planOf plans an application as an operator of the default configuration does.
func planOf(app *v1beta2.SparkApplication) (*planning.Plan, error) {
	return planning.NewPlan(app, identity.Of(app, 1), planning.Configured(configv1alpha1.DefaultControllerConfiguration()))
}

// writeStatus writes a status of the size that the operator's have.
func (c *cluster) writeStatus(ctx context.Context, app *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) error {
	attempt := identity.Of(app, 1)
	status := v1beta2.SparkApplicationStatus{
		AppState: v1beta2.ApplicationState{State: state}, SparkApplicationID: attempt.ApplicationID, SubmissionID: attempt.SubmissionID,
		LastSubmissionAttemptTime: metav1.Now(), DriverInfo: v1beta2.DriverInfo{PodName: attempt.DriverPodName},
		ExecutionAttempts: 1, SubmissionAttempts: 1, Attempt: 1, SpecHash: attempt.SpecHash, ObservedGeneration: 1,
	}
	if state == v1beta2.ApplicationStateCompleted {
		status.TerminationTime = metav1.Now()
	}
	for _, kind := range []string{v1beta2.ConditionSucceeded, v1beta2.ConditionDriverReady, v1beta2.ConditionExecutorsReady} {
		status.Conditions = append(status.Conditions, metav1.Condition{
			Type: kind, Status: metav1.ConditionFalse, Reason: v1beta2.ReasonDriverPending,
			Message: "The driver pod has not started yet", LastTransitionTime: metav1.Now(), ObservedGeneration: 1,
		})
	}
	patch, err := json.Marshal(map[string]any{"status": status})
	if err != nil {
		return err
	}
	target := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: app.Name}}
	return c.client.Status().Patch(ctx, target, client.RawPatch(types.MergePatchType, patch))
}

// followBare returns what a bare client does when a driver has changed: it writes the application's status, and in the
// end deletes the Service of the web UI.
func (c *cluster) followBare() func(context.Context, *corev1.Pod, v1beta2.ApplicationStateType) error {
	slots := make(chan struct{}, workers)
	return func(ctx context.Context, driver *corev1.Pod, state v1beta2.ApplicationStateType) error {
		slots <- struct{}{}
		defer func() { <-slots }()
		owner := metav1.GetControllerOf(driver)
		app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{
			Namespace: driver.Namespace, Name: driver.Labels[sparklabels.AppName], UID: owner.UID,
		}}
		if err := c.writeStatus(ctx, app, state); err != nil || state != v1beta2.ApplicationStateCompleted {
			return err
		}
		ui := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: app.Namespace, Name: sparklabels.UIService(app.Name)}}
		return c.client.Delete(ctx, ui)
	}
}

// createFinished creates an application that has run, with the driver pod that is left of it.
func (c *cluster) createFinished(ctx context.Context, name string) error {
	app := newApplication(name)
	if err := c.client.Create(ctx, app); err != nil {
		return err
	}
	plan, err := planOf(app)
	if err != nil {
		return err
	}
	objects, err := plan.Render()
	if err != nil {
		return err
	}
	driver := objects.Driver
	if err := c.client.Create(ctx, driver); err != nil {
		return err
	}
	return errors.Join(
		kubelet.Kubelet{Client: c.client}.End(ctx, driver, 0),
		c.writeStatus(ctx, app, v1beta2.ApplicationStateCompleted),
	)
}

// meter measures what happens between its making and its reading.
type meter struct {
	cluster  *cluster
	operator *operator
	began    time.Time
	cpu      map[string]time.Duration
	served   tally
	own      tally
}

// Names of the processes that are measured.
const (
	theOperator  = "operator"
	theAPIServer = "API server"
	theEtcd      = "etcd"
	theBench     = "this program"
)

// theBareClient is what the operator is compared with.
const theBareClient = "bare client"

// meter starts a measurement; operator may be nil.
func (c *cluster) meter(ctx context.Context, op *operator) (*meter, error) {
	m := &meter{cluster: c, operator: op, own: c.own.snapshot()}
	var err error
	if m.served, err = served(ctx, c.core); err != nil {
		return nil, err
	}
	if m.cpu, err = m.spent(); err != nil {
		return nil, err
	}
	m.began = time.Now()
	return m, nil
}

func (m *meter) spent() (map[string]time.Duration, error) {
	processes := map[string]process{theAPIServer: m.cluster.apiserver, theEtcd: m.cluster.etcd, theBench: self()}
	if m.operator != nil {
		processes[theOperator] = m.operator.process
	}
	spent := map[string]time.Duration{}
	for name, p := range processes {
		cpu, err := p.cpu()
		if err != nil {
			return nil, err
		}
		spent[name] = cpu
	}
	return spent, nil
}

// cost is what a measurement cost.
type cost struct {
	apps int
	took time.Duration
	cpu  map[string]time.Duration
	// requests are those of the operator.
	requests tally
	peak     int64
}

// read ends a measurement of so many applications that took so long. What goes on a little longer, such as the writing
// of events, counts as well.
func (m *meter) read(ctx context.Context, apps int, took time.Duration) (cost, error) {
	if err := m.cluster.settle(ctx); err != nil {
		return cost{}, err
	}
	result := cost{apps: apps, took: took, cpu: map[string]time.Duration{}}
	after, err := m.spent()
	if err != nil {
		return cost{}, err
	}
	for name, cpu := range after {
		result.cpu[name] = cpu - m.cpu[name]
	}
	total, err := served(ctx, m.cluster.core)
	if err != nil {
		return cost{}, err
	}
	result.requests = total.minus(m.served).minus(m.cluster.own.snapshot().minus(m.own))
	if m.operator != nil {
		result.peak = m.operator.peak.Load()
	}
	return result, nil
}
