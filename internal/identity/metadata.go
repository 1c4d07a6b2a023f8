// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// MetadataHash returns the hash of what of an application's metadata an attempt is made from: its labels, which pods
// have as well, and the operator's own annotations. Unlike a changed spec, changed metadata make no other run; but a
// refused submission is tried again.
func MetadataHash(app *v1beta2.SparkApplication) string {
	annotations := maps.Clone(app.Annotations)
	maps.DeleteFunc(annotations, func(name, _ string) bool { return !strings.HasPrefix(name, sparklabels.Domain) })
	encoded, err := json.Marshal([]map[string]string{orEmpty(app.Labels), orEmpty(annotations)})
	if err != nil {
		panic("identity: labels and annotations must encode as JSON: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return "m1-" + hex.EncodeToString(sum[:8])
}

// orEmpty makes what is empty the same as what is not there.
func orEmpty(entries map[string]string) map[string]string {
	if entries == nil {
		return map[string]string{}
	}
	return entries
}
