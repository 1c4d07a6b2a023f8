// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Refuse returns the error of a field whose value is refused for a reason that says what to do; without a value it is
// the field that is.
func Refuse(path *field.Path, value, why string) *field.Error {
	if value == "" {
		return field.Forbidden(path, why)
	}
	return field.Invalid(path, value, why)
}

// RefuseEntry returns the error of an entry of a map; its value is masked where it looks like a secret.
func RefuseEntry(path *field.Path, key, value, why string) *field.Error {
	return Refuse(path.Key(key), sparkconf.Redact(key, value), why)
}
