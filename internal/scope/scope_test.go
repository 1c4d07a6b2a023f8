// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/namespaces"
)

func filter(t *testing.T, c configv1alpha1.SharedConfiguration) namespaces.Filter {
	t.Helper()
	f, err := namespaces.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func bySelector(t *testing.T) namespaces.Filter {
	t.Helper()
	return filter(t, configv1alpha1.SharedConfiguration{
		NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"spark": "yes"}},
	})
}

func namespace(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
}

// calls is a reconciler that remembers for which namespaces it was called.
type calls struct{ reconciled, finalized []string }

func (c *calls) Reconcile(_ context.Context, request reconcile.Request) (reconcile.Result, error) {
	c.reconciled = append(c.reconciled, request.Namespace)
	return reconcile.Result{}, nil
}

func (c *calls) RemoveFinalizers(_ context.Context, request reconcile.Request) (reconcile.Result, error) {
	c.finalized = append(c.finalized, request.Namespace)
	return reconcile.Result{}, nil
}

// reconciled returns which of the namespaces a reconciler is called for; it removes the finalizers of the others.
func reconciled(t *testing.T, s Scope, names ...string) []string {
	t.Helper()
	called := &calls{}
	r := s.only(called)
	for _, name := range names {
		if _, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: types.NamespacedName{Namespace: name, Name: "x"}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names {
		if slices.Contains(called.reconciled, name) == slices.Contains(called.finalized, name) {
			t.Errorf("%s is reconciled and its finalizers are removed, or neither", name)
		}
	}
	return called.reconciled
}

func TestOnlyServedNamespacesAreReconciled(t *testing.T) {
	cache := fake.NewClientBuilder().WithObjects(namespace("a", map[string]string{"spark": "yes"}), namespace("b", nil)).Build()
	for name, tc := range map[string]struct {
		scope Scope
		want  []string
	}{
		"everything":       {Scope{}, []string{"a", "b", "unknown"}},
		"a list":           {New(filter(t, configv1alpha1.SharedConfiguration{Namespaces: []string{"b"}}), nil), []string{"b"}},
		"a selector":       {New(bySelector(t), cache), []string{"a"}},
		"one that asks on": {New(bySelector(t), cache).Asking(fake.NewClientBuilder().WithObjects(namespace("unknown", map[string]string{"spark": "yes"})).Build()), []string{"a", "unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, reconciled(t, tc.scope, "a", "b", "unknown")); diff != "" {
				t.Errorf("reconciled in (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnUnreadableNamespaceIsNoAnswer(t *testing.T) {
	broken := interceptor.NewClient(fake.NewClientBuilder().Build(), interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return errors.New("no connection")
		},
	})
	if _, err := New(bySelector(t), broken).Serves(t.Context(), "a"); err == nil {
		t.Error("no error")
	}
}

func TestWhatIsInANamespaceIsTakenUp(t *testing.T) {
	pod := func(name string) *corev1.Pod {
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: name}}
	}
	s := New(bySelector(t), fake.NewClientBuilder().WithObjects(pod("one"), pod("two")).Build())
	taken := s.objectsOf(&corev1.PodList{})
	want := []reconcile.Request{
		{NamespacedName: types.NamespacedName{Namespace: "a", Name: "one"}},
		{NamespacedName: types.NamespacedName{Namespace: "a", Name: "two"}},
	}
	if diff := cmp.Diff(want, taken(t.Context(), namespace("a", map[string]string{"spark": "yes"}))); diff != "" {
		t.Errorf("taken up (-want +got):\n%s", diff)
	}
	if got := taken(t.Context(), namespace("a", nil)); len(got) != 0 {
		t.Errorf("took up %v of a namespace that is not served", got)
	}
}
