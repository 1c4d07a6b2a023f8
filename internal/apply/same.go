// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"cmp"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Same reports whether an object is what creating the desired one would have made: the same controller, labels,
// annotations and content, not deleted. An owner, a label and a name can be forged by whoever may create objects and
// read the application; so the content counts. What the API server adds by itself, which are fields that the desired
// object leaves unset, is no difference; nor are labels and annotations of others.
//
// Maps and lists are equal but in pods, to which admission webhooks add containers, variables, volumes and tolerations:
// there they hold all that is desired, in its order, and each container that is desired runs the same program.
func Same(desired, existing client.Object) bool {
	if existing.GetDeletionTimestamp() != nil || !IsOurs(existing, desired) || !sameMetadata(desired, existing) {
		return false
	}
	if pod, isPod := desired.(*corev1.Pod); isPod {
		made, isPod := existing.(*corev1.Pod)
		return isPod && samePod(pod, made)
	}
	d, e := reflect.ValueOf(desired).Elem(), reflect.ValueOf(existing).Elem()
	if d.Type() != e.Type() {
		return false
	}
	for i := range d.NumField() {
		switch d.Type().Field(i).Name {
		case "TypeMeta", "ObjectMeta", "Status":
		default:
			if !holds(e.Field(i), d.Field(i), false) {
				return false
			}
		}
	}
	return true
}

// sameMetadata reports whether an object has all labels and annotations of the desired one. A hash that is missing is a
// difference; one that another version of the operator has computed is none, since the content is compared as well.
func sameMetadata(desired, existing client.Object) bool {
	has, want := existing.GetAnnotations(), desired.GetAnnotations()
	for name, value := range want {
		if name != sparklabels.SpecHash && has[name] != value {
			return false
		}
	}
	if has[sparklabels.SpecHash] == "" || !identity.SameSpec(has[sparklabels.SpecHash], want[sparklabels.SpecHash]) {
		return false
	}
	for name, value := range desired.GetLabels() {
		if existing.GetLabels()[name] != value {
			return false
		}
	}
	return true
}

// samePod compares what a pod runs and what it runs with. What controllers may change afterwards does not count: gates
// of queues, the deadline, resources.
func samePod(desired, existing *corev1.Pod) bool {
	want := desired.Spec.DeepCopy()
	want.SchedulingGates, want.ActiveDeadlineSeconds, want.Resources = nil, nil, nil
	for _, containers := range [][]corev1.Container{want.InitContainers, want.Containers} {
		for i := range containers {
			containers[i].Resources = corev1.ResourceRequirements{}
		}
	}
	has := &existing.Spec
	return want.HostNetwork == has.HostNetwork && want.HostPID == has.HostPID && want.HostIPC == has.HostIPC &&
		cmp.Or(want.ServiceAccountName, defaultAccount) == cmp.Or(has.ServiceAccountName, defaultAccount) &&
		samePrograms(want.InitContainers, has.InitContainers) && samePrograms(want.Containers, has.Containers) &&
		holds(reflect.ValueOf(*has), reflect.ValueOf(*want), true)
}

// defaultAccount is the service account of pods that name none.
const defaultAccount = "default"

// samePrograms reports whether each desired container runs what is desired and nothing else: what is unset there may
// not be set.
func samePrograms(desired, existing []corev1.Container) bool {
	for i := range desired {
		want := &desired[i]
		at := slices.IndexFunc(existing, func(c corev1.Container) bool { return c.Name == want.Name })
		if at < 0 {
			return false
		}
		has := &existing[at]
		same := want.Image == has.Image && want.WorkingDir == has.WorkingDir && slices.Equal(want.Command, has.Command) && slices.Equal(want.Args, has.Args) &&
			(want.Lifecycle == nil) == (has.Lifecycle == nil)
		if !same {
			return false
		}
	}
	return true
}

// holds reports whether a value has all that the desired one sets. Open says that its maps and lists may have more.
func holds(has, want reflect.Value, open bool) bool {
	switch {
	case want.Kind() == reflect.Map:
		return holdsMap(has, want, open)
	case want.IsZero():
		return true
	case want.Type() == reflect.TypeFor[resource.Quantity]():
		return equality.Semantic.DeepEqual(has.Interface(), want.Interface())
	}
	switch want.Kind() {
	case reflect.Pointer:
		if want.Elem().Kind() != reflect.Struct {
			return !has.IsNil() && reflect.DeepEqual(has.Interface(), want.Interface())
		}
		return !has.IsNil() && holds(has.Elem(), want.Elem(), open)
	case reflect.Struct:
		for i := range want.NumField() {
			if !holds(has.Field(i), want.Field(i), open) {
				return false
			}
		}
		return true
	case reflect.Slice:
		return holdsList(has, want, open)
	default:
		return reflect.DeepEqual(has.Interface(), want.Interface())
	}
}

func holdsMap(has, want reflect.Value, open bool) bool {
	if !open && has.Len() != want.Len() {
		return false
	}
	for entries := want.MapRange(); entries.Next(); {
		value := has.MapIndex(entries.Key())
		if !value.IsValid() || !equality.Semantic.DeepEqual(value.Interface(), entries.Value().Interface()) {
			return false
		}
	}
	return true
}

// holdsList compares lists of scalars as a whole. Of other lists an open one has the desired elements in their order,
// with others between them. No other has the name of a desired one: the last of two variables of a name wins.
func holdsList(has, want reflect.Value, open bool) bool {
	if want.Len() == 0 {
		return true
	}
	if want.Type().Elem().Kind() != reflect.Struct {
		return reflect.DeepEqual(has.Interface(), want.Interface())
	}
	if !open && has.Len() != want.Len() {
		return false
	}
	found := 0
	for i := range has.Len() {
		switch {
		case found < want.Len() && holds(has.Index(i), want.Index(found), open):
			found++
		case !open || named(want, nameOf(has.Index(i))):
			return false
		}
	}
	return found == want.Len()
}

// named reports whether a list has an element of the name.
func named(list reflect.Value, name string) bool {
	for i := range list.Len() {
		if name != "" && nameOf(list.Index(i)) == name {
			return true
		}
	}
	return false
}

// nameOf returns the name of a list's element, if elements have one.
func nameOf(element reflect.Value) string {
	if name := element.FieldByName("Name"); name.IsValid() && name.Kind() == reflect.String {
		return name.String()
	}
	return ""
}
