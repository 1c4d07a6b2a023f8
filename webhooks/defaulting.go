// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"net/http"
	"reflect"

	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

func newDefaulting[T client.Object](scheme *runtime.Scheme, defaulter admission.Defaulter[T]) *admission.Webhook {
	return &admission.Webhook{Handler: &defaulting[T]{defaulter: defaulter, decoder: admission.NewDecoder(scheme)}}
}

// defaulting answers with what defaults change, and with nothing that comes from Go's encoding: a required string that the user
// forgot would be filled in as "" and pass the schema's check, but only while the webhook answers.
type defaulting[T client.Object] struct {
	defaulter admission.Defaulter[T]
	decoder   admission.Decoder
}

// Handle answers an admission request.
func (d *defaulting[T]) Handle(ctx context.Context, req admission.Request) admission.Response {
	if req.Operation == admissionv1.Delete {
		return admission.Allowed("")
	}
	object := reflect.New(reflect.TypeFor[T]().Elem()).Interface().(T)
	if err := d.decoder.Decode(req, object); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	defaulted := object.DeepCopyObject().(T)
	if err := d.defaulter.Default(admission.NewContextWithRequest(ctx, req), defaulted); err != nil {
		return admission.Denied(err.Error())
	}
	if reflect.DeepEqual(object, defaulted) {
		return admission.Allowed("")
	}
	operations, err := patch(req.Object.Raw, object, defaulted)
	if err != nil {
		return admission.Errored(http.StatusInternalServerError, err)
	}
	return admission.Patched("", operations...)
}
