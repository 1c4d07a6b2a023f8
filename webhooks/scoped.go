// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/internal/scope"
)

// scoped lets requests of namespaces that are not served pass as they are. The API server may ask about those too: what
// it calls is set by an administrator of the cluster, and what is served by the configuration.
type scoped struct {
	served  scope.Scope
	handler admission.Handler
}

// Handle answers an admission request.
func (s scoped) Handle(ctx context.Context, req admission.Request) admission.Response {
	served, err := s.served.Serves(ctx, req.Namespace)
	if err != nil {
		// The controller does the same work, and asks again.
		return admission.Allowed("").WithWarnings(fmt.Sprintf("it is not known whether namespace %s is served: %v", req.Namespace, err))
	}
	if !served {
		return admission.Allowed("")
	}
	return s.handler.Handle(ctx, req)
}
