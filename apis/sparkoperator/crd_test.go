// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkoperator_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

const (
	crdDir = "../../config/crd/bases"
	// maxCRDBytes leaves a third of what all annotations of an object may have together (262,144 bytes) to others.
	maxCRDBytes = 262_144 * 2 / 3
)

// TestCRDSize keeps "kubectl apply" working, which stores the whole applied object in an annotation.
func TestCRDSize(t *testing.T) {
	for name, crd := range readCRDs(t) {
		data, err := json.Marshal(crd.raw)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > maxCRDBytes {
			t.Errorf("%s is %d bytes, want at most %d", name, len(data), maxCRDBytes)
		}
	}
}

func TestCRDNames(t *testing.T) {
	type surface struct {
		Group, Version, Kind, ListKind, Plural, Singular string
		ShortNames                                       []string
		Approved                                         string
		Columns                                          []string
	}
	const approved = "https://github.com/kubeflow/spark-operator/pull/1298"
	want := map[string]surface{
		"sparkapplications.sparkoperator.k8s.io": {
			Group: "sparkoperator.k8s.io", Version: "v1beta2", Kind: "SparkApplication", ListKind: "SparkApplicationList",
			Plural: "sparkapplications", Singular: "sparkapplication", ShortNames: []string{"sparkapp"}, Approved: approved,
			Columns: []string{
				"Suspend .spec.suspend boolean",
				"Status .status.applicationState.state string",
				"Attempts .status.executionAttempts string",
				"Start .status.lastSubmissionAttemptTime string",
				"Finish .status.terminationTime string",
				"Age .metadata.creationTimestamp date",
				`Reason .status.conditions[?(@.type=="Succeeded")].reason string`,
				"Driver .status.driverInfo.podName string",
				"Executors .status.executors.running integer",
				`Message .status.conditions[?(@.type=="Succeeded")].message string`,
			},
		},
		"scheduledsparkapplications.sparkoperator.k8s.io": {
			Group: "sparkoperator.k8s.io", Version: "v1beta2", Kind: "ScheduledSparkApplication", ListKind: "ScheduledSparkApplicationList",
			Plural: "scheduledsparkapplications", Singular: "scheduledsparkapplication", ShortNames: []string{"scheduledsparkapp"}, Approved: approved,
			Columns: []string{
				"Schedule .spec.schedule string",
				"TimeZone .spec.timeZone string",
				"Suspend .spec.suspend string",
				"Last Run .status.lastRun date",
				"Last Run Name .status.lastRunName string",
				"Age .metadata.creationTimestamp date",
			},
		},
		"sparkconnects.sparkoperator.k8s.io": {
			Group: "sparkoperator.k8s.io", Version: "v1alpha1", Kind: "SparkConnect", ListKind: "SparkConnectList",
			Plural: "sparkconnects", Singular: "sparkconnect", ShortNames: []string{"sparkconn"}, Approved: approved,
			Columns: []string{
				"Age .metadata.creationTimestamp date",
				"Status .status.state string",
				"PodName .status.server.podName string",
			},
		},
	}
	got := map[string]surface{}
	for name, crd := range readCRDs(t) {
		spec, version := crd.typed.Spec, crd.version(t)
		s := surface{
			Group: spec.Group, Version: version.Name, Kind: spec.Names.Kind, ListKind: spec.Names.ListKind,
			Plural: spec.Names.Plural, Singular: spec.Names.Singular, ShortNames: spec.Names.ShortNames,
			Approved: crd.typed.Annotations["api-approved.kubernetes.io"],
		}
		for _, column := range version.AdditionalPrinterColumns {
			s.Columns = append(s.Columns, strings.Join([]string{column.Name, column.JSONPath, column.Type}, " "))
		}
		got[name] = s
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CRDs (-want +got):\n%s", diff)
	}
}

func TestCRDVersion(t *testing.T) {
	for name, crd := range readCRDs(t) {
		version := crd.version(t)
		if !version.Served || !version.Storage {
			t.Errorf("%s: served is %v and storage is %v, want both", name, version.Served, version.Storage)
		}
		if version.Subresources == nil || version.Subresources.Status == nil || version.Subresources.Scale != nil {
			t.Errorf("%s: subresources are %v, want status only", name, version.Subresources)
		}
		if crd.typed.Spec.Scope != apiextensionsv1.NamespaceScoped {
			t.Errorf("%s: scope is %s, want Namespaced", name, crd.typed.Spec.Scope)
		}
		if crd.typed.Spec.Conversion != nil {
			t.Errorf("%s: there is one version and nothing to convert, but conversion is %v", name, crd.typed.Spec.Conversion)
		}
		if diff := cmp.Diff([]string{"metadata", "spec"}, version.Schema.OpenAPIV3Schema.Required); diff != "" {
			t.Errorf("%s: required (-want +got):\n%s", name, diff)
		}
	}
}

