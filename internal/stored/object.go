// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
)

// large is a length of a spec from which on a cache does not keep it.
const large = 64 << 10

// Object is an object of one of the operator's kinds as it is stored: the spec may not be decoded yet, not be kept, or
// not be decodable.
type Object interface {
	client.Object
	// Plain returns the object as package apis has it, as far as it is decoded and kept.
	Plain() client.Object
	// Problem returns why the object cannot be decoded, as far as it was tried; nil otherwise.
	Problem() *decoding.Problem
	// Forgotten reports whether only the identity is left.
	Forgotten() bool

	parts() parts
}

// contents is how far an object of any kind is decoded. Every kind embeds it.
type contents struct {
	// spec is the spec as it is stored until it is decoded. It is not changed and so shared by copies.
	spec json.RawMessage
	// absent is whether the spec was not kept, and forgotten whether nothing was kept but the identity.
	absent, forgotten bool
	// problem is why the object cannot be decoded; nil if it can, as far as it was tried.
	problem *decoding.Problem
}

// Problem implements Object.
func (c *contents) Problem() *decoding.Problem { return c.problem }

// Forgotten implements Object.
func (c *contents) Forgotten() bool { return c.forgotten }

// note keeps the first problem, or that of the status: what is not known of it matters most.
func (c *contents) note(p *decoding.Problem) {
	if c.problem == nil || OfStatus(p) {
		c.problem = p
	}
}

// OfStatus reports whether a problem is of the status, which then is not known.
func OfStatus(p *decoding.Problem) bool { return p != nil && strings.HasPrefix(p.Field, "status") }

// parts are the parts of an object of any kind; spec and status are pointers to what the kind has.
type parts struct {
	*contents

	kind         *metav1.TypeMeta
	meta         *metav1.ObjectMeta
	spec, status any
}

// reset makes what a pointer points to its zero value.
func reset(pointer any) { reflect.ValueOf(pointer).Elem().SetZero() }

// unmarshal decodes an empty object, but for the spec. It never fails: a list would fail with it. Each part is decoded
// by itself, so that what is wrong with one leaves the others.
func (p parts) unmarshal(data []byte) {
	decoding.Members(data, func(name string, value []byte) {
		switch name {
		case "kind":
			p.decode(name, value, &p.kind.Kind)
		case "apiVersion":
			p.decode(name, value, &p.kind.APIVersion)
		case "metadata":
			if problem := decoding.Metadata(value, p.meta, name); problem != nil {
				p.note(problem)
			}
		case "status":
			p.decode(name, value, p.status)
		case "spec":
			p.contents.spec = bytes.Clone(value)
		}
	})
}

func (p parts) decode(name string, value []byte, into any) {
	if problem := decoding.Into(value, into, name); problem != nil {
		p.note(problem)
	}
	if OfStatus(p.problem) {
		reset(p.status)
	}
}

// Decode decodes the spec, once.
func Decode(o Object) {
	p := o.parts()
	if p.contents.spec == nil {
		return
	}
	if problem := decoding.Into(p.contents.spec, p.spec, "spec"); problem != nil {
		reset(p.spec)
		p.note(problem)
	}
	p.contents.spec = nil
}

// Drop forgets the spec, decoded or not.
func Drop(o Object) {
	p := o.parts()
	reset(p.spec)
	p.contents.spec, p.absent = nil, true
}

// Keep leaves of an object what a cache keeps: the spec decoded, unless it is so large that few of them would fill the
// memory.
func Keep(o Object) {
	isLarge := len(o.parts().contents.spec) > large
	Decode(o)
	if isLarge {
		Drop(o)
	}
}

// Forget leaves of an object that is not the operator's business its identity.
func Forget(o Object) {
	p := o.parts()
	*p.kind = metav1.TypeMeta{}
	*p.meta = metav1.ObjectMeta{
		Namespace: p.meta.Namespace, Name: p.meta.Name, UID: p.meta.UID, ResourceVersion: p.meta.ResourceVersion, Generation: p.meta.Generation,
		CreationTimestamp: p.meta.CreationTimestamp, DeletionTimestamp: p.meta.DeletionTimestamp,
	}
	reset(p.spec)
	reset(p.status)
	*p.contents = contents{absent: true, forgotten: true}
}

// marshal encodes an object; plain is the whole of it but for a spec that is not decoded.
func (p parts) marshal(plain any) ([]byte, error) {
	if p.contents.spec == nil {
		return json.Marshal(plain)
	}
	status := p.status
	if reflect.ValueOf(status).Elem().IsZero() {
		status = nil
	}
	return json.Marshal(struct {
		metav1.TypeMeta
		Metadata *metav1.ObjectMeta `json:"metadata"`
		Spec     json.RawMessage    `json:"spec"`
		Status   any                `json:"status,omitempty"`
	}{*p.kind, p.meta, p.contents.spec, status})
}

// errAbsent says that a cache does not keep the spec.
var errAbsent = errors.New("the spec is not kept in the cache")

// read decodes an object, and says what keeps the whole of it from being read.
func read(o Object) error {
	Decode(o)
	switch c := o.parts().contents; {
	case c.problem != nil:
		return c.problem
	case c.absent:
		return errAbsent
	}
	return nil
}

// Get reads an application from the cache, and from the API server what the cache does not keep of it. Where the
// application cannot be decoded the error is a *decoding.Problem, and metadata and status are returned with it, the
// status unless the problem is of it.
func Get(ctx context.Context, cache, api client.Reader, key client.ObjectKey) (*v1beta2.SparkApplication, error) {
	return get(ctx, cache, api, key, func() readable[*v1beta2.SparkApplication] { return &SparkApplication{} })
}

// GetSchedule reads a schedule as Get does an application.
func GetSchedule(ctx context.Context, cache, api client.Reader, key client.ObjectKey) (*v1beta2.ScheduledSparkApplication, error) {
	return get(ctx, cache, api, key, func() readable[*v1beta2.ScheduledSparkApplication] { return &ScheduledSparkApplication{} })
}

// GetConnect reads a Connect server as Get does an application.
func GetConnect(ctx context.Context, cache, api client.Reader, key client.ObjectKey) (*v1alpha1.SparkConnect, error) {
	return get(ctx, cache, api, key, func() readable[*v1alpha1.SparkConnect] { return &SparkConnect{} })
}

type readable[P any] interface {
	client.Object
	Read() (P, error)
}

func get[P any](ctx context.Context, cache, api client.Reader, key client.ObjectKey, empty func() readable[P]) (found P, err error) {
	object := empty()
	if err := cache.Get(ctx, key, object); err != nil {
		return found, err
	}
	if found, err = object.Read(); !errors.Is(err, errAbsent) {
		return found, err
	}
	object = empty()
	if err := api.Get(ctx, key, object); err != nil {
		var none P
		return none, err
	}
	return object.Read()
}
