// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

const name = "notebooks"

// world is what there is in a trial: a user, Spark's server and its executor, and a judge.
type world struct {
	*engine.Trial
	scenario scenario

	// crashes is whether the first server is to end; crashed is its UID once it has.
	crashes bool
	crashed types.UID
	// servers are those that were made, by submission.
	servers map[string]types.UID
	// executors are the servers that have made theirs; it is the kubelet's.
	executors map[types.UID]bool
}

// counters are what the status counts.
type counters struct {
	State      v1alpha1.SparkConnectState
	Attempt    int64
	Restarts   int32
	Generation int64
}

func newTrial(s scenario) *engine.Trial {
	return shared.NewTrial(engine.Scenario{Name: s.name, FromStart: s.fromStart, Want: s.want, World: func(t *engine.Trial) engine.World {
		w := &world{Trial: t, scenario: s, servers: map[string]types.UID{}, executors: map[types.UID]bool{}}
		return engine.World{
			Control: w.control, Script: func(ctx context.Context) error { return s.script(ctx, w) },
			Saw: w.saw, Tend: w.tend, Stop: w.stop, Outcome: w.outcome,
		}
	}})
}

// control runs a controller for the trial's namespace, as cmd/controller does.
func (w *world) control(ctx context.Context, p *wire.Process) error {
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{w.Namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.LeaderElection.Enabled = false
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		return err
	}
	options.Controller.SkipNameValidation = new(true)
	options.MapperProvider = w.Mapper
	mgr, err := ctrl.NewManager(manager.Connection(w.Connection(p, ""), &cfg.SharedConfiguration), options)
	if err != nil {
		return fmt.Errorf("manager: %w", err)
	}
	if err := controllers.Setup(ctx, mgr, cfg, sparksubmit.Options{}, nil); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

// connect returns the SparkConnect as last seen, or nil. The caller holds the lock.
func (w *world) connect() *v1alpha1.SparkConnect {
	for _, c := range engine.Seen[*v1alpha1.SparkConnect](w.Trial) {
		return c
	}
	return nil
}

// services counts the Services for clients. The caller holds the lock.
func (w *world) services() int {
	n := 0
	for _, service := range engine.Seen[*corev1.Service](w.Trial) {
		if service.Labels[sparklabels.SubmissionID] == "" {
			n++
		}
	}
	return n
}

// saw watches what must never happen: a second server of a start, and a server beside what is left of another.
func (w *world) saw(change watch.EventType, object client.Object) {
	pod, isPod := object.(*corev1.Pod)
	if !isPod || change != watch.Added || !connect.IsServer(pod) {
		return
	}
	submission := pod.Labels[sparklabels.SubmissionID]
	if first, known := w.servers[submission]; known && first != pod.UID {
		w.Object("a second server was made for %s", submission)
	}
	w.servers[submission] = pod.UID
	for _, other := range engine.Seen[*corev1.Pod](w.Trial) {
		if other.UID != pod.UID && other.Labels[sparklabels.SubmissionID] != submission {
			w.Object("server %s begins while there is %s of %s", submission, other.Name, other.Labels[sparklabels.SubmissionID])
		}
	}
}

// tend does the next thing that happens in a pod. Each step waits until the status shows the step before, so that a
// trial goes the same way each time.
func (w *world) tend(ctx context.Context, pod *corev1.Pod) error {
	var c *v1alpha1.SparkConnect
	var crashes bool
	w.Locked(func() {
		c = w.connect()
		crashes = w.crashes && (w.crashed == "" || w.crashed == pod.UID)
	})
	if c == nil || c.Status.Server.PodName == "" {
		return nil
	}
	if !connect.IsServer(pod) {
		if pod.Status.Phase == corev1.PodPending && c.Status.Executors["pending"] == 1 {
			return w.Kubelet.Start(ctx, pod)
		}
		return nil
	}
	switch {
	case pod.Status.Phase == corev1.PodPending && strings.Contains(messageOf(c), "does not run yet"):
		status := kubelet.Running(pod)
		status.PodIP = "127.0.0.1"
		return w.Kubelet.Report(ctx, pod, status)
	case pod.Status.Phase != corev1.PodRunning || c.Status.State != v1alpha1.SparkConnectStateReady:
	case !w.executors[pod.UID]:
		if err := w.API.Create(ctx, executorOf(pod)); err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
		w.executors[pod.UID] = true
	case crashes && c.Status.Executors["running"] == 1:
		w.Update(func() { w.crashed = pod.UID })
		return w.Kubelet.End(ctx, pod, 1)
	}
	return nil
}

// stop ends the containers of a pod that is being deleted, once the status says that this is waited for.
func (w *world) stop(ctx context.Context, pod *corev1.Pod) (gone bool, err error) {
	var c *v1alpha1.SparkConnect
	w.Locked(func() { c = w.connect() })
	if c != nil && !strings.Contains(messageOf(c), "waiting for the pods") {
		return false, nil
	}
	if pod.Status.Phase == corev1.PodRunning {
		err = w.Kubelet.End(ctx, pod, kubelet.Terminated)
	}
	return err == nil, err
}

func messageOf(c *v1alpha1.SparkConnect) string {
	if ready := meta.FindStatusCondition(c.Status.Conditions, string(v1alpha1.SparkConnectConditionReady)); ready != nil {
		return ready.Message
	}
	return ""
}

func executorOf(server *corev1.Pod) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name + "-exec-1", Namespace: server.Namespace,
			Labels: map[string]string{
				sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.ConnectName: name,
				sparklabels.SparkRole: sparklabels.RoleExecutor, sparklabels.SubmissionID: server.Labels[sparklabels.SubmissionID],
			},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: server.Name, UID: server.UID, Controller: new(true)}},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.ExecutorContainer, Image: "spark:4.0.1"}}},
	}
}

// outcome says what the scenario has come to, and objects to what is left of earlier starts.
func (w *world) outcome(left []client.Object, o *engine.Outcome) (err error) {
	for _, object := range left {
		root, child, owned := w.RootOf(object, left)
		c, isConnect := root.(*v1alpha1.SparkConnect)
		if owned != nil || !isConnect {
			continue // The engine objects.
		}
		id := connect.Attempt(c, c.Status.Attempt, "").SubmissionID
		if submission := child.GetLabels()[sparklabels.SubmissionID]; submission != "" && submission != id {
			err = errors.Join(err, fmt.Errorf("%T %s is left of an earlier start", object, object.GetName()))
		}
		if object == root {
			o.Counters = counters{c.Status.State, c.Status.Attempt, c.Status.Restarts, c.Status.Server.Generation}
			status, abnormal := w.Normal(c.Status, idsOf(c)...)
			o.Status, err = status, errors.Join(err, abnormal)
		}
	}
	return err
}

// idsOf returns the ids of the starts of a server, each with what to say instead.
func idsOf(c *v1alpha1.SparkConnect) []string {
	var ids []string
	for n := range c.Status.Attempt + 1 {
		attempt := connect.Attempt(c, n, "")
		ids = append(ids, attempt.SubmissionID, fmt.Sprintf("submission-%d", n), attempt.ApplicationID, fmt.Sprintf("application-%d", n))
	}
	return append(ids, c.Namespace, "namespace")
}
