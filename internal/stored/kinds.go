// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// What a kind has of its own: its type, and what the compiler cannot derive from it.
var (
	_ Object = (*SparkApplication)(nil)
	_ Object = (*ScheduledSparkApplication)(nil)
	_ Object = (*SparkConnect)(nil)
)

type (
	// SparkApplicationList is a list of applications.
	SparkApplicationList = List[SparkApplication, *SparkApplication]
	// ScheduledSparkApplicationList is a list of schedules.
	ScheduledSparkApplicationList = List[ScheduledSparkApplication, *ScheduledSparkApplication]
	// SparkConnectList is a list of Connect servers.
	SparkConnectList = List[SparkConnect, *SparkConnect]
)

// SparkApplication is an application as it is stored. Read returns it.
type SparkApplication struct {
	v1beta2.SparkApplication
	contents
}

// Of returns an application as a client with the scheme of this package takes it.
func Of(app *v1beta2.SparkApplication) *SparkApplication {
	return &SparkApplication{SparkApplication: *app}
}

// Read returns the application. Where it cannot be decoded the error is a *decoding.Problem.
func (a *SparkApplication) Read() (*v1beta2.SparkApplication, error) {
	return &a.SparkApplication, read(a)
}

// Plain implements Object.
func (a *SparkApplication) Plain() client.Object { return &a.SparkApplication }

func (a *SparkApplication) parts() parts {
	return parts{&a.contents, &a.TypeMeta, &a.ObjectMeta, &a.Spec, &a.Status}
}

// UnmarshalJSON implements json.Unmarshaler. It leaves the spec for later, and never fails.
func (a *SparkApplication) UnmarshalJSON(data []byte) error {
	*a = SparkApplication{}
	a.parts().unmarshal(data)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (a *SparkApplication) MarshalJSON() ([]byte, error) {
	return a.parts().marshal(&a.SparkApplication)
}

// DeepCopyInto makes into a copy.
func (a *SparkApplication) DeepCopyInto(into *SparkApplication) {
	*into = *a
	a.SparkApplication.DeepCopyInto(&into.SparkApplication)
}

// DeepCopy returns a copy.
func (a *SparkApplication) DeepCopy() *SparkApplication {
	copied := new(SparkApplication)
	a.DeepCopyInto(copied)
	return copied
}

// DeepCopyObject implements runtime.Object.
func (a *SparkApplication) DeepCopyObject() runtime.Object { return a.DeepCopy() }

// ScheduledSparkApplication is a schedule as it is stored. Read returns it.
type ScheduledSparkApplication struct {
	v1beta2.ScheduledSparkApplication
	contents
}

// OfSchedule returns a schedule as a client with the scheme of this package takes it.
func OfSchedule(schedule *v1beta2.ScheduledSparkApplication) *ScheduledSparkApplication {
	return &ScheduledSparkApplication{ScheduledSparkApplication: *schedule}
}

// Read returns the schedule. Where it cannot be decoded the error is a *decoding.Problem.
func (s *ScheduledSparkApplication) Read() (*v1beta2.ScheduledSparkApplication, error) {
	return &s.ScheduledSparkApplication, read(s)
}

// Plain implements Object.
func (s *ScheduledSparkApplication) Plain() client.Object { return &s.ScheduledSparkApplication }

func (s *ScheduledSparkApplication) parts() parts {
	return parts{&s.contents, &s.TypeMeta, &s.ObjectMeta, &s.Spec, &s.Status}
}

// UnmarshalJSON implements json.Unmarshaler. It leaves the spec for later, and never fails.
func (s *ScheduledSparkApplication) UnmarshalJSON(data []byte) error {
	*s = ScheduledSparkApplication{}
	s.parts().unmarshal(data)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (s *ScheduledSparkApplication) MarshalJSON() ([]byte, error) {
	return s.parts().marshal(&s.ScheduledSparkApplication)
}

// DeepCopyInto makes into a copy.
func (s *ScheduledSparkApplication) DeepCopyInto(into *ScheduledSparkApplication) {
	*into = *s
	s.ScheduledSparkApplication.DeepCopyInto(&into.ScheduledSparkApplication)
}

// DeepCopy returns a copy.
func (s *ScheduledSparkApplication) DeepCopy() *ScheduledSparkApplication {
	copied := new(ScheduledSparkApplication)
	s.DeepCopyInto(copied)
	return copied
}

// DeepCopyObject implements runtime.Object.
func (s *ScheduledSparkApplication) DeepCopyObject() runtime.Object { return s.DeepCopy() }

// SparkConnect is a Connect server as it is stored. Read returns it.
type SparkConnect struct {
	v1alpha1.SparkConnect
	contents
}

// OfConnect returns a Connect server as a client with the scheme of this package takes it.
func OfConnect(connect *v1alpha1.SparkConnect) *SparkConnect {
	return &SparkConnect{SparkConnect: *connect}
}

// Read returns the Connect server. Where it cannot be decoded the error is a *decoding.Problem.
func (c *SparkConnect) Read() (*v1alpha1.SparkConnect, error) {
	return &c.SparkConnect, read(c)
}

// Plain implements Object.
func (c *SparkConnect) Plain() client.Object { return &c.SparkConnect }

func (c *SparkConnect) parts() parts {
	return parts{&c.contents, &c.TypeMeta, &c.ObjectMeta, &c.Spec, &c.Status}
}

// UnmarshalJSON implements json.Unmarshaler. It leaves the spec for later, and never fails.
func (c *SparkConnect) UnmarshalJSON(data []byte) error {
	*c = SparkConnect{}
	c.parts().unmarshal(data)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (c *SparkConnect) MarshalJSON() ([]byte, error) { return c.parts().marshal(&c.SparkConnect) }

// DeepCopyInto makes into a copy.
func (c *SparkConnect) DeepCopyInto(into *SparkConnect) {
	*into = *c
	c.SparkConnect.DeepCopyInto(&into.SparkConnect)
}

// DeepCopy returns a copy.
func (c *SparkConnect) DeepCopy() *SparkConnect {
	copied := new(SparkConnect)
	c.DeepCopyInto(copied)
	return copied
}

// DeepCopyObject implements runtime.Object.
func (c *SparkConnect) DeepCopyObject() runtime.Object { return c.DeepCopy() }

// List is a list of objects of a kind.
type List[T any, P interface {
	*T
	Object
	DeepCopyInto(into *T)
}] struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitzero"`

	Items []T `json:"items"`
}

// DeepCopyObject implements runtime.Object.
func (l *List[T, P]) DeepCopyObject() runtime.Object {
	copied := &List[T, P]{TypeMeta: l.TypeMeta}
	l.DeepCopyInto(&copied.ListMeta)
	if l.Items != nil {
		copied.Items = make([]T, len(l.Items))
	}
	for i := range l.Items {
		P(&l.Items[i]).DeepCopyInto(&copied.Items[i])
	}
	return copied
}
