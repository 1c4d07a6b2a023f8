// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// Of remembers a T of each object of a kind. The zero value is ready to use.
type Of[T any] struct {
	mu      sync.Mutex
	objects map[types.NamespacedName]*entry[T]
}

type entry[T any] struct {
	uid   types.UID
	value T
}

// Get returns what is remembered of the object, which nobody may change, or the zero T.
func (m *Of[T]) Get(object metav1.Object) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, exists := m.objects[keyOf(object)]; exists && e.uid == object.GetUID() {
		return e.value
	}
	var nothing T
	return nothing
}

// Set remembers the value of the object.
func (m *Of[T]) Set(object metav1.Object, value T) {
	m.Change(object, func(T) T { return value })
}

// Change remembers of the object what change makes of that which was remembered. It must not ask the memory itself.
func (m *Of[T]) Change(object metav1.Object, change func(T) T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.objects == nil {
		m.objects = map[types.NamespacedName]*entry[T]{}
	}
	key := keyOf(object)
	e, exists := m.objects[key]
	if !exists || e.uid != object.GetUID() {
		e = &entry[T]{uid: object.GetUID()}
		m.objects[key] = e
	}
	e.value = change(e.value)
}

// Forget drops what is remembered of the object of the name, whatever its UID: it is gone.
func (m *Of[T]) Forget(key types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, key)
}

// Len returns of how many objects something is remembered.
func (m *Of[T]) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.objects)
}

func keyOf(object metav1.Object) types.NamespacedName {
	return types.NamespacedName{Namespace: object.GetNamespace(), Name: object.GetName()}
}
