// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package namespaces

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// Filter separates the namespaces that are served from the others. The zero value serves all.
type Filter struct {
	names    []string
	selector labels.Selector
}

// New returns the filter of a valid configuration.
func New(c *configv1alpha1.SharedConfiguration) (Filter, error) {
	f := Filter{names: slices.Clone(c.Namespaces)}
	if c.NamespaceSelector == nil {
		return f, nil
	}
	selector, err := metav1.LabelSelectorAsSelector(c.NamespaceSelector)
	if err != nil {
		return Filter{}, fmt.Errorf("namespaceSelector: %w", err)
	}
	f.selector = selector
	return f, nil
}

// ByLabels reports whether it depends on a namespace's labels whether it is served.
func (f Filter) ByLabels() bool { return f.selector != nil }

// Serves reports whether the namespace with these labels is served. The labels matter only where ByLabels.
func (f Filter) Serves(name string, has map[string]string) bool {
	switch {
	case f.selector != nil:
		return f.selector.Matches(labels.Set(has))
	case len(f.names) > 0:
		return slices.Contains(f.names, name)
	default:
		return true
	}
}