func TestCRDRequiredFields(t *testing.T) {
	tests := map[string]struct {
		crd, path string
		want      []string
	}{
		"application":        {"sparkapplications", "spec", []string{"driver", "executor", "mainApplicationFile", "sparkVersion", "type"}},
		"application status": {"sparkapplications", "status", []string{"driverInfo"}},
		"application state":  {"sparkapplications", "status.applicationState", nil},
		"driver":             {"sparkapplications", "spec.driver", nil},
		"executor":           {"sparkapplications", "spec.executor", nil},
		"monitoring":         {"sparkapplications", "spec.monitoring", []string{"exposeDriverMetrics", "exposeExecutorMetrics"}},
		"prometheus":         {"sparkapplications", "spec.monitoring.prometheus", []string{"jmxExporterJar"}},
		"gpu":                {"sparkapplications", "spec.driver.gpu", []string{"name", "quantity"}},
		"schedule":           {"scheduledsparkapplications", "spec", []string{"schedule", "template"}},
		"schedule status":    {"scheduledsparkapplications", "status", nil},
		"connect":            {"sparkconnects", "spec", []string{"executor", "server", "sparkVersion"}},
		"connect status":     {"sparkconnects", "status", nil},
	}
	crds := readCRDs(t)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			schema := crds[tc.crd+".sparkoperator.k8s.io"].version(t).Schema.OpenAPIV3Schema
			for property := range strings.SplitSeq(tc.path, ".") {
				next, found := schema.Properties[property]
				if !found {
					t.Fatalf("no property %s in %s", property, tc.path)
				}
				schema = &next
			}
			if diff := cmp.Diff(tc.want, schema.Required); diff != "" {
				t.Errorf("required (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCRDDefaults lists the defaults of our own fields: each changes what a user reads back, so there are few.
func TestCRDDefaults(t *testing.T) {
	want := map[string]map[string]string{
		"sparkapplications.sparkoperator.k8s.io": {"spec.mode": `"cluster"`, "spec.restartPolicy.type": `"Never"`},
		"scheduledsparkapplications.sparkoperator.k8s.io": {
			"spec.template.mode":               `"cluster"`,
			"spec.template.restartPolicy.type": `"Never"`,
			"spec.successfulRunHistoryLimit":   "1",
			"spec.failedRunHistoryLimit":       "1",
		},
		"sparkconnects.sparkoperator.k8s.io": {},
	}
	got := map[string]map[string]string{}
	for name, crd := range readCRDs(t) {
		defaults := map[string]string{}
		visit(crd.version(t).Schema.OpenAPIV3Schema, "", func(path string, schema *apiextensionsv1.JSONSchemaProps) {
			// Inside embedded types a field without description is not ours.
			if schema.Default != nil && schema.Description != "" {
				defaults[path] = string(schema.Default.Raw)
			}
		})
		got[name] = defaults
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

// TestCRDDescriptions is what "kubectl explain" has to say on the fields of Spark's own.
func TestCRDDescriptions(t *testing.T) {
	embedded := map[string]bool{"metadata": true, "apiVersion": true, "kind": true}
	for name, crd := range readCRDs(t) {
		root := crd.version(t).Schema.OpenAPIV3Schema
		described := 0
		var own func(schema *apiextensionsv1.JSONSchemaProps, path string)
		own = func(schema *apiextensionsv1.JSONSchemaProps, path string) {
			for property, child := range schema.Properties {
				if embedded[property] && path == "" {
					continue
				}
				at := path + "." + property
				if child.Description == "" {
					t.Errorf("%s: %s has no description", name, at)
				}
				described++
				if hasDescriptions(&child) {
					own(&child, at)
				}
			}
		}
		own(root, "")
		if described < 20 {
			t.Errorf("%s: %d fields have a description, want many", name, described)
		}
	}
}

// hasDescriptions tells one of our types, whose fields are all described, from an embedded one, whose fields are not.
func hasDescriptions(schema *apiextensionsv1.JSONSchemaProps) bool {
	for _, child := range schema.Properties {
		if child.Description != "" {
			return true
		}
	}
	return false
}

func visit(schema *apiextensionsv1.JSONSchemaProps, path string, do func(string, *apiextensionsv1.JSONSchemaProps)) {
	do(strings.TrimPrefix(path, "."), schema)
	for name, child := range schema.Properties {
		visit(&child, path+"."+name, do)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		visit(schema.Items.Schema, path+"[]", do)
	}
}

type crd struct {
	raw   map[string]any
	typed apiextensionsv1.CustomResourceDefinition
}

func (c crd) version(t *testing.T) apiextensionsv1.CustomResourceDefinitionVersion {
	t.Helper()
	if len(c.typed.Spec.Versions) != 1 {
		t.Fatalf("%d versions, want 1", len(c.typed.Spec.Versions))
	}
	return c.typed.Spec.Versions[0]
}

func readCRDs(t *testing.T) map[string]crd {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(crdDir, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 3 {
		t.Fatalf("%d files in %s, want 3", len(files), crdDir)
	}
	crds := map[string]crd{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c crd
		if err := yaml.UnmarshalStrict(data, &c.raw); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := yaml.UnmarshalStrict(data, &c.typed); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		crds[c.typed.Name] = c
	}
	return crds
}
