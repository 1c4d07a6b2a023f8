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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission"
)

// Client is what is needed of a client. Get must ask the API server and not a cache.
type Client = apply.Client

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
// Its errors are those of submission.Submitter.
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
		ensured, err := apply.Ensure(ctx, c, desired, confirm)
		if _, isMounted := desired.(*corev1.ConfigMap); isRefused(err) && !isMounted {
			made.without(desired)
			made.Warnings = append(made.Warnings, "the run goes on without what was refused: "+err.Error())
			refused.Insert(desired.GetName())
			continue
		}
		if err != nil {
			return Made{}, err
		}
		if service, isService := ensured.Object.(*corev1.Service); isService && service.Name == made.Driver.WebUIServiceName {
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

// isRefused reports whether the same would be refused again: by the API server's rules, those of the cluster, or because the name is taken.
func isRefused(err error) bool {
	if _, isUnconfirmed := errors.AsType[*apply.UnconfirmedError](err); isUnconfirmed {
		return false
	}
	_, isConflict := errors.AsType[*apply.ConflictError](err)
	_, isInvalid := errors.AsType[*planning.InvalidError](err)
	return isConflict || isInvalid || refusal.IsDenied(err) || apierrors.IsForbidden(err) || apierrors.IsBadRequest(err) || isExhausted(err)
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
