// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package registry_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

type app = v1beta2.SparkApplication

func schedulers(defaulted string) batchscheduler.Schedulers {
	return registry.Configured(configv1alpha1.BatchScheduler{Enabled: registry.Names(), KubeSchedulers: []string{"gangs", "others"}, Default: defaulted})
}

func named(name string) func(*app) { return func(a *app) { a.Spec.BatchScheduler = &name } }

func conf(key, value string) func(*app) {
	return func(a *app) { a.Spec.SparkConf = map[string]string{key: value} }
}

// Who schedules an application: what its author names wins, the default is for those who name nothing, and a gang that
// its author has made is left alone.
func TestOf(t *testing.T) {
	const group = "scheduling.k8s.io/group-name"
	template := &corev1.PodTemplateSpec{}
	template.Annotations = map[string]string{group: "mine"}
	for name, tc := range map[string]struct {
		change func(*app)
		want   string // nothing: no gang
	}{
		"nothing is named":         {func(*app) {}, "volcano"},
		"an empty name":            {named(""), "volcano"},
		"another that is enabled":  {named("yunikorn"), "yunikorn"},
		"a kube-scheduler":         {named("gangs"), "gangs"},
		"one that is not enabled":  {named("Volcano"), ""},
		"the driver names its own": {func(a *app) { a.Spec.Driver.SchedulerName = new("x") }, ""},
		"executors name their own": {func(a *app) { a.Spec.Executor.SchedulerName = new("x") }, ""},
		"a template names one": {func(a *app) {
			a.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{SchedulerName: "x"}}
		}, ""},
		"a property names one":          {conf(sparkconf.SchedulerName, "x"), ""},
		"a property of executors":       {conf(sparkconf.ExecutorSchedulerName, "x"), ""},
		"both, and the field wins":      {func(a *app) { conf(sparkconf.SchedulerName, "x")(a); named("volcano")(a) }, "volcano"},
		"a gang of the author's":        {func(a *app) { a.Spec.Driver.Annotations = map[string]string{group: "mine"} }, ""},
		"one by sparkConf":              {conf(sparkconf.ExecutorAnnotationPrefix+group, "mine"), ""},
		"one by a template":             {func(a *app) { a.Spec.Executor.Template = template }, ""},
		"a gang of another scheduler's": {func(a *app) { a.Spec.Driver.Annotations = map[string]string{"yunikorn.apache.org/task-groups": "[]"} }, "volcano"},
		"a kube-scheduler's by a label": {func(a *app) {
			named("gangs")(a)
			a.Spec.Driver.Labels = map[string]string{"scheduling.x-k8s.io/pod-group": "mine"}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if plugin := schedulers("volcano").Of(builder.Stored("team", "pi", tc.change)); plugin != nil {
				got = plugin.Name()
			}
			if got != tc.want {
				t.Errorf("scheduled by %q, want %q", got, tc.want)
			}
		})
	}
	if plugin := schedulers("").Of(builder.Stored("team", "pi")); plugin != nil {
		t.Errorf("without a default it is scheduled by %s", plugin.Name())
	}
}

func TestCheckNamesWhatIsEnabled(t *testing.T) {
	for name, tc := range map[string]struct {
		enabled []string
		given   string
		want    string // nothing: it is all right
	}{
		"enabled":      {[]string{"volcano"}, "volcano", ""},
		"not named":    {nil, "", ""},
		"not enabled":  {[]string{"volcano", "yunikorn"}, "Volcano", "it is not enabled; enabled are volcano, yunikorn: use one of them, or "},
		"none enabled": {nil, "volcano", "no batch scheduler is enabled: have it added to batchScheduler.enabled of the operator's configuration, or, "},
	} {
		t.Run(name, func(t *testing.T) {
			got := registry.Configured(configv1alpha1.BatchScheduler{Enabled: tc.enabled}).Check(builder.Stored("team", "pi", named(tc.given)))
			if (tc.want == "") != (got == "") || !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	options := func(a *app) {
		a.Spec.BatchSchedulerOptions = &v1beta2.BatchSchedulerConfiguration{
			Queue: new("q"), PriorityClassName: new("high"), Resources: corev1.ResourceList{"cpu": resource.MustParse("1")},
		}
	}
	for name, tc := range map[string]struct {
		change []func(*app)
		want   []string
	}{
		"Volcano uses all":         {[]func(*app){named("volcano"), options}, nil},
		"YuniKorn has no override": {[]func(*app){named("yunikorn"), options}, []string{"spec.batchSchedulerOptions.resources: has no effect: the scheduler yunikorn has no use for it"}},
		"kube-schedulers have no queues": {[]func(*app){named("gangs"), options}, []string{
			"spec.batchSchedulerOptions.queue: has no effect: the scheduler gangs has no use for it",
			"spec.batchSchedulerOptions.resources: has no effect: the scheduler gangs has no use for it",
		}},
		"a gang of the author's": {[]func(*app){named("volcano"), func(a *app) { a.Spec.Driver.Annotations = map[string]string{"scheduling.k8s.io/group-name": "mine"} }}, []string{
			"spec.batchScheduler: the pods have scheduling.k8s.io/group-name already: they are in a gang of their author's, and the operator makes none",
		}},
		"no scheduler": {[]func(*app){options}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, schedulers("").Warnings(builder.Stored("team", "pi", tc.change...))); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// What YuniKorn compares of a placeholder and its pod is the same, and the placeholder is no driver or executor to
// anybody.
func TestPlaceholdersAreLikeTheirPods(t *testing.T) {
	a := builder.Stored("team", "pi", named("yunikorn"), func(a *app) {
		a.Spec.BatchSchedulerOptions = &v1beta2.BatchSchedulerConfiguration{Queue: new("root.team")}
		a.Spec.Driver.Labels = map[string]string{"tier": "driver"}
	})
	pod := func(cpu string) *corev1.Pod {
		p := &corev1.Pod{Spec: corev1.PodSpec{
			NodeSelector: map[string]string{"disk": cpu}, Tolerations: []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}},
			Affinity:                  &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{}},
			TopologySpreadConstraints: []corev1.TopologySpreadConstraint{{MaxSkew: 1, TopologyKey: "zone", WhenUnsatisfiable: corev1.DoNotSchedule}},
			Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
				"cpu": resource.MustParse(cpu), "memory": resource.MustParse("1500000Ki"),
			}}}},
		}}
		p.Labels = map[string]string{"spark-role": "driver", "sparkoperator.k8s.io/launched-by-spark-operator": "true"}
		return p
	}
	gang := schedulers("").Of(a).Plan(a, &demand.Demand{Driver: pod("1"), Executor: pod("2"), Executors: 3})
	var got []map[string]any
	if err := json.Unmarshal([]byte(gang.DriverAnnotations["yunikorn.apache.org/task-groups"]), &got); err != nil {
		t.Fatal(err)
	}
	group := func(name string, count float64, cpu string, labels map[string]any) map[string]any {
		return map[string]any{
			"name": name, "minMember": count, "minResource": map[string]any{"cpu": cpu, "memory": "1500000Ki"},
			"nodeSelector": map[string]any{"disk": cpu}, "tolerations": []any{map[string]any{"key": "batch", "operator": "Exists"}},
			"affinity":                  map[string]any{"nodeAffinity": map[string]any{}},
			"topologySpreadConstraints": []any{map[string]any{"maxSkew": 1.0, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}},
			"labels":                    labels,
		}
	}
	want := []map[string]any{
		group("spark-driver", 1, "1", map[string]any{"tier": "driver", "queue": "root.team"}),
		group("spark-executor", 3, "2", map[string]any{"queue": "root.team"}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("task groups (-want +got):\n%s", diff)
	}
}

