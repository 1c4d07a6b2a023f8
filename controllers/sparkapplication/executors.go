// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// executorsOf returns the executors of the application's current and next attempt among pods, by name. Anybody can read
// the submission id and give a pod its label; an executor is owned, too, by what is the application's.
func executorsOf(app *v1beta2.SparkApplication, pods []corev1.Pod) []*corev1.Pod {
	return executorsAmong(app, ownersOf(app, pods), pods)
}

// departedExecutors returns the executors of the application among pods that are gone.
func departedExecutors(app *v1beta2.SparkApplication, pods, gone []corev1.Pod) []*corev1.Pod {
	if len(gone) == 0 {
		return nil
	}
	return executorsAmong(app, ownersOf(app, pods), gone)
}

func executorsAmong(app *v1beta2.SparkApplication, owners owners, pods []corev1.Pod) []*corev1.Pod {
	ours := []string{
		identity.SubmissionID(app, app.Status.Attempt),
		identity.SubmissionID(app, identity.Next(app.Status.Attempt)),
	}
	var executors []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		isExecutor := pod.Labels[sparklabels.SparkRole] == sparklabels.RoleExecutor && slices.Contains(ours, pod.Labels[sparklabels.SubmissionID])
		if isExecutor && owners.own(pod) {
			executors = append(executors, pod)
		}
	}
	slices.SortFunc(executors, func(a, b *corev1.Pod) int { return cmp.Compare(a.Name, b.Name) })
	return executors
}

// owners are what an application's executors may be owned by.
type owners struct {
	app types.UID
	// drivers maps the names of drivers to their UIDs. A driver that is gone is known by its name only.
	drivers map[string]types.UID
	names   []string
	// orphaned are drivers that were this or another application's and are nobody's now. They run on, and their
	// executors with them.
	orphaned []types.UID
	// runs are Spark's ids of the runs, which the names of its sets carry.
	runs []string
}

func ownersOf(app *v1beta2.SparkApplication, pods []corev1.Pod) owners {
	o := owners{
		app: app.UID, drivers: map[string]types.UID{},
		names: []string{app.Status.DriverInfo.PodName, identity.DriverPodName(app)},
		runs:  []string{identity.OfSpec(app, identity.Next(app.Status.Attempt), "").ApplicationID},
	}
	if failure := app.Status.LastFailure; failure != nil {
		o.names = append(o.names, failure.Pod)
	}
	// Between two runs the history alone has the id that spark-submit has drawn.
	if n := len(app.Status.Attempts); n > 0 && app.Status.Attempts[n-1].SparkApplicationID != "" {
		o.runs = append(o.runs, app.Status.Attempts[n-1].SparkApplicationID)
	}
	for i := range pods {
		pod := &pods[i]
		switch {
		case pod.Labels[sparklabels.SparkRole] != sparklabels.RoleDriver:
		case metav1.IsControlledBy(pod, app):
			o.drivers[pod.Name] = pod.UID
		case metav1.GetControllerOfNoCopy(pod) == nil:
			o.orphaned = append(o.orphaned, pod.UID)
		}
	}
	return o
}

// own reports whether the pod's controller is one of the owners. Spark makes the driver the controller of each
// executor, or of a set that it leaves them to. Where the driver is known its UID decides. Where it is gone, its name
// is the best proof that is left: a pod that names it has asked to go with it, and the garbage collector is about to
// see to that.
func (o owners) own(executor *corev1.Pod) bool {
	controller := metav1.GetControllerOfNoCopy(executor)
	if controller == nil {
		return false
	}
	switch controller.Kind {
	case "Pod":
		if slices.Contains(o.orphaned, controller.UID) {
			return false
		}
		if known, exists := o.drivers[controller.Name]; exists {
			return controller.UID == known
		}
		return slices.Contains(o.names, controller.Name)
	case "StatefulSet", "ReplicaSet":
		return slices.ContainsFunc(o.runs, func(run string) bool { return strings.Contains(controller.Name, run) })
	default:
		return controller.UID == o.app
	}
}
