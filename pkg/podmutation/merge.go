// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"encoding/json"
	"path"

	corev1 "k8s.io/api/core/v1"
)

// keyed is a list whose elements have a key. Elements are found by it in constant time: an author may write lists as
// long as an object can be, and looking through one for each element of another would take minutes.
type keyed[T any] struct {
	list *[]T
	key  func(*T) string
	// at is where the last element of a key is; nil until one is looked for. Most pods have nothing merged into most of
	// their lists.
	at map[string]int
}

func keyedBy[T any](list *[]T, key func(*T) string) *keyed[T] {
	return &keyed[T]{list: list, key: key}
}

// find returns the element of a key; nil where there is none.
func (k *keyed[T]) find(key string) *T {
	if k.at == nil {
		k.at = make(map[string]int, len(*k.list))
		for i := range *k.list {
			k.at[k.key(&(*k.list)[i])] = i
		}
	}
	if i, found := k.at[key]; found {
		return &(*k.list)[i]
	}
	return nil
}

// set puts a value in the place of the one of its key, or at the end.
func (k *keyed[T]) set(value T) {
	key := k.key(&value)
	if existing := k.find(key); existing != nil {
		*existing = value
		return
	}
	k.at[key] = len(*k.list)
	*k.list = append(*k.list, value)
}

// add appends a value unless there is one of its key.
func (k *keyed[T]) add(value T) {
	if k.find(k.key(&value)) == nil {
		k.set(value)
	}
}

// Where a container names a variable twice the last counts, so that is the one that a keyed list finds.
func nameOfEnv(v *corev1.EnvVar) string          { return v.Name }
func nameOfVolume(v *corev1.Volume) string       { return v.Name }
func nameOfContainer(c *corev1.Container) string { return c.Name }
func nameOfPort(p *corev1.ContainerPort) string  { return p.Name }
func pathOfMount(m *corev1.VolumeMount) string   { return path.Clean(m.MountPath) }

// whole is the key of values that nothing less than all of their content identifies.
func whole[T any](value *T) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		// It came from JSON and holds only JSON types.
		panic("podmutation: a field of a pod must encode as JSON: " + err.Error())
	}
	return string(encoded)
}
