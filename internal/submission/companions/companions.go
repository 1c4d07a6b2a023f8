// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package companions

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Client is what is needed of a client. Get must ask the API server and not a cache.
type Client interface {
	client.Reader
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
	Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error
}

// blank has an empty object of each kind that a companion may be of.
var blank = map[string]func() client.Object{
	"ConfigMap":           func() client.Object { return &corev1.ConfigMap{} },
	"Service":             func() client.Object { return &corev1.Service{} },
	"Ingress":             func() client.Object { return &networkingv1.Ingress{} },
	"PodDisruptionBudget": func() client.Object { return &policyv1.PodDisruptionBudget{} },
}

// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create;delete
// +kubebuilder:rbac:groups="",resources=services,verbs=get;create;delete
// +kubebuilder:rbac:groups=networking.k8s.io,resources=ingresses,verbs=get;create;delete
// +kubebuilder:rbac:groups=policy,resources=poddisruptionbudgets,verbs=get;create;delete

// Made is what came of the companions of a plan.
type Made struct {
	// Driver is how the driver is reached by them.
	Driver v1beta2.DriverInfo
	// Warnings name those that were refused, and why.
	Warnings []string
}

// Ensure makes the companions of a plan that are not there as the plan has them. It is idempotent. The driver mounts the ConfigMap; a run goes on
// without what else the cluster's rules refuse, such as a quota of load balancers, or what has its name and is somebody else's.
// What another attempt made is replaced if the decision is confirmed: it could be the attempt that follows. Its errors are those of submission.Submitter.
func Ensure(ctx context.Context, c Client, plan *planning.Plan, confirm submission.Confirm) (Made, error) {
	made, refused := Made{Driver: plan.DriverInfo()}, sets.New[string]()
	for _, companion := range plan.Companions() {
		desired, isObject := companion.(client.Object)
		if !isObject {
			return Made{}, fmt.Errorf("applications have no companion %T", companion)
		}
		if ingress, isIngress := desired.(*networkingv1.Ingress); isIngress && refused.Has(backend(ingress)) {
			made.without(ingress)
			continue // It would lead to what has the Service's name and is not ours.
		}
		stored, err := ensure(ctx, c, desired, confirm)
		if _, isMounted := desired.(*corev1.ConfigMap); isRefused(err) && !isMounted {
			made.without(desired)
			made.Warnings = append(made.Warnings, "the run goes on without what was refused: "+err.Error())
			refused.Insert(desired.GetName())
			continue
		}
		if err != nil {
			return Made{}, err
		}
		if service, isService := stored.(*corev1.Service); isService && service.Name == made.Driver.WebUIServiceName {
			made.Driver.WebUIAddress = addressOf(service, made.Driver.WebUIPort)
		}
	}
	return made, nil
}

// without takes back that the driver is reached by an object.
func (m *Made) without(object client.Object) {
	switch object.GetName() {
	case m.Driver.WebUIServiceName:
		m.Driver.WebUIServiceName, m.Driver.WebUIPort = "", 0
	case m.Driver.WebUIIngressName:
		m.Driver.WebUIIngressName, m.Driver.WebUIIngressAddress = "", ""
	}
}

// backend returns the name of the Service that an Ingress of ours leads to.
func backend(ingress *networkingv1.Ingress) string {
	return ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name
}

// unconfirmedError is that of a confirmation. Whatever it is, nothing may go on.
type unconfirmedError struct{ error }

func (e *unconfirmedError) Unwrap() error { return e.error }

// isRefused reports whether the same would be refused again: by the API server's rules, those of the cluster, or because the name is taken.
func isRefused(err error) bool {
	if _, isUnconfirmed := errors.AsType[*unconfirmedError](err); isUnconfirmed {
		return false
	}
	_, isConflict := errors.AsType[*apply.ConflictError](err)
	_, isInvalid := errors.AsType[*planning.InvalidError](err)
	return isConflict || isInvalid || apierrors.IsForbidden(err) || apierrors.IsBadRequest(err) || isExhausted(err)
}