func TestWhatSchedulersAreTold(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"cpu": resource.MustParse("1")},
	}}}}}
	full := func(a *app) {
		a.Spec.BatchSchedulerOptions = &v1beta2.BatchSchedulerConfiguration{
			Queue: new("q"), PriorityClassName: new("high"), Resources: corev1.ResourceList{"cpu": resource.MustParse("9")},
		}
	}
	for name, tc := range map[string]struct {
		change []func(*app)
		want   string
	}{
		"Volcano": {[]func(*app){named("volcano")}, `
apiVersion: scheduling.volcano.sh/v1beta1
kind: PodGroup
metadata: {name: spark-pi-pg}
spec: {minMember: 1, minResources: {cpu: "3"}}
status: {phase: Pending}`},
		"Volcano with all options": {[]func(*app){named("volcano"), full}, `
apiVersion: scheduling.volcano.sh/v1beta1
kind: PodGroup
metadata: {name: spark-pi-pg}
spec: {minMember: 1, minResources: {cpu: "9"}, queue: q, priorityClassName: high}
status: {phase: Pending}`},
		"a kube-scheduler": {[]func(*app){named("gangs"), full}, `
apiVersion: scheduling.x-k8s.io/v1alpha1
kind: PodGroup
metadata: {name: pi-pg}
spec: {minMember: 1, minResources: {cpu: "3"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := builder.Stored("team", "pi", tc.change...)
			object := schedulers("").Of(a).Plan(a, &demand.Demand{Driver: pod, Executor: pod, Executors: 2}).Object
			got, err := yaml.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			var want, is map[string]any
			if err := yaml.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal(got, &is); err != nil {
				t.Fatal(err)
			}
			delete(is["metadata"].(map[string]any), "creationTimestamp")
			if diff := cmp.Diff(want, is); diff != "" {
				t.Errorf("object (-want +got):\n%s", diff)
			}
		})
	}
}

// A label value has 63 characters at most, and so has the longest name of an application.
func TestNamesOfGroupsFitIntoLabels(t *testing.T) {
	long := strings.Repeat("x", 63)
	a := builder.Stored("team", long, named("gangs"))
	marks := schedulers("").Of(a).Mark(a)
	label := marks.Driver.Labels["scheduling.x-k8s.io/pod-group"]
	if len(label) > 63 || label != schedulers("").Of(a).Group(long).Name || label != marks.Executor.Labels["scheduling.x-k8s.io/pod-group"] {
		t.Errorf("label %q of %d characters, the group is %q", label, len(label), schedulers("").Of(a).Group(long).Name)
	}
}

// A scheme knows every kind that a plugin makes, and each kind is listed once, however many schedulers share it.
func TestKinds(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := registry.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, group := range schedulers("").Groups("pi") {
		if !scheme.Recognizes(group.Kind) {
			t.Errorf("the scheme does not know %s", group.Kind)
		}
		got = append(got, group.Kind.Group+" "+group.Name)
	}
	if diff := cmp.Diff([]string{"scheduling.volcano.sh spark-pi-pg", "scheduling.x-k8s.io pi-pg"}, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
