// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package refusal

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Class says who has refused. It is one CamelCase word, for programs.
type Class string

// The classes.
const (
	// None is of an error that no rule of the cluster has caused, such as an API server under load, or of no error.
	None Class = ""
	// Invalid is of an object that the API server itself finds invalid, or too large.
	Invalid Class = "InvalidApplication"
	// Policy is of a ValidatingAdmissionPolicy or MutatingAdmissionPolicy.
	Policy Class = "DeniedByPolicy"
	// Webhook is of an admission webhook that has answered. One that has not is None.
	Webhook Class = "DeniedByWebhook"
	// Quota is of a ResourceQuota.
	Quota Class = "QuotaExceeded"
	// Limit is of a LimitRange.
	Limit Class = "LimitRangeExceeded"
	// PodSecurity is of the Pod Security level of the namespace.
	PodSecurity Class = "PodSecurityViolated"
	// NamespaceTerminating is of a namespace that is being deleted.
	NamespaceTerminating Class = "NamespaceTerminating"
	// Permission is of a permission that the operator lacks.
	Permission Class = "NotPermitted"
	// Other is of any other rule of the cluster.
	Other Class = "RefusedByCluster"
)

// How Kubernetes words its answers. Nothing else in the operator reads them.
var (
	ownValidation = regexp.MustCompile(`^[A-Z]\w*(\.[\w.-]+)? "[^"]*" is invalid(:|$)`)
	tooLarge      = regexp.MustCompile(`^(Request entity too large: limit is|etcdserver: request is too large|rpc error: code = ResourceExhausted desc = trying to send message larger)`)

	// worded are tried in this order: a webhook may repeat what others say.
	worded = []struct {
		class Class
		words *regexp.Regexp
	}{
		{Webhook, regexp.MustCompile(`admission webhook "[^"]*" denied the request`)},
		{Policy, regexp.MustCompile(`[pP]olicy ['"][^'"]*['"]( with binding ['"][^'"]*['"])? denied request`)},
		{Quota, regexp.MustCompile(`(exceeded|failed) quota: `)},
		{PodSecurity, regexp.MustCompile(`violates PodSecurity "`)},
		{Limit, regexp.MustCompile(`(maximum|minimum) \S+ usage per |\S+ max limit to request ratio per `)},
		{NamespaceTerminating, regexp.MustCompile(`because it is being terminated`)},
		{Permission, regexp.MustCompile(`^\S+( "[^"]*")? is forbidden: User "[^"]*" cannot `)},
	}
)

// Of returns who has refused, by the API server's answer that the error wraps.
func Of(err error) Class {
	status, isAnswer := answer(err)
	if !isAnswer {
		return None
	}
	class := byWords(status.Message)
	switch {
	case class == Webhook || class == Policy:
		return class
	case status.Code == http.StatusUnprocessableEntity && ownValidation.MatchString(status.Message), tooLarge.MatchString(status.Message):
		return Invalid
	case status.Code >= http.StatusInternalServerError, apierrors.IsTooManyRequests(err), apierrors.IsConflict(err), apierrors.IsTimeout(err):
		return None
	case class != None && status.Code == http.StatusForbidden:
		return class
	}
	return Other
}

// byWords returns whose words a message has.
func byWords(message string) Class {
	for _, w := range worded {
		if w.words.MatchString(message) {
			return w.class
		}
	}
	return None
}

// IsUnanswered reports whether a request came to nothing without anybody having looked at what was asked: it timed out,
// or the API server or a webhook that it asks failed. One to whom no connection was made, or that has too much to do,
// is the API server's own trouble, and passes with it.
func IsUnanswered(err error) bool {
	status, isAnswer := answer(err)
	if !isAnswer {
		timedOut, isNet := errors.AsType[net.Error](err)
		return isNet && timedOut.Timeout() || errors.Is(err, context.DeadlineExceeded)
	}
	return Of(err) == None && (status.Code >= http.StatusInternalServerError || apierrors.IsTimeout(err))
}

func answer(err error) (metav1.Status, bool) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return metav1.Status{}, false
	}
	return status.Status(), true
}

// IsDenied reports whether a policy or a webhook has denied the object: whatever the status code, that is an answer.
func IsDenied(err error) bool {
	class := Of(err)
	return class == Policy || class == Webhook
}
