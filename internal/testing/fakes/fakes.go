// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fakes prepares objects for the library's fake client.
package fakes

import (
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

// Stored returns objects for a client with the scheme of package stored.
func Stored(objects ...client.Object) []client.Object {
	all := slices.Clone(objects)
	for i, object := range all {
		if app, isApplication := object.(*v1beta2.SparkApplication); isApplication {
			all[i] = stored.Of(app)
		}
	}
	return all
}