// isExhausted reports whether the cluster has no address or node port left for a Service, of which the API server has only words to tell.
func isExhausted(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "range is full")
}

// addressOf returns where pods reach a Service; nothing where it has no address of its own.
func addressOf(service *corev1.Service, port int32) string {
	if ip := service.Spec.ClusterIP; ip != "" && ip != corev1.ClusterIPNone {
		return net.JoinHostPort(ip, strconv.Itoa(int(port)))
	}
	return ""
}

// ensure creates, and replaces what is in the way and the application's own. It returns the object as it is stored.
func ensure(ctx context.Context, c Client, desired client.Object, confirm submission.Confirm) (client.Object, error) {
	kind := desired.GetObjectKind().GroupVersionKind().Kind
	created, err := create(ctx, c, kind, desired)
	if !apierrors.IsAlreadyExists(err) {
		return created, err
	}
	existing, key := blank[kind](), client.ObjectKeyFromObject(desired)
	err = c.Get(ctx, key, existing)
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		return nil, fmt.Errorf("get %s %s, which is said to exist: %w", kind, key, err)
	case !sameOwner(existing, desired):
		return nil, &apply.ConflictError{Kind: kind, Namespace: key.Namespace, Name: key.Name, Owner: apply.OwnerOf(existing)}
	case upToDate(existing, desired):
		return existing, nil
	default:
		if err := confirm(ctx); err != nil {
			return nil, &unconfirmedError{err}
		}
		if err := apply.Delete(ctx, c, existing); err != nil {
			return nil, fmt.Errorf("replace what is out of date: %w", err)
		}
	}
	created, err = create(ctx, c, kind, desired)
	if !apierrors.IsAlreadyExists(err) {
		return created, err
	}
	// A finalizer keeps it, or somebody was quicker: the next try will tell.
	return nil, &apply.RemnantError{Kind: kind, Namespace: key.Namespace, Name: key.Name, UID: existing.GetUID(),
		SubmissionID: existing.GetLabels()[sparklabels.SubmissionID]}
}

// create creates a copy: the client may write the answer of a refused creation into what it was given.
func create(ctx context.Context, c Client, kind string, desired client.Object) (client.Object, error) {
	created, isObject := desired.DeepCopyObject().(client.Object)
	if _, isCompanion := blank[kind]; !isObject || !isCompanion {
		return nil, fmt.Errorf("applications have no companion %T", desired)
	}
	err := c.Create(ctx, created)
	switch {
	case err == nil:
		return created, nil
	case apierrors.IsInvalid(err):
		return nil, &planning.InvalidError{Problems: []planning.Problem{{Field: "spec", Fix: err.Error()}}}
	}
	return nil, fmt.Errorf("create %s %s: %w", kind, client.ObjectKeyFromObject(desired), err)
}

func sameOwner(existing, desired client.Object) bool {
	owner, wanted := metav1.GetControllerOf(existing), metav1.GetControllerOf(desired)
	return owner != nil && wanted != nil && owner.UID == wanted.UID
}

// upToDate reports whether an object is the one of the attempt. What others added to its labels and annotations is theirs.
func upToDate(existing, desired client.Object) bool {
	return existing.GetDeletionTimestamp() == nil &&
		existing.GetLabels()[sparklabels.SubmissionID] == desired.GetLabels()[sparklabels.SubmissionID] &&
		identity.SameSpec(existing.GetAnnotations()[sparklabels.SpecHash], desired.GetAnnotations()[sparklabels.SpecHash]) &&
		equality.Semantic.DeepDerivative(content(desired), content(existing))
}

// content returns what an object says beside its metadata. Of what the API server adds by itself the desired one says nothing.
func content(object client.Object) map[string]any {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		return nil // Objects of known kinds are all convertible.
	}
	for _, field := range []string{"apiVersion", "kind", "metadata", "status"} {
		delete(fields, field)
	}
	return fields
}
