// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The greatest lengths of names. That of a SparkConnect leaves room for the suffixes of its objects.
const (
	MaxNameLength        = validation.DNS1035LabelMaxLength
	MaxConnectNameLength = 56
)

// Name returns what is wrong with the name of an object. It becomes part of names of pods and Services and the value of
// a label. A name cannot be changed, so it is looked at on creation only.
func Name(name string, maxLength int) field.ErrorList {
	path := field.NewPath("metadata", "name")
	var errs field.ErrorList
	if len(name) > maxLength {
		errs = append(errs, field.TooLong(path, name, maxLength))
	}
	for _, reason := range validation.IsDNS1035Label(name) {
		if !strings.HasPrefix(reason, "must be no more than") {
			errs = append(errs, field.Invalid(path, name, reason))
		}
	}
	return errs
}
