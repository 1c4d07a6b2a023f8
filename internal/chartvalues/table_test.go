// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"reflect"
	"strings"
	"testing"
)

// nested returns an object with a value at a path.
func nested(path string, value any) map[string]any {
	names := strings.Split(path, ".")
	for i := len(names) - 1; i > 0; i-- {
		value = map[string]any{names[i]: value}
	}
	return map[string]any{names[0]: value}
}

// others are values that something that is not what the chart has may be.
var others = []any{
	true, false, int64(7), "45s", "x", []any{"x"}, []any{map[string]any{"name": "x", "enabled": true}}, map[string]any{"x": "y"},
	map[string]any{"enable": true, "urlFormat": "x", "default": "x", "upgradeCrd": true},
}

// No value is ever dropped in silence: each but the chart's own changes what is written, or has a note.
func TestNothingIsDroppedInSilence(t *testing.T) {
	before, err := Convert(nil, Options{Base: ".."})
	if err != nil {
		t.Fatal(err)
	}
	for path, e := range table {
		for _, value := range others {
			if e.preset != nil && reflect.TypeOf(e.preset) != reflect.TypeOf(value) || reflect.DeepEqual(e.preset, value) || same(e.preset, value) {
				continue
			}
			// What is off by having no preset does nothing where it is said to be off.
			if value == false && e.preset == nil {
				continue
			}
			input := nested(path, value)
			// These have a meaning only with what turns them on.
			if strings.HasPrefix(path, "certManager.") && path != "certManager.enable" {
				input["certManager"].(map[string]any)["enable"] = true
			}
			after, err := Convert(input, Options{Base: ".."})
			if err != nil {
				t.Fatalf("%s: %v: %v", path, value, err)
			}
			if len(after.Notes) == 0 && reflect.DeepEqual(before.Files, after.Files) && !harmless(path, value) {
				t.Errorf("%s: %v changes nothing, and nobody is told", path, value)
			}
		}
	}
}

// harmless are values that say nothing: objects of which the part that would say something is not there.
func harmless(path string, value any) bool {
	o, isObject := value.(map[string]any)
	switch path {
	case "controller.uiIngress", "controller.batchScheduler", "controller.pprof", "hook":
		return isObject && o["enable"] != true
	}
	return false
}

// A value that cannot be what the key wants is named with what it wants.
func TestValuesOfAnotherType(t *testing.T) {
	for path, value := range map[string]any{
		"controller.replicas": "two", "spark.jobNamespaces": int64(1), "spark.jobNamespaceSelector": "a in", "commonLabels": "x", "certManager.enable": "yes",
		"controller.sidecars": "x", "controller.volumes": "x", "image.pullSecrets": "x", "prometheus.metrics.jobStartLatencyBuckets": "1,two", "controller.featureGates": "x",
		"controller.uiIngress": "x", "image.pullPolicy": int64(1),
	} {
		result, err := Convert(nested(path, value), Options{Base: ".."})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, note := range result.Notes {
			found = found || note.Path == path && strings.HasPrefix(note.Why, "is ")
		}
		if !found {
			t.Errorf("%s: %v: notes are %v", path, value, result.Notes)
		}
	}
}

// A typo is not taken for a value.
func TestUnknownValues(t *testing.T) {
	for _, path := range []string{"contoller.workers", "controller.wrokers", "controller", "spark"} {
		result, err := Convert(nested(path, "x"), Options{Base: ".."})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Notes) != 1 || !strings.Contains(result.Notes[0].Why, "no such value") {
			t.Errorf("%s: notes are %v", path, result.Notes)
		}
	}
}

// Every flag stands for a value that there is.
func TestFlagsStandForValues(t *testing.T) {
	for binary, own := range map[string]map[string]flagEntry{"controller": ofController, "webhook": ofWebhook} {
		for _, flags := range []map[string]flagEntry{own, shared} {
			for name, e := range flags {
				path := strings.Replace(e.path, "$", binary, 1)
				known := path == ""
				for value := range table {
					known = known || value == path || strings.HasPrefix(path, value+".")
				}
				if !known || path == "" && e.why == "" {
					t.Errorf("%s --%s stands for %q, which is no value", binary, name, path)
				}
			}
		}
	}
}
