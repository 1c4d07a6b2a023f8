// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package refusal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func answers(code int32, reason metav1.StatusReason, message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{Code: code, Reason: reason, Message: message}}
}

func TestOf(t *testing.T) {
	pods := corev1.Resource("pods")
	ofPod := corev1.SchemeGroupVersion.WithKind("Pod").GroupKind()
	required := field.ErrorList{field.Required(field.NewPath("spec", "containers").Index(0).Child("image"), "")}
	forbidden := func(why string) error { return apierrors.NewForbidden(pods, "pi-driver", errors.New(why)) }
	const policy = "ValidatingAdmissionPolicy 'costs' with binding 'all' denied request: "
	const webhook = `admission webhook "costs.example.com" denied the request: `
	for name, tc := range map[string]struct {
		err  error
		want Class
	}{
		"nothing":                        {nil, None},
		"an error of the operator's own": {errors.New(policy + "no"), None},
		"validation":                     {apierrors.NewInvalid(ofPod, "pi-driver", required), Invalid},
		"validation of a kind that has a group": {
			answers(422, metav1.StatusReasonInvalid, `Ingress.networking.k8s.io "pi" is invalid: spec: Invalid value: ""`), Invalid},
		"a policy that repeats validation":  {answers(422, metav1.StatusReasonInvalid, `pods "x" is forbidden: `+policy+`Pod "x" is invalid: no`), Policy},
		"a policy without binding":          {answers(422, metav1.StatusReasonInvalid, `pods "x" is forbidden: ValidatingAdmissionPolicy 'a' denied request: no`), Policy},
		"a mutating policy":                 {answers(500, metav1.StatusReasonInternalError, "policy 'a' with binding 'b' denied request: no such key"), Policy},
		"a webhook that repeats validation": {answers(422, metav1.StatusReasonInvalid, webhook+`Pod "x" is invalid: no`), Webhook},
		"a webhook that repeats a policy":   {answers(403, metav1.StatusReasonForbidden, webhook+policy+"no"), Webhook},
		"a webhook without explanation":     {answers(400, "", `admission webhook "a" denied the request without explanation`), Webhook},
		"a webhook that does not answer":    {apierrors.NewInternalError(errors.New(`failed calling webhook "a": EOF`)), None},
		"a quota":                           {forbidden("exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2"), Quota},
		"a quota that asks for limits":      {forbidden("failed quota: small: must specify limits.cpu for: a"), Quota},
		"a quota that many race for":        {apierrors.NewConflict(corev1.Resource("resourcequotas"), "small", errors.New("changed")), None},
		"a limit":                           {forbidden("[maximum cpu usage per Container is 1, but limit is 2, minimum memory usage per Pod is 1Gi, but request is 1Mi]"), Limit},
		"a ratio":                           {forbidden("cpu max limit to request ratio per Pod is 2, but provided ratio is 4.000000"), Limit},
		"pod security":                      {forbidden(`violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false`), PodSecurity},
		"a namespace that is being deleted": {
			forbidden("unable to create new content in namespace team because it is being terminated"), NamespaceTerminating},
		"a permission": {
			forbidden(`User "system:serviceaccount:a:b" cannot create resource "pods" in API group "" in the namespace "team"`), Permission},
		"a priority class that is not there": {forbidden("no PriorityClass with name urgent was found"), Other},
		"a namespace that is not there":      {apierrors.NewNotFound(corev1.Resource("namespaces"), "team"), Other},
		"an object that is there":            {apierrors.NewAlreadyExists(pods, "pi-driver"), Other},
		"an object that is too large":        {answers(500, metav1.StatusReasonUnknown, "etcdserver: request is too large"), Invalid},
		"a request that is too large":        {apierrors.NewRequestEntityTooLargeError("limit is 3145728"), Invalid},
		"an API server under load":           {apierrors.NewTooManyRequests("later", 1), None},
		"an API server that fails":           {apierrors.NewInternalError(errors.New("etcd")), None},
		"an API server that is slow":         {apierrors.NewTimeoutError("slow", 1), None},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.err
			if err != nil {
				err = fmt.Errorf("create Pod team/pi-driver: %w", err)
			}
			if got := Of(err); got != tc.want {
				t.Errorf("class %q, want %q", got, tc.want)
			}
			if got, want := IsDenied(err), tc.want == Policy || tc.want == Webhook; got != want {
				t.Errorf("denied: %t, want %t", got, want)
			}
		})
	}
}

func TestIsUnanswered(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":                        {nil, false},
		"a denial with such a code":      {answers(504, metav1.StatusReasonTimeout, `admission webhook "a" denied the request: slow`), false},
		"a webhook that does not answer": {apierrors.NewInternalError(errors.New(`failed calling webhook "a": EOF`)), true},
		"an API server that is slow":     {apierrors.NewTimeoutError("slow", 1), true},
		"a store that is slow":           {apierrors.NewServerTimeout(corev1.Resource("pods"), "create", 1), true},
		"a gateway":                      {answers(504, metav1.StatusReasonTimeout, "no answer"), true},
		"a deadline of our own":          {context.DeadlineExceeded, true},
		"a connection that went quiet":   {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		"no connection":                  {&net.OpError{Op: "dial", Err: errors.New("connection refused")}, false},
		"the end of the operator":        {context.Canceled, false},
		"an API server under load":       {apierrors.NewTooManyRequests("later", 1), false},
		"a race":                         {apierrors.NewConflict(corev1.Resource("pods"), "a", errors.New("changed")), false},
		"an object that is too large":    {answers(500, metav1.StatusReasonUnknown, "etcdserver: request is too large"), false},
	} {
		t.Run(name, func(t *testing.T) {
			err := tc.err
			if err != nil {
				err = fmt.Errorf("create Pod team/pi-driver: %w", err)
			}
			if got := IsUnanswered(err); got != tc.want {
				t.Errorf("unanswered: %t, want %t", got, tc.want)
			}
		})
	}
}

// A denial is never taken for an application that is at fault, nor for an API server that will answer later, whatever
// its code and reason.
func TestDenialsAreNeverAnythingElse(t *testing.T) {
	for code := int32(400); code < 600; code++ {
		for _, reason := range []metav1.StatusReason{
			"", metav1.StatusReasonInvalid, metav1.StatusReasonConflict, metav1.StatusReasonTooManyRequests, metav1.StatusReasonTimeout,
			metav1.StatusReasonServerTimeout, metav1.StatusReasonInternalError, metav1.StatusReasonAlreadyExists, metav1.StatusReasonNotFound,
		} {
			for message, want := range map[string]Class{
				`admission webhook "a" denied the request: etcdserver: request is too large`:                                   Webhook,
				`pods "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: Pod "a" is invalid: no`: Policy,
			} {
				if got := Of(answers(code, reason, message)); got != want {
					t.Fatalf("%d %s %s: class %q", code, reason, message, got)
				}
			}
		}
	}
}
