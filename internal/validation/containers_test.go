// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// named makes containers of the names.
func named(names ...string) []corev1.Container {
	var containers []corev1.Container
	for _, name := range names {
		containers = append(containers, corev1.Container{Name: name, Image: "busybox"})
	}
	return containers
}

func numbered(n int) []corev1.Container {
	var containers []corev1.Container
	for i := range n {
		containers = append(containers, corev1.Container{Name: fmt.Sprintf("c%d", i)})
	}
	return containers
}

// A list in a template has as many entries at most as the field of its kind; the longest that is accepted is, too.
func TestListsOfTemplates(t *testing.T) {
	pod := func(change func(*corev1.PodSpec, int)) func(int) corev1.PodSpec {
		return func(n int) corev1.PodSpec {
			spec := corev1.PodSpec{Containers: named("main")}
			change(&spec, n)
			return spec
		}
	}
	container := func(change func(*corev1.Container, int)) func(int) corev1.PodSpec {
		return pod(func(p *corev1.PodSpec, n int) { change(&p.Containers[0], n) })
	}
	for path, tc := range map[string]struct {
		most int
		of   func(int) corev1.PodSpec
	}{
		"containers":          {100, pod(func(p *corev1.PodSpec, n int) { p.Containers = numbered(n) })},
		"initContainers":      {100, pod(func(p *corev1.PodSpec, n int) { p.InitContainers = numbered(n) })},
		"ephemeralContainers": {100, pod(func(p *corev1.PodSpec, n int) { p.EphemeralContainers = make([]corev1.EphemeralContainer, n) })},
		"volumes":             {1000, pod(func(p *corev1.PodSpec, n int) { p.Volumes = make([]corev1.Volume, n) })},
		"tolerations":         {1000, pod(func(p *corev1.PodSpec, n int) { p.Tolerations = make([]corev1.Toleration, n) })},
		"hostAliases":         {1000, pod(func(p *corev1.PodSpec, n int) { p.HostAliases = make([]corev1.HostAlias, n) })},
		"imagePullSecrets":    {1000, pod(func(p *corev1.PodSpec, n int) { p.ImagePullSecrets = make([]corev1.LocalObjectReference, n) })},
		"topologySpreadConstraints": {1000, pod(func(p *corev1.PodSpec, n int) {
			p.TopologySpreadConstraints = make([]corev1.TopologySpreadConstraint, n)
		})},
		"readinessGates":              {1000, pod(func(p *corev1.PodSpec, n int) { p.ReadinessGates = make([]corev1.PodReadinessGate, n) })},
		"schedulingGates":             {1000, pod(func(p *corev1.PodSpec, n int) { p.SchedulingGates = make([]corev1.PodSchedulingGate, n) })},
		"resourceClaims":              {1000, pod(func(p *corev1.PodSpec, n int) { p.ResourceClaims = make([]corev1.PodResourceClaim, n) })},
		"containers[0].env":           {10000, container(func(c *corev1.Container, n int) { c.Env = make([]corev1.EnvVar, n) })},
		"containers[0].envFrom":       {1000, container(func(c *corev1.Container, n int) { c.EnvFrom = make([]corev1.EnvFromSource, n) })},
		"containers[0].ports":         {1000, container(func(c *corev1.Container, n int) { c.Ports = make([]corev1.ContainerPort, n) })},
		"containers[0].volumeMounts":  {1000, container(func(c *corev1.Container, n int) { c.VolumeMounts = make([]corev1.VolumeMount, n) })},
		"containers[0].volumeDevices": {1000, container(func(c *corev1.Container, n int) { c.VolumeDevices = make([]corev1.VolumeDevice, n) })},
		"initContainers[0].env": {10000, pod(func(p *corev1.PodSpec, n int) {
			p.InitContainers = []corev1.Container{{Name: "init", Env: make([]corev1.EnvVar, n)}}
		})},
	} {
		t.Run(path, func(t *testing.T) {
			for items, refused := range map[int]bool{tc.most: false, tc.most + 1: true, 60000: true} {
				template := &corev1.PodTemplateSpec{Spec: tc.of(items)}
				want := func(roles ...string) []string {
					var all []string
					for _, role := range roles {
						if refused {
							all = append(all, fmt.Sprintf("spec.%s.template.spec.%s: Too many: %d: must have at most %d items", role, path, items, tc.most))
						}
					}
					return all
				}
				app := sparkPi()
				app.Spec.Driver.Template, app.Spec.Executor.Template = template, template
				check(t, validation.SparkApplication(app, field.NewPath("spec")), want("driver", "executor")...)

				connect := &v1alpha1.SparkConnect{Spec: v1alpha1.SparkConnectSpec{SparkVersion: "4.0.1", Image: new("spark")}}
				connect.Spec.Server.Template, connect.Spec.Executor.Template = template, template
				check(t, validation.SparkConnect(connect), want("server", "executor")...)
			}
		})
	}
}

