// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// rewritten returns the desired object as admission has rewritten it: with the values that it sets as they are in the
// admitted one. What admission adds is left out. It may be drawn at random, such as the name of the volume of the
// account's token or the address of a Service, and is no difference (see Same).
func rewritten(desired, admitted client.Object) client.Object {
	result := reflect.New(reflect.TypeOf(desired).Elem())
	d, a := reflect.ValueOf(desired).Elem(), reflect.ValueOf(admitted).Elem()
	_, isPod := desired.(*corev1.Pod)
	for i := range d.NumField() {
		switch d.Type().Field(i).Name {
		case "TypeMeta", "ObjectMeta", "Status":
		default:
			result.Elem().Field(i).Set(valuesOf(a.Field(i), d.Field(i), isPod))
		}
	}
	object, isObject := reflect.TypeAssert[client.Object](result)
	if !isObject {
		return desired
	}
	object.SetNamespace(desired.GetNamespace())
	object.SetName(desired.GetName())
	object.SetOwnerReferences(desired.GetOwnerReferences())
	object.SetLabels(entriesOf(admitted.GetLabels(), desired.GetLabels()))
	object.SetAnnotations(entriesOf(admitted.GetAnnotations(), desired.GetAnnotations()))
	if pod, isPod := object.(*corev1.Pod); isPod {
		keepPrograms(pod, admitted)
	}
	return object
}

// keepPrograms takes over what samePod wants to be equal even where it is unset: what a container runs, and as whom.
func keepPrograms(pod *corev1.Pod, admitted client.Object) {
	made, isPod := admitted.(*corev1.Pod)
	if !isPod {
		return
	}
	pod.Spec.ServiceAccountName = made.Spec.ServiceAccountName
	pod.Spec.HostNetwork, pod.Spec.HostPID, pod.Spec.HostIPC = made.Spec.HostNetwork, made.Spec.HostPID, made.Spec.HostIPC
	for _, lists := range [][2][]corev1.Container{{pod.Spec.InitContainers, made.Spec.InitContainers}, {pod.Spec.Containers, made.Spec.Containers}} {
		for i := range lists[0] {
			for j := range lists[1] {
				if to, from := &lists[0][i], &lists[1][j]; to.Name == from.Name {
					to.Image, to.WorkingDir, to.Command, to.Args, to.Lifecycle = from.Image, from.WorkingDir, from.Command, from.Args, from.Lifecycle
				}
			}
		}
	}
}

func entriesOf(admitted, desired map[string]string) map[string]string {
	entries := map[string]string{}
	for name := range desired {
		if value, isKept := admitted[name]; isKept {
			entries[name] = value
		}
	}
	return entries
}

// valuesOf returns an admitted value without what the desired one leaves unset. Open says that elements which its lists
// have beyond the desired ones are left out, too.
func valuesOf(admitted, desired reflect.Value, open bool) reflect.Value {
	result := reflect.New(desired.Type()).Elem()
	isOpaque := desired.Kind() == reflect.Struct && desired.NumField() > 0 && !desired.Type().Field(0).IsExported()
	switch {
	case desired.Kind() == reflect.Map && !open:
		return admitted // No entry may be beyond it.
	case desired.IsZero():
		return result
	case isOpaque: // Such as a quantity.
		return admitted
	case desired.Kind() == reflect.Pointer && desired.Elem().Kind() == reflect.Struct && !admitted.IsNil():
		result.Set(reflect.New(desired.Type().Elem()))
		result.Elem().Set(valuesOf(admitted.Elem(), desired.Elem(), open))
		return result
	case desired.Kind() == reflect.Struct:
		for i := range desired.NumField() {
			result.Field(i).Set(valuesOf(admitted.Field(i), desired.Field(i), open))
		}
		return result
	case desired.Kind() == reflect.Slice && desired.Type().Elem().Kind() == reflect.Struct:
		return elementsOf(admitted, desired, open)
	}
	return admitted
}

// elementsOf returns the admitted elements of a list, each with what the desired one of its name sets, or the next
// where they have no names.
func elementsOf(admitted, desired reflect.Value, open bool) reflect.Value {
	result := reflect.MakeSlice(desired.Type(), 0, desired.Len())
	taken := make([]bool, desired.Len())
	for i := range admitted.Len() {
		element := admitted.Index(i)
		at := counterpart(element, desired, taken)
		switch {
		case at >= 0:
			taken[at] = true
			result = reflect.Append(result, valuesOf(element, desired.Index(at), open))
		case !open:
			result = reflect.Append(result, element)
		}
	}
	return result
}

// counterpart returns the first desired element that is not taken and has the name of an admitted one; -1 where there
// is none.
func counterpart(element, desired reflect.Value, taken []bool) int {
	for at := range desired.Len() {
		if !taken[at] && nameOf(element) == nameOf(desired.Index(at)) {
			return at
		}
	}
	return -1
}
