// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups=sparkoperator.k8s.io,resources=sparkapplications,verbs=get;list;watch

// applications finds the application of a pod.
type applications struct {
	// cache has applications as transform leaves them, and is a moment stale.
	cache client.Reader
	// api has them as they are.
	api client.Reader
}

// of returns the application of a pod; nil where there is none. The cache is believed unless it cannot know better: an
// application may be younger than its news, have changed since, or be cut down because it had ended.
func (a applications) of(ctx context.Context, key types.NamespacedName, pod *corev1.Pod) (*v1beta2.SparkApplication, error) {
	found := &stored.SparkApplication{}
	if err := a.cache.Get(ctx, key, found); err == nil {
		if app, err := found.Read(); err == nil && !ended(app) && madeFrom(pod, app) {
			return app, nil
		}
	}
	found = &stored.SparkApplication{}
	if err := a.api.Get(ctx, key, found); apierrors.IsNotFound(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return found.Read()
}

// madeFrom reports whether a pod that says what it was made from was made from this version of the application.
func madeFrom(pod *corev1.Pod, app *v1beta2.SparkApplication) bool {
	hash, says := pod.Annotations[sparklabels.SpecHash]
	return !says || hash == identity.SpecHash(app)
}

// transform leaves of a cached application what the shape of its pods depends on; nothing of one that has ended, so
// that memory does not grow with what was run before.
func transform(app *stored.SparkApplication) {
	app.ManagedFields, app.Annotations, app.Labels = nil, nil, nil
	app.Status = v1beta2.SparkApplicationStatus{AppState: v1beta2.ApplicationState{State: app.Status.AppState.State}}
	if ended(&app.SparkApplication) {
		stored.Drop(app)
	}
	stored.Keep(app)
}

func ended(app *v1beta2.SparkApplication) bool {
	state := app.Status.AppState.State
	return state == v1beta2.ApplicationStateCompleted || state == v1beta2.ApplicationStateFailed
}

// executorOwners are the kinds that make executors: the driver, or what it asks to make them.
var executorOwners = []string{"Pod", "StatefulSet", "ReplicaSet", "Deployment"}

// foreign returns why a pod is not of an application although its labels say so; nothing where it is. An owner that is
// an application must be this one, by UID; and what controls the pod must be of a kind that makes such pods.
func foreign(pod *corev1.Pod, role podmutation.Role, app *v1beta2.SparkApplication) string {
	owned := false
	for _, owner := range pod.OwnerReferences {
		if !isApplication(owner) {
			continue
		}
		if owner.Name != app.Name || owner.UID != app.UID {
			return fmt.Sprintf("it belongs to %s with UID %s, and that has UID %s", owner.Name, owner.UID, app.UID)
		}
		owned = true
	}
	controller := metav1.GetControllerOf(pod)
	switch {
	case controller == nil || owned && isApplication(*controller):
		return ""
	case role == podmutation.Executor && slices.Contains(executorOwners, controller.Kind):
		return ""
	}
	return fmt.Sprintf("it is controlled by %s %s", controller.Kind, controller.Name)
}

func isApplication(owner metav1.OwnerReference) bool {
	group, err := schema.ParseGroupVersion(owner.APIVersion)
	return err == nil && group.Group == v1beta2.GroupVersion.Group && owner.Kind == "SparkApplication"
}