// The containers of template and fields become those of one pod, in which every name is a DNS label and stands once.
func TestNamesOfContainers(t *testing.T) {
	const sparks = "it is the container that Spark runs in; rename it"
	for name, tc := range map[string]struct {
		template, templateInit, sidecars, init []corev1.Container
		asked                                  string
		want                                   []string
	}{
		"all different":                         {template: named("main", "a"), templateInit: named("b"), sidecars: named("c"), init: named("d")},
		"fields in place of a template's":       {template: named("main", "a"), templateInit: named("b"), sidecars: named("a"), init: named("b")},
		"Spark's without a name":                {template: named("", "a")},
		"Spark's without a name, and a usual":   {template: named("", "spark-kubernetes-driver"), want: []string{`spec.driver.template.spec.containers[0].name: Required value: name the container`}},
		"another without a name":                {template: named("main", ""), want: []string{`spec.driver.template.spec.containers[1].name: Required value: name the container`}},
		"twice in the template":                 {template: named("main", "a", "a"), want: []string{`spec.driver.template.spec.containers[2].name: Duplicate value: "a"`}},
		"twice in the template, then a sidecar": {template: named("main", "a", "a"), sidecars: named("a"), want: []string{`spec.driver.template.spec.containers[2].name: Duplicate value: "a"`}},
		"twice at the start of the template":    {templateInit: named("a", "a"), want: []string{`spec.driver.template.spec.initContainers[1].name: Duplicate value: "a"`}},
		"at the start and beside":               {template: named("main", "a"), templateInit: named("a"), want: []string{`spec.driver.template.spec.initContainers[0].name: Duplicate value: "a"`}},
		"at the start and a sidecar":            {templateInit: named("a"), sidecars: named("a"), want: []string{`spec.driver.template.spec.initContainers[0].name: Duplicate value: "a"`}},
		"fields at the start and beside":        {sidecars: named("a"), init: named("a"), want: []string{`spec.driver.initContainers[0].name: Duplicate value: "a"`}},
		"a field at the start and the template": {template: named("main", "a"), init: named("a"), want: []string{`spec.driver.initContainers[0].name: Duplicate value: "a"`}},
		"Spark's at the start": {
			templateInit: named("spark-kubernetes-driver"), init: named("spark-kubernetes-driver"),
			want: []string{
				`spec.driver.template.spec.initContainers[0].name: Invalid value: "spark-kubernetes-driver": ` + sparks,
				`spec.driver.initContainers[0].name: Invalid value: "spark-kubernetes-driver": ` + sparks,
			},
		},
		"Spark's of the template at the start": {
			asked: "main", template: named("a", "main"), init: named("main"),
			want: []string{`spec.driver.initContainers[0].name: Invalid value: "main": ` + sparks},
		},
		"no labels": {
			template: named("Main"), templateInit: named("b_"), sidecars: named("c d"), init: named("-e"),
			want: []string{
				`spec.driver.template.spec.containers[0].name: Invalid value: "Main": ` + label,
				`spec.driver.sidecars[0].name: Invalid value: "c d": ` + label,
				`spec.driver.template.spec.initContainers[0].name: Invalid value: "b_": ` + label,
				`spec.driver.initContainers[0].name: Invalid value: "-e": ` + label,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := sparkPi()
			app.Spec.Driver.SparkPodSpec = v1beta2.SparkPodSpec{Sidecars: tc.sidecars, InitContainers: tc.init}
			if tc.template != nil || tc.templateInit != nil {
				app.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: tc.template, InitContainers: tc.templateInit}}
			}
			if tc.asked != "" {
				app.Spec.SparkConf = map[string]string{sparkconf.DriverPodTemplateContainer: tc.asked}
			}
			check(t, validation.SparkApplication(app, field.NewPath("spec")), tc.want...)
		})
	}
}

// The container of a server's template that Spark takes is Spark's, whatever its name; one of its usual name is then
// like any other.
func TestNamesOfContainersOfServers(t *testing.T) {
	connect := &v1alpha1.SparkConnect{Spec: v1alpha1.SparkConnectSpec{SparkVersion: "4.0.1", Image: new("spark")}}
	connect.Spec.Server.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		Containers: named("main", "a"), InitContainers: named("main", "a", "spark-kubernetes-driver"),
	}}
	connect.Spec.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: named("", "a", "a")}}
	check(t, validation.SparkConnect(connect),
		`spec.server.template.spec.initContainers[0].name: Invalid value: "main": it is the container that Spark runs in; rename it`,
		`spec.server.template.spec.initContainers[1].name: Duplicate value: "a"`,
		`spec.executor.template.spec.containers[2].name: Duplicate value: "a"`)
}

// Sidecars and init containers have the limits that containers of a template have.
func TestListsOfFurtherContainers(t *testing.T) {
	app := sparkPi()
	app.Spec.Executor.Sidecars = []corev1.Container{{Name: "a", Env: make([]corev1.EnvVar, 10001)}}
	app.Spec.Executor.InitContainers = []corev1.Container{{Name: "b", VolumeMounts: make([]corev1.VolumeMount, 1001)}}
	check(t, validation.SparkApplication(app, field.NewPath("spec")),
		"spec.executor.sidecars[0].env: Too many: 10001: must have at most 10000 items",
		"spec.executor.initContainers[0].volumeMounts: Too many: 1001: must have at most 1000 items")
}
