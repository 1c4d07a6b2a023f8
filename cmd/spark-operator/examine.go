// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	strictjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/migration"
)

// examine returns what there is to know about an object, and whether it is of one of the operator's kinds.
func examine(m manifest) (one checked, ours bool) {
	var object struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        struct {
			Name         string `json:"name"`
			GenerateName string `json:"generateName"`
			Namespace    string `json:"namespace"`
		} `json:"metadata"`
	}
	// What cannot be read here is not of ours, or is found below.
	_ = strictjson.UnmarshalCaseSensitivePreserveInts(m.json, &object)
	if object.GroupVersionKind().Group != v1beta2.GroupVersion.Group {
		return one, false
	}
	one = checked{Kind: object.Kind, Namespace: object.Metadata.Namespace, Name: cmp.Or(object.Metadata.Name, object.Metadata.GenerateName), Place: m.place}
	switch gv := object.APIVersion; {
	case object.Kind == kindApplication && gv == v1beta2.GroupVersion.String():
		var app v1beta2.SparkApplication
		one.Findings = decodeAnd(m, &app, func() []migration.Finding { return migration.Application(&app) })
	case object.Kind == kindScheduled && gv == v1beta2.GroupVersion.String():
		var schedule v1beta2.ScheduledSparkApplication
		one.Findings = decodeAnd(m, &schedule, func() []migration.Finding { return migration.Schedule(&schedule) })
	case object.Kind == kindConnect && gv == v1alpha1.GroupVersion.String():
		var server v1alpha1.SparkConnect
		one.Findings = decodeAnd(m, &server, func() []migration.Finding { return migration.Server(&server) })
	default:
		one.Findings = []migration.Finding{{
			Effect: migration.Refused, Field: "apiVersion",
			Message: fmt.Sprintf("%q of kind %q is not known; use %s for applications and schedules, %s for Connect servers", gv, object.Kind, v1beta2.GroupVersion, v1alpha1.GroupVersion),
		}}
	}
	migration.Sort(one.Findings)
	return one, true
}

// decodeAnd decodes an object and returns what there is to know about it, beginning with fields that are not known: the
// API server drops them.
func decodeAnd(m manifest, into any, know func() []migration.Finding) []migration.Finding {
	if err := strictDecode(m.json, into, false); err != nil {
		return []migration.Finding{migration.Sentence(migration.Refused, err.Error())}
	}
	unknown, err := strictjson.UnmarshalStrict(m.json, into)
	if err != nil {
		return []migration.Finding{migration.Sentence(migration.Refused, err.Error())}
	}
	var found []migration.Finding
	for _, one := range unknown {
		path, isField := strings.CutPrefix(one.Error(), "unknown field ")
		if !isField {
			found = append(found, migration.Sentence(migration.Refused, one.Error()))
			continue
		}
		found = append(found, migration.Finding{Effect: migration.Ignored, Field: strings.Trim(path, "\""), Message: "the field is not known, and is not stored; correct or remove it"})
	}
	return append(found, know()...)
}
