// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"

	strictjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/internal/decoding"
)

// strictDecode reads a document as the API server reads it: names are case-sensitive. Fields that are not known are
// errors where strict is set.
func strictDecode(document []byte, into any, strict bool) error {
	if p := decoding.Into(document, into, ""); p != nil {
		return p
	}
	if !strict {
		return nil
	}
	unknown, err := strictjson.UnmarshalStrict(document, into)
	if err != nil {
		return err
	}
	for i := range unknown {
		unknown[i] = unknownField(unknown[i])
	}
	return errors.Join(unknown...)
}

// unknownField recognises a misspelled field by its path.
func unknownField(err error) error {
	path, found := strings.CutPrefix(err.Error(), "unknown field ")
	if !found {
		return err
	}
	return fmt.Errorf("%s: the field is not known; correct or remove it", strings.Trim(path, "\""))
}
