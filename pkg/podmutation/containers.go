// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func addInitContainers(t Target) error {
	containers := keyedBy(&t.Pod.Spec.InitContainers, nameOfContainer)
	for i := range t.Spec.InitContainers {
		containers.set(*t.Spec.InitContainers[i].DeepCopy())
	}
	return nil
}

func addSidecars(t Target) error {
	containers := keyedBy(&t.Pod.Spec.Containers, nameOfContainer)
	for i := range t.Spec.Sidecars {
		sidecar := t.Spec.Sidecars[i].DeepCopy()
		if spark := t.Container().Name; sidecar.Name == spark {
			return fmt.Errorf("container %q is the one Spark runs in: rename the sidecar", spark)
		}
		containers.set(*sidecar)
	}
	return nil
}

func setSecurityContext(t Target) error {
	if t.Spec.SecurityContext == nil {
		return nil
	}
	context, wanted := t.Spec.SecurityContext.DeepCopy(), Escalation(t.Spec.SecurityContext)
	if before := t.Container().SecurityContext; before != nil && before.AllowPrivilegeEscalation != nil {
		// Spark sets it from 4.3 on. It stays unless the field says otherwise.
		if wanted == nil || *wanted == *before.AllowPrivilegeEscalation {
			context.AllowPrivilegeEscalation = before.AllowPrivilegeEscalation
		}
	}
	t.Container().SecurityContext = context
	return nil
}

// Escalation returns whether a security context lets a container gain privileges, or nil where it leaves that open. One
// that is privileged may, and the API server refuses one that forbids it.
func Escalation(context *corev1.SecurityContext) *bool {
	switch {
	case context == nil:
		return nil
	case context.AllowPrivilegeEscalation != nil:
		return context.AllowPrivilegeEscalation
	case context.Privileged != nil && *context.Privileged,
		context.Capabilities != nil && slices.ContainsFunc(context.Capabilities.Add, isAdmin):
		allowed := true
		return &allowed
	}
	return nil
}

func isAdmin(capability corev1.Capability) bool {
	return capability == "SYS_ADMIN" || capability == "CAP_SYS_ADMIN"
}

func setPodSecurityContext(t Target) error {
	if t.Spec.PodSecurityContext != nil {
		t.Pod.Spec.SecurityContext = t.Spec.PodSecurityContext.DeepCopy()
	}
	return nil
}

func setTerminationGracePeriod(t Target) error {
	if seconds := t.Spec.TerminationGracePeriodSeconds; seconds != nil {
		copied := *seconds
		t.Pod.Spec.TerminationGracePeriodSeconds = &copied
	}
	return nil
}

func setLifecycle(t Target) error {
	if lifecycle := lifecycleOf(t.App, t.Role); lifecycle != nil {
		t.Container().Lifecycle = lifecycle.DeepCopy()
	}
	return nil
}

func lifecycleOf(app *v1beta2.SparkApplication, role Role) *corev1.Lifecycle {
	if role == Driver {
		return app.Spec.Driver.Lifecycle
	}
	return app.Spec.Executor.Lifecycle
}

func setShareProcessNamespace(t Target) error {
	if t.Spec.ShareProcessNamespace != nil && *t.Spec.ShareProcessNamespace {
		shared := true
		t.Pod.Spec.ShareProcessNamespace = &shared
	}
	return nil
}
