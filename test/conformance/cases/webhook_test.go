// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases_test

import (
	"errors"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// The pod webhook changes nothing of what native submission makes, whatever an application combines: applications run
// as declared without it. The one exception is the memory limit of executors, which only the webhook can set.
//
// Every field is tried with every property, for the releases of SPARK_VERSIONS.
func TestWebhookChangesNothingOfPairs(t *testing.T) {
	fields, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	properties := usableProperties(t)
	for _, version := range versions() {
		t.Run("Spark "+version, func(t *testing.T) {
			made := 0
			for _, field := range fields {
				t.Run(field.Name, func(t *testing.T) {
					for _, property := range properties {
						if changesNothing(t, cases.Combine("pair", []cases.Case{field, property}), version) {
							made++
						}
					}
				})
			}
			if pairs := len(fields) * len(properties); made < pairs*9/10 {
				t.Errorf("only %d of %d applications were made", made, pairs)
			}
			t.Logf("%d applications", made)
		})
	}
}

// Applications that combine more than two are generated.
func TestWebhookChangesNothingOfRandomApplications(t *testing.T) {
	pool, err := cases.NewPool()
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, version := range []string{"3.5.9", "4.0.1", "4.1.4", "4.2.1", "4.3.0"} {
		for seed := range uint64(150) {
			if changesNothing(t, pool.Generate(seed), version) {
				made++
			}
		}
	}
	if made < 350 {
		t.Errorf("only %d applications were made", made)
	}
}

// withoutMemoryLimit are the webhook's mutators less the one that does what native submission cannot.
var withoutMemoryLimit = slices.DeleteFunc(podmutation.Default(), func(m podmutation.Mutator) bool { return m.Name == "memoryLimit" })

// changesNothing fails where the webhook changes a pod of a case. It returns whether there are pods, and not an
// application that is refused.
func changesNothing(t *testing.T, c cases.Case, version string) bool {
	t.Helper()
	plan, pods, err := podsOf(c, version)
	if _, invalid := errors.AsType[*planning.InvalidError](err); invalid {
		return false
	}
	if err != nil {
		t.Fatalf("%s: %v", c, err)
	}
	for role, pod := range pods {
		mutated := pod.DeepCopy()
		if err := podmutation.Apply(mutated, podmutation.Input{App: plan.App(), Role: role}, withoutMemoryLimit...); err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		if reflect.DeepEqual(pod, mutated) {
			continue
		}
		if diff := cmp.Diff(pod, mutated); diff != "" {
			t.Errorf("%s of Spark %s: %s pod (-submitted +through the webhook):\n%s", c, version, role, diff)
		}
	}
	return true
}

// podsOf returns the pods of a case and their plan.
func podsOf(c cases.Case, version string) (*planning.Plan, map[podmutation.Role]*corev1.Pod, error) {
	app, err := c.Application()
	if err != nil {
		return nil, nil, err
	}
	app.Namespace, app.Spec.SparkVersion = "default", version
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: cases.Schedulers}})
	if err != nil {
		return nil, nil, err
	}
	objects, err := plan.Render()
	if err != nil {
		return nil, nil, err
	}
	executor, err := plan.Executor(objects)
	return plan, map[podmutation.Role]*corev1.Pod{podmutation.Driver: objects.Driver, podmutation.Executor: executor}, err
}

// usableProperties are the cases of the properties that native submission takes.
func usableProperties(t *testing.T) []cases.Case {
	t.Helper()
	properties, err := cases.Properties()
	if err != nil {
		t.Fatal(err)
	}
	var usable []cases.Case
	for _, property := range properties {
		if !property.Denied && !property.Unsupported {
			usable = append(usable, property.Cases...)
		}
	}
	return usable
}

// versions are the releases of Spark that SPARK_VERSIONS names, 4.0.1 unless set.
func versions() []string {
	if named := strings.Fields(os.Getenv("SPARK_VERSIONS")); len(named) > 0 {
		return named
	}
	return []string{"4.0.1"}
}
