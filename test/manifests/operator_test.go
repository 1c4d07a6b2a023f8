// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/config"
)

func TestEveryKustomizationBuilds(t *testing.T) {
	for _, folder := range kustomizations(t) {
		t.Run(folder, func(t *testing.T) {
			if len(build(t, folder)) == 0 {
				t.Error("builds nothing")
			}
		})
	}
}

func TestInventory(t *testing.T) {
	want := map[string][]string{
		"Namespace":                      {"spark-operator"},
		"CustomResourceDefinition":       {"scheduledsparkapplications.sparkoperator.k8s.io", "sparkapplications.sparkoperator.k8s.io", "sparkconnects.sparkoperator.k8s.io"},
		"ServiceAccount":                 {"spark-operator-controller", "spark-operator-webhook"},
		"Role":                           {"spark-operator-controller-leader-election", "spark-operator-webhook-certificates"},
		"RoleBinding":                    {"spark-operator-controller-leader-election", "spark-operator-webhook-certificates"},
		"ClusterRole":                    {"spark-operator-admin", "spark-operator-controller", "spark-operator-edit", "spark-operator-metrics-auth", "spark-operator-metrics-reader", "spark-operator-view", "spark-operator-webhook", "spark-operator-webhook-certificates"},
		"ClusterRoleBinding":             {"spark-operator-controller", "spark-operator-metrics-auth", "spark-operator-webhook", "spark-operator-webhook-certificates"},
		"ConfigMap":                      {"spark-operator-controller-config", "spark-operator-webhook-config"},
		"Deployment":                     {"spark-operator-controller", "spark-operator-webhook"},
		"PodDisruptionBudget":            {"spark-operator-webhook"},
		"Service":                        {"spark-operator-webhook-svc"},
		"MutatingWebhookConfiguration":   {"spark-operator-webhook"},
		"ValidatingWebhookConfiguration": {"spark-operator-webhook"},
	}
	got := map[string][]string{}
	for _, r := range build(t, "config/default") {
		name := r.GetName()
		if r.GetKind() == "ConfigMap" { // without the hash of its content
			name = name[:strings.LastIndexByte(name, '-')]
		}
		got[r.GetKind()] = append(got[r.GetKind()], name)
	}
	for _, names := range got {
		slices.Sort(names)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("config/default (-want +got):\n%s", diff)
	}
}

func TestEverythingIsInTheOperatorsNamespace(t *testing.T) {
	for _, r := range build(t, "config/default") {
		if got := r.GetNamespace(); got != "" && got != namespace {
			t.Errorf("%s %s is in namespace %s", r.GetKind(), r.GetName(), got)
		}
	}
}

func TestEverythingIsLabelled(t *testing.T) {
	for _, r := range build(t, "config/default") {
		if got := r.GetLabels()["app.kubernetes.io/name"]; got != "spark-operator" {
			t.Errorf("%s %s: label app.kubernetes.io/name is %q", r.GetKind(), r.GetName(), got)
		}
	}
}

func TestPodsAreRestricted(t *testing.T) {
	o := buildOperator(t)
	for _, ns := range all[corev1.Namespace](t, o.resources, "Namespace") {
		if got := ns.Labels["pod-security.kubernetes.io/enforce"]; got != "restricted" {
			t.Errorf("namespace %s enforces %q", ns.Name, got)
		}
	}
	for name, d := range o.deployments {
		pod := d.Spec.Template.Spec
		if pod.HostNetwork || pod.HostPID || pod.HostIPC {
			t.Errorf("%s uses a namespace of the host", name)
		}
		s := pod.SecurityContext
		if s == nil || s.RunAsNonRoot == nil || !*s.RunAsNonRoot || s.SeccompProfile == nil || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
			t.Errorf("%s: pod security context is %+v", name, s)
		}
		for _, v := range pod.Volumes {
			if v.ConfigMap == nil && (v.EmptyDir == nil || v.EmptyDir.SizeLimit == nil) {
				t.Errorf("%s: volume %s is neither a ConfigMap nor a bounded emptyDir", name, v.Name)
			}
		}
		for _, c := range slices.Concat(pod.InitContainers, pod.Containers) {
			checkRestricted(t, name+"/"+c.Name, c)
		}
	}
}

func checkRestricted(t *testing.T, name string, c corev1.Container) {
	t.Helper()
	s := c.SecurityContext
	if s == nil {
		t.Errorf("%s has no security context", name)
		return
	}
	want := &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		ReadOnlyRootFilesystem:   new(true),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("%s: security context (-want +got):\n%s", name, diff)
	}
	if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
		t.Errorf("%s: CPU request, memory request or memory limit is missing", name)
	}
	if !c.Resources.Limits.Cpu().IsZero() {
		t.Errorf("%s has a CPU limit", name)
	}
	if c.LivenessProbe == nil || c.ReadinessProbe == nil {
		t.Errorf("%s has no probes", name)
	}
}

