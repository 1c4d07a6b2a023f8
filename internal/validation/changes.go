// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import "k8s.io/apimachinery/pkg/util/validation/field"

// Changes returns the errors of an object that its update brings in: those that the stored object does not have alike.
// Rules become stricter, and objects stay: one that would not be accepted today can still be suspended, labelled or
// mended in part.
func Changes(before, after field.ErrorList) field.ErrorList {
	known := make(map[string]bool, len(before))
	for _, err := range before {
		known[err.Error()] = true
	}
	var errs field.ErrorList
	for _, err := range after {
		if !known[err.Error()] {
			errs = append(errs, err)
		}
	}
	return errs
}
