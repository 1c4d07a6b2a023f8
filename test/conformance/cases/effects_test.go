// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/conformance/cases"
)

// pods are the two pods that an application becomes, and everything else that it starts from.
type pods struct {
	plan             *planning.Plan
	objects          *render.Objects
	driver, executor *corev1.Pod
	all              []conformance.Object
}

// operator is one that makes whatever an application may ask for.
var operator = planning.Options{
	Features: features.Options{
		WebUI:      webui.Options{Service: true, URLFormat: "{{$appName}}.example.com"},
		Disruption: disruption.Options{Budgets: true}, Schedulers: cases.Schedulers,
	},
}

func rendered(c cases.Case, version string) (pods, error) {
	app, err := c.Application()
	if err != nil {
		return pods{}, err
	}
	app.Namespace, app.Spec.SparkVersion = "default", version
	plan, err := planning.NewPlan(app, identity.Of(app, 1), operator)
	if err != nil {
		return pods{}, err
	}
	objects, err := plan.Render()
	if err != nil {
		return pods{}, err
	}
	executor, err := plan.Executor(objects)
	if err != nil {
		return pods{}, err
	}
	all, err := conformance.FromPlan(plan)
	if err != nil {
		return pods{}, err
	}
	beside, err := conformance.Dependents(plan)
	return pods{plan: plan, objects: objects, driver: objects.Driver, executor: executor, all: append(beside, all...)}, err
}

// Every field has an effect without the webhook, or a reason why it has none: those of the driver on the driver's own
// objects, those of the executors on their pods, and the others on anything. Fields are found by reflection, so that
// one that is added needs a sample.
func TestEffectsOfFields(t *testing.T) {
	fields, err := cases.Fields()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range fields {
		t.Run(c.Name, func(t *testing.T) {
			after, err := rendered(c, "4.0.1")
			if err != nil {
				t.Fatal(err)
			}
			// Where there is nothing without the field, it has an effect.
			before, _ := rendered(*c.Before, "4.0.1")
			if changes := effect(c.Name, before, after); (changes == "") != (c.NoEffect != "") {
				t.Errorf("effect expected: %t (%s), changes:\n%s", c.NoEffect == "", c.NoEffect, changes)
			}
		})
	}
}

// elsewhere are the fields of a role whose effect is not on its pod, and where it is.
var elsewhere = map[string]string{
	"driver.javaOptions":           "the driver reads them in its configuration",
	"driver.kubernetesMaster":      "the driver's client reads it in its configuration",
	"executor.javaOptions":         "the driver passes them on in variables that it numbers itself",
	"executor.instances":           "the driver makes that many",
	"executor.deleteOnTermination": "the driver acts on it",
	"executor.memoryLimit":         "Spark limits executors to what they request; the webhook acts on it",
}

// effect returns what differs of what a field is about.
func effect(name string, before, after pods) string {
	path, _, _ := strings.Cut(name, " ")
	_, notOnPod := elsewhere[path]
	switch {
	case path == "driver.serviceAnnotations", path == "driver.serviceLabels":
		return cmp.Diff(service(before), service(after))
	case strings.HasPrefix(path, "driver.") && !notOnPod:
		return cmp.Diff(withoutHash(before.driver), withoutHash(after.driver))
	case strings.HasPrefix(path, "executor.") && !notOnPod:
		return cmp.Diff(before.executor, after.executor)
	}
	return cmp.Diff(before.all, after.all) + cmp.Diff(before.executor, after.executor)
}

func service(p pods) *corev1.Service {
	if p.objects == nil {
		return nil
	}
	return p.objects.Service
}

// withoutHash leaves out the hash of the specification, which every field changes.
func withoutHash(pod *corev1.Pod) *corev1.Pod {
	if pod == nil {
		return nil
	}
	pod = pod.DeepCopy()
	delete(pod.Annotations, sparklabels.SpecHash)
	return pod
}
