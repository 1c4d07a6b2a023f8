// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
)

// large is a length of a spec from which on a cache does not keep it.
const large = 64 << 10

// Object is an object of one of the operator's kinds as it is stored.
type Object interface {
	client.Object
	// Forget leaves of an object that is not the operator's business its identity.
	Forget()
}

// SparkApplication is an application of which the spec may not be decoded yet, not be kept, or not be decodable. Read returns it.
type SparkApplication struct {
	v1beta2.SparkApplication

	// spec is the spec as it is stored until it is decoded. It is not changed and so shared by copies.
	spec json.RawMessage
	// absent tells that the spec was not kept, and forgotten that nothing was but the identity.
	absent, forgotten bool
	// problem is why the application cannot be decoded; nil if it can, as far as it was tried.
	problem *decoding.Problem
}

// Of returns an application as a client with the scheme of this package takes it.
func Of(app *v1beta2.SparkApplication) *SparkApplication {
	return &SparkApplication{SparkApplication: *app}
}

// errAbsent says that a cache does not keep the spec.
var errAbsent = errors.New("the spec is not kept in the cache")

// Get reads an application from the cache, and from the API server what the cache does not keep of it. Where the application cannot be decoded the error is
// a *decoding.Problem, and metadata and status are returned with it, the status unless the problem is of it.
func Get(ctx context.Context, cache, api client.Reader, key client.ObjectKey) (*v1beta2.SparkApplication, error) {
	found := &SparkApplication{}
	if err := cache.Get(ctx, key, found); err != nil {
		return nil, err
	}
	app, err := found.Read()
	if !errors.Is(err, errAbsent) {
		return app, err
	}
	found = &SparkApplication{}
	if err := api.Get(ctx, key, found); err != nil {
		return nil, err
	}
	return found.Read()
}

// Read returns the application. Where it cannot be decoded the error is a *decoding.Problem.
func (a *SparkApplication) Read() (*v1beta2.SparkApplication, error) {
	a.Decode()
	switch {
	case a.problem != nil:
		return &a.SparkApplication, a.problem
	case a.absent:
		return &a.SparkApplication, errAbsent
	}
	return &a.SparkApplication, nil
}

// Problem returns why the application cannot be decoded, as far as it was tried; nil otherwise.
func (a *SparkApplication) Problem() *decoding.Problem { return a.problem }

// OfStatus reports whether a problem is of the status, which then is not known.
func OfStatus(p *decoding.Problem) bool { return p != nil && strings.HasPrefix(p.Field, "status") }

// Decode decodes the spec, once.
func (a *SparkApplication) Decode() {
	if a.spec == nil {
		return
	}
	if p := decoding.Into(a.spec, &a.Spec, "spec"); p != nil {
		a.Spec = v1beta2.SparkApplicationSpec{}
		a.note(p)
	}
	a.spec = nil
}

// note keeps the first problem, or that of the status: what is not known of it matters most.
func (a *SparkApplication) note(p *decoding.Problem) {
	if a.problem == nil || OfStatus(p) {
		a.problem = p
	}
}

// Drop forgets the spec, decoded or not.
func (a *SparkApplication) Drop() {
	a.Spec, a.spec, a.absent = v1beta2.SparkApplicationSpec{}, nil, true
}

// Keep leaves of an application what a cache keeps: the spec decoded, unless it is so large that few of them would fill the memory.
func (a *SparkApplication) Keep() {
	isLarge := len(a.spec) > large
	a.Decode()
	if isLarge {
		a.Drop()
	}
}

// Forget leaves of an application that is not the operator's business its identity.
func (a *SparkApplication) Forget() {
	*a = SparkApplication{absent: true, forgotten: true, SparkApplication: v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{
		Namespace: a.Namespace, Name: a.Name, UID: a.UID, ResourceVersion: a.ResourceVersion, Generation: a.Generation,
		CreationTimestamp: a.CreationTimestamp, DeletionTimestamp: a.DeletionTimestamp,
	}}}
}

// Forgotten reports whether only the identity is left.
func (a *SparkApplication) Forgotten() bool { return a.forgotten }

// UnmarshalJSON implements json.Unmarshaler. It leaves the spec for later, and never fails: a list would fail with it. Each part is decoded by itself, so that what
// is wrong with one leaves the others.
func (a *SparkApplication) UnmarshalJSON(data []byte) error {
	*a = SparkApplication{}
	decoding.Members(data, func(name string, value []byte) {
		switch name {
		case "kind":
			a.part(name, value, &a.Kind)
		case "apiVersion":
			a.part(name, value, &a.APIVersion)
		case "metadata":
			a.part(name, value, &a.ObjectMeta)
		case "status":
			a.part(name, value, &a.Status)
		case "spec":
			a.spec = bytes.Clone(value)
		}
	})
	return nil
}

func (a *SparkApplication) part(name string, value []byte, into any) {
	if p := decoding.Into(value, into, name); p != nil {
		a.note(p)
	}
	if OfStatus(a.problem) {
		a.Status = v1beta2.SparkApplicationStatus{}
	}
}

// MarshalJSON implements json.Marshaler.
func (a *SparkApplication) MarshalJSON() ([]byte, error) {
	if a.spec == nil {
		return json.Marshal(&a.SparkApplication)
	}
	return json.Marshal(struct {
		metav1.TypeMeta
		Metadata metav1.ObjectMeta              `json:"metadata,omitzero"`
		Spec     json.RawMessage                `json:"spec"`
		Status   v1beta2.SparkApplicationStatus `json:"status,omitzero"`
	}{a.TypeMeta, a.ObjectMeta, a.spec, a.Status})
}

// DeepCopyInto makes into a copy.
func (a *SparkApplication) DeepCopyInto(into *SparkApplication) {
	*into = *a
	a.SparkApplication.DeepCopyInto(&into.SparkApplication)
}

// DeepCopy returns a copy.
func (a *SparkApplication) DeepCopy() *SparkApplication {
	c := new(SparkApplication)
	a.DeepCopyInto(c)
	return c
}

// DeepCopyObject implements runtime.Object.
func (a *SparkApplication) DeepCopyObject() runtime.Object { return a.DeepCopy() }

// SparkApplicationList is a list of them.
type SparkApplicationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`

	Items []SparkApplication `json:"items"`
}

// DeepCopyObject implements runtime.Object.
func (l *SparkApplicationList) DeepCopyObject() runtime.Object {
	c := &SparkApplicationList{TypeMeta: l.TypeMeta}
	l.DeepCopyInto(&c.ListMeta)
	if l.Items != nil {
		c.Items = make([]SparkApplication, len(l.Items))
	}
	for i := range l.Items {
		l.Items[i].DeepCopyInto(&c.Items[i])
	}
	return c
}
