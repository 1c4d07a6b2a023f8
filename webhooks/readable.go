// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	k8sjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/internal/decoding"
)

// readable keeps from a handler the objects that it could not decode, or not in a time that anybody waits for, and
// answers for it.
type readable[T any] struct {
	handler admission.Handler
	// kind is that of T.
	kind schema.GroupVersionKind
}

func refuseUnreadable[T any](endpoint *admission.Webhook, kind schema.GroupVersionKind) *admission.Webhook {
	endpoint.Handler = readable[T]{handler: endpoint.Handler, kind: kind}
	return endpoint
}

// Handle answers an admission request.
func (r readable[T]) Handle(ctx context.Context, req admission.Request) admission.Response {
	if p := decoding.Screen(req.Object.Raw, new(T), ""); p != nil {
		return r.answer(req, p)
	}
	if decoding.Screen(req.OldObject.Raw, new(T), "") != nil {
		req = asCreated(req)
	}
	response := r.handler.Handle(ctx, req)
	if response.Result == nil || response.Result.Code != http.StatusBadRequest {
		return response
	}
	// The handler says so where it could not decode. Only now it matters what, and of which of the objects.
	if p := decoding.Into(req.Object.Raw, new(T), ""); p != nil {
		return r.answer(req, p)
	}
	if req.Operation == admissionv1.Update {
		return r.handler.Handle(ctx, asCreated(req))
	}
	return response
}

// asCreated returns a request whose object is new: it cannot be compared with what it was.
func asCreated(req admission.Request) admission.Request {
	req.Operation, req.OldObject = admissionv1.Create, runtime.RawExtension{}
	return req
}

// answer refuses an object that cannot be decoded for what its author writes now, and that is also labels of which
// there are more than can be read; what is stored already can be labelled, deleted and mended.
func (r readable[T]) answer(req admission.Request, p *decoding.Problem) admission.Response {
	if strings.HasPrefix(p.Field, "status") || req.Operation == admissionv1.Update && r.wasSo(req) {
		return admission.Allowed("")
	}
	detail := p.Reason
	if p.Value != "" {
		detail = p.Value + ": " + detail
	}
	errs := field.ErrorList{{Type: field.ErrorTypeInvalid, Field: p.Field, BadValue: field.OmitValueType{}, Detail: detail}}
	var status apierrors.APIStatus
	if !errors.As(refusal(r.kind.GroupVersion(), r.kind.Kind, req.Name, errs), &status) {
		return admission.Denied(p.Error())
	}
	result := status.Status()
	return admission.Response{AdmissionResponse: admissionv1.AdmissionResponse{Result: &result}}
}

// wasSo reports whether an update leaves what cannot be decoded as it was, or is of an object that is going away.
func (r readable[T]) wasSo(req admission.Request) bool {
	var before, after struct {
		Metadata struct {
			DeletionTimestamp *string `json:"deletionTimestamp"`
		} `json:"metadata"`
		Spec json.RawMessage `json:"spec"`
	}
	err := errors.Join(
		k8sjson.UnmarshalCaseSensitivePreserveInts(req.OldObject.Raw, &before), k8sjson.UnmarshalCaseSensitivePreserveInts(req.Object.Raw, &after))
	if err != nil || after.Metadata.DeletionTimestamp != nil {
		return err == nil
	}
	return bytes.Equal(before.Spec, after.Spec) && decoding.Into(req.OldObject.Raw, new(T), "") != nil
}
