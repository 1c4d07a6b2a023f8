// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/decoding"
)

// What the schema takes can always be decoded, and what Kubernetes can read within bounds the schema takes.
func TestTheSchemaTakesTheQuantitiesThatCanBeDecoded(t *testing.T) {
	pattern := regexp.MustCompile(quantityPattern)
	r := rand.New(rand.NewPCG(1, 1))
	const signs = "0123456789.+-eEinumkKMGTP "
	texts := []string{"1", "500m", "1.5Gi", ".5", "1.", "1e3", "1E-3", "+1e+09", "1e0002", "1E", "1Ei", "1e1.5", "1e", "1e-1000000000", "1e100", "", "m"}
	for range 200_000 {
		text := make([]byte, 1+r.IntN(7))
		for i := range text {
			text[i] = signs[r.IntN(len(signs))]
		}
		texts = append(texts, string(text))
	}
	taken := 0
	for _, text := range texts {
		problem := decoding.Into(fmt.Appendf(nil, `{"cpu":%q}`, text), &corev1.ResourceList{}, "requests")
		if !pattern.MatchString(text) {
			continue
		}
		taken++
		if problem != nil {
			t.Errorf("the schema takes %q: %v", text, problem)
		}
	}
	if taken < 1000 {
		t.Errorf("only %d texts are quantities", taken)
	}
}

func TestLimitQuantities(t *testing.T) {
	quantity := func() map[string]any {
		return map[string]any{"anyOf": []any{}, "pattern": "^.*$", "x-kubernetes-int-or-string": true}
	}
	port := map[string]any{"anyOf": []any{}, "x-kubernetes-int-or-string": true}
	got := map[string]any{"properties": map[string]any{
		"cpu": quantity(), "port": port, "name": map[string]any{"pattern": "^a$"},
		"limits": map[string]any{"additionalProperties": quantity()}, "list": map[string]any{"items": quantity(), "oneOf": []any{quantity()}},
	}}
	limitQuantities(got)
	want := map[string]any{"anyOf": []any{}, "pattern": quantityPattern, "x-kubernetes-int-or-string": true, "maxLength": 64}
	if diff := cmp.Diff(map[string]any{"properties": map[string]any{
		"cpu": want, "port": port, "name": map[string]any{"pattern": "^a$"},
		"limits": map[string]any{"additionalProperties": want}, "list": map[string]any{"items": want, "oneOf": []any{want}},
	}}, got); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
}
