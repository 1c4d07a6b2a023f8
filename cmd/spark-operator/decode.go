// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	strictjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// strictDecode reads a document as the API server reads it: names are case-sensitive. Fields that are not known are errors
// where strict is set.
func strictDecode(document []byte, into any, strict bool) error {
	unknown, err := strictjson.UnmarshalStrict(document, into)
	if err != nil {
		return wrongType(document, into, err)
	}
	if !strict {
		return nil
	}
	for i := range unknown {
		unknown[i] = unknownField(unknown[i])
	}
	return errors.Join(unknown...)
}

// unknownField tells a misspelled field by its path.
func unknownField(err error) error {
	path, found := strings.CutPrefix(err.Error(), "unknown field ")
	if !found {
		return err
	}
	return fmt.Errorf("%s: the field is not known; correct or remove it", strings.Trim(path, "\""))
}

// wrongType says which field has a value of a wrong type. The strict decoder names Go types only, so the document is read
// again by the standard library's.
func wrongType(document []byte, into any, err error) error {
	mismatch, isMismatch := errors.AsType[*json.UnmarshalTypeError](json.Unmarshal(document, into))
	if !isMismatch {
		return err
	}
	key, value := memberBefore(document, mismatch.Offset)
	field := jsonPath(mismatch.Field)
	if field != key && !strings.HasSuffix(field, "."+key) {
		// Of a map the decoder names only the map.
		field += "[" + key + "]"
	}
	fix := "write a value of type " + mismatch.Type.String()
	if mismatch.Type.Kind() == reflect.String {
		fix = "it is a " + mismatch.Value + "; put it in quotes"
	}
	return fmt.Errorf("%s: %s: %s", field, sparkconf.Redact(field, value), fix)
}

// jsonPath leaves out the names of embedded Go types, which the library counts among the fields.
func jsonPath(field string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(field, "."), func(name string) bool {
		return name != "" && name[0] >= 'A' && name[0] <= 'Z'
	}), ".")
}

// memberBefore returns the key and the value of the member that ends at the offset, as far as they are simple.
func memberBefore(document []byte, offset int64) (key, value string) {
	before := string(document[:min(int(offset), len(document))])
	start := strings.LastIndexAny(before, ",{[") + 1
	key, value, found := strings.Cut(before[start:], "\":")
	if !found {
		return "", before[start:]
	}
	return strings.TrimPrefix(key, "\""), value
}