func TestSelectorsMatchExactlyOneDeployment(t *testing.T) {
	o := buildOperator(t)
	selectors := map[string]labels.Set{}
	for name, s := range o.services {
		selectors["Service "+name] = s.Spec.Selector
	}
	for name, d := range o.deployments {
		selectors["Deployment "+name] = d.Spec.Selector.MatchLabels
		for _, spread := range d.Spec.Template.Spec.TopologySpreadConstraints {
			selectors["spread of Deployment "+name] = spread.LabelSelector.MatchLabels
		}
	}
	for _, b := range all[policyv1.PodDisruptionBudget](t, o.resources, "PodDisruptionBudget") {
		selectors["PodDisruptionBudget "+b.Name] = b.Spec.Selector.MatchLabels
	}
	for of, selector := range selectors {
		if got := o.selected(selector); len(got) != 1 {
			t.Errorf("%s selects the pods of %v", of, got)
		}
	}
}

// Of the webhook's replicas one stays, whatever node goes and however it goes.
func TestWebhookIsHighlyAvailable(t *testing.T) {
	o := buildOperator(t)
	webhook := o.deployments["spark-operator-webhook"]
	if *webhook.Spec.Replicas < 2 || webhook.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 0 {
		t.Errorf("%d replicas, strategy %+v", *webhook.Spec.Replicas, webhook.Spec.Strategy)
	}
	spread := webhook.Spec.Template.Spec.TopologySpreadConstraints
	if len(spread) != 1 || spread[0].TopologyKey != corev1.LabelHostname || spread[0].WhenUnsatisfiable != corev1.ScheduleAnyway {
		t.Errorf("replicas are spread by %+v", spread)
	}
	want := policyv1.PodDisruptionBudgetSpec{
		MinAvailable: new(intstr.FromInt32(1)), UnhealthyPodEvictionPolicy: new(policyv1.AlwaysAllow), Selector: webhook.Spec.Selector,
	}
	for _, b := range all[policyv1.PodDisruptionBudget](t, o.resources, "PodDisruptionBudget") {
		if diff := cmp.Diff(want, b.Spec); diff != "" {
			t.Errorf("budget (-want +got):\n%s", diff)
		}
	}
}

// Go does not read the limit of its container. The one that it is given leaves room for what is not its heap.
func TestMemoryStaysBelowTheLimit(t *testing.T) {
	for name, d := range buildOperator(t).deployments {
		container := d.Spec.Template.Spec.Containers[0]
		at := slices.IndexFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == "GOMEMLIMIT" })
		if at < 0 {
			t.Errorf("%s: GOMEMLIMIT is not set", name)
			continue
		}
		// Go writes MiB where Kubernetes writes Mi.
		soft, err := resource.ParseQuantity(strings.TrimSuffix(container.Env[at].Value, "B"))
		if limit := container.Resources.Limits.Memory(); err != nil || soft.Value() > limit.Value()*9/10 || soft.Value() < limit.Value()/2 {
			t.Errorf("%s: GOMEMLIMIT is %s and the limit %s (%v)", name, container.Env[at].Value, limit, err)
		}
	}
}

// selected are the Deployments whose pods a selector matches.
func (o operator) selected(selector labels.Set) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(o.deployments)) {
		if selector.AsSelector().Matches(labels.Set(o.deployments[name].Spec.Template.Labels)) {
			names = append(names, name)
		}
	}
	return names
}

func TestConfigurationIsRead(t *testing.T) {
	o := buildOperator(t)
	controller, err := config.LoadController(o.mountConfiguration(t, "spark-operator-controller"))
	if err != nil {
		t.Fatal(err)
	}
	webhook, err := config.LoadWebhook(o.mountConfiguration(t, "spark-operator-webhook"))
	if err != nil {
		t.Fatal(err)
	}
	// What the files say is said for readers; the defaults are the same, so a binary started by hand is no other.
	if diff := cmp.Diff(configv1alpha1.DefaultControllerConfiguration(), controller); diff != "" {
		t.Errorf("controller, from its default (-default +file):\n%s", diff)
	}
	if diff := cmp.Diff(configv1alpha1.DefaultWebhookConfiguration(), webhook); diff != "" {
		t.Errorf("webhook, from its default (-default +file):\n%s", diff)
	}
}

func TestProbesAndPortsFitTheConfiguration(t *testing.T) {
	o := buildOperator(t)
	shared := map[string]configv1alpha1.SharedConfiguration{
		"spark-operator-controller": configv1alpha1.DefaultControllerConfiguration().SharedConfiguration,
		"spark-operator-webhook":    configv1alpha1.DefaultWebhookConfiguration().SharedConfiguration,
	}
	for name, d := range o.deployments {
		container := d.Spec.Template.Spec.Containers[0]
		ports := map[string]int32{}
		for _, p := range container.Ports {
			ports[p.Name] = p.ContainerPort
		}
		for portName, address := range map[string]string{
			"health": shared[name].Health.BindAddress, "metrics": shared[name].Metrics.BindAddress,
		} {
			if got := portOf(ports[portName]); got != address {
				t.Errorf("%s: port %s is %s, but the configuration says %s", name, portName, got, address)
			}
		}
		if d.Spec.Template.Spec.ServiceAccountName != name {
			t.Errorf("%s runs as service account %q", name, d.Spec.Template.Spec.ServiceAccountName)
		}
		if _, exists := o.accounts[name]; !exists {
			t.Errorf("service account %s is not built", name)
		}
	}
}
