// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

const (
	// unknown is the value of a label that an application does not have.
	unknown = "Unknown"
	// other is the value of every label once there are too many sets of values.
	other = "Other"
)

// prefixes are the beginnings that a metric's name may have.
var prefixes = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)

// reserved are names of labels that a metric has for itself.
var reserved = []string{labelClass, labelState, "le", "quantile"}

// CheckPrefix returns what is wrong with a prefix of names.
func CheckPrefix(prefix string) error {
	if prefix == "" || prefixes.MatchString(prefix) {
		return nil
	}
	return fmt.Errorf("must begin with a letter, _ or : and go on with letters, digits, _ or :, for example %q", "team_a_")
}

// CheckLabels returns what is wrong with each of the label keys of applications, by its index.
func CheckLabels(keys []string) map[int]error {
	wrong := map[int]error{}
	taken := map[string]string{}
	for i, key := range keys {
		name := LabelName(key)
		problems := validation.IsQualifiedName(key)
		earlier, collides := taken[name]
		switch {
		case len(problems) > 0:
			wrong[i] = fmt.Errorf("is no label that an application can have: %s", strings.Join(problems, "; "))
		case slices.Contains(reserved, name) || strings.HasPrefix(name, "__"):
			wrong[i] = fmt.Errorf("becomes the label %s, which is reserved; choose another", name)
		case collides:
			wrong[i] = fmt.Errorf("becomes the label %s, and so does %q; remove one of them", name, earlier)
		default:
			taken[name] = key
		}
	}
	return wrong
}

// LabelName returns the Prometheus label for a label key: what Prometheus does not allow becomes an underscore.
func LabelName(key string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, key)
	if name != "" && '0' <= name[0] && name[0] <= '9' {
		return "_" + name
	}
	return name
}

// labelNames returns the Prometheus labels for label keys.
func labelNames(keys []string) []string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, LabelName(key))
	}
	return names
}

// ofApplication returns the values of the configured labels for the metrics about an application.
func ofApplication(keys []string, app *v1beta2.SparkApplication) []string {
	return values(keys, app.Namespace, app.Labels)
}

// ofExecutors returns the values of the configured labels for the metrics about its executors: the labels of their
// pods, and for what those lack the application's.
func ofExecutors(keys []string, app *v1beta2.SparkApplication) []string {
	executor := app.Spec.Executor
	sources := []map[string]string{executor.Labels, app.Labels}
	if executor.Template != nil {
		sources = []map[string]string{executor.Labels, executor.Template.Labels, app.Labels}
	}
	return values(keys, app.Namespace, sources...)
}

// values looks the keys up in the sources, the first of which wins.
func values(keys []string, namespace string, sources ...map[string]string) []string {
	found := make([]string, 0, len(keys))
	for _, key := range keys {
		if key == labelNamespace {
			found = append(found, namespace)
			continue
		}
		found = append(found, value(key, sources))
	}
	return found
}

func value(key string, sources []map[string]string) string {
	for _, labels := range sources {
		if v, exact := labels[key]; exact {
			return v
		}
		// A key that becomes the same label counts too: app_type finds app-type.
		for _, k := range slices.Sorted(maps.Keys(labels)) {
			if LabelName(k) == LabelName(key) {
				return labels[k]
			}
		}
	}
	return unknown
}
