// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"gomodules.xyz/jsonpatch/v2"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func newDefaulting[T client.Object](scheme *runtime.Scheme, defaulter admission.Defaulter[T]) *admission.Webhook {
	return &admission.Webhook{Handler: &onlyDefaults[T]{
		handler: admission.WithDefaulter(scheme, defaulter).Handler,
		decoder: admission.NewDecoder(scheme),
	}}
}

// onlyDefaults takes out of a defaulter's patch what comes from Go's encoding and not from the defaults: a required
// string that the user forgot would be filled in as "" and pass the schema's check, but only while the webhook answers.
type onlyDefaults[T client.Object] struct {
	handler admission.Handler
	decoder admission.Decoder
}

// Handle answers an admission request.
func (o *onlyDefaults[T]) Handle(ctx context.Context, req admission.Request) admission.Response {
	response := o.handler.Handle(ctx, req)
	if len(response.Patches) == 0 {
		return response
	}
	encoding, err := o.encodingPatch(req)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	// Both patches start from what the user sent, so no operation needs another one to have been applied.
	response.Patches = slices.DeleteFunc(response.Patches, func(operation jsonpatch.Operation) bool {
		return slices.ContainsFunc(encoding, func(e jsonpatch.Operation) bool { return reflect.DeepEqual(e, operation) })
	})
	if len(response.Patches) == 0 {
		response.PatchType = nil
	}
	return response
}

// encodingPatch is what decoding and encoding alone would change.
func (o *onlyDefaults[T]) encodingPatch(req admission.Request) ([]jsonpatch.Operation, error) {
	object := reflect.New(reflect.TypeFor[T]().Elem()).Interface().(T)
	if err := o.decoder.Decode(req, object); err != nil {
		return nil, fmt.Errorf("decode object: %w", err)
	}
	encoded, err := json.Marshal(object)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	patch, err := jsonpatch.CreatePatch(req.Object.Raw, encoded)
	if err != nil {
		return nil, fmt.Errorf("compare object with its encoding: %w", err)
	}
	return patch, nil
}
