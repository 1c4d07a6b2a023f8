// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"fmt"
	"slices"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/internal/decoding"
)

// object is a pointer to a kind.
type object[T any] interface {
	*T
	client.Object
}

// mutation answers with what it changes in a copy of the object, and with nothing that comes from Go's encoding: a
// required string that the user forgot would be filled in as "" and pass the schema's check, but only while the webhook
// answers.
//
// It refuses nothing, and leaves alone what is going away: the last update of such an object removes a finalizer, and
// must do nothing else.
type mutation[T any, P object[T]] struct {
	// operations are those that it is for; others pass.
	operations []admissionv1.Operation
	// change shapes the object.
	change func(ctx context.Context, req admission.Request, object P) error
	// name is what the object is called where it cannot be read, and consequence what comes of not changing it, for a
	// warning; empty where others say so.
	name, consequence string
}

// defaulting is a mutation that fills in what the user left out. What cannot be decoded passes: the schema names all
// wrong fields together, and what it takes the validating endpoint refuses.
func defaulting[T any, P object[T]](set func(P)) mutation[T, P] {
	return mutation[T, P]{
		operations: []admissionv1.Operation{admissionv1.Create, admissionv1.Update},
		change:     func(_ context.Context, _ admission.Request, object P) error { set(object); return nil },
	}
}

// Handle answers an admission request.
func (m mutation[T, P]) Handle(ctx context.Context, req admission.Request) admission.Response {
	if !slices.Contains(m.operations, req.Operation) || req.SubResource != "" {
		return admission.Allowed("")
	}
	sent := P(new(T))
	if p := decoding.Into(req.Object.Raw, sent, ""); p != nil {
		return m.pass(fmt.Errorf("the %s cannot be read: %w", m.name, p))
	}
	if !sent.GetDeletionTimestamp().IsZero() {
		return admission.Allowed("")
	}
	changed := sent.DeepCopyObject().(P)
	if err := m.change(ctx, req, changed); err != nil {
		return m.pass(err)
	}
	if equality.Semantic.DeepEqual(sent, changed) {
		return admission.Allowed("")
	}
	operations, err := patch(req.Object.Raw, sent, changed)
	if err != nil {
		return m.pass(err)
	}
	return admission.Patched("", operations...)
}

// pass lets an object pass as it is, and says why where nobody else does.
func (m mutation[T, P]) pass(why error) admission.Response {
	if m.consequence == "" {
		return admission.Allowed("")
	}
	return admission.Allowed("").WithWarnings(m.consequence + ": " + why.Error())
}
