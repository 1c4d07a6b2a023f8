// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Role is what a pod of an application does.
type Role string

// The roles of pods.
const (
	Driver   Role = sparklabels.RoleDriver
	Executor Role = sparklabels.RoleExecutor
)

// Input says for which application and role a pod is.
type Input struct {
	// App is the application; it is not changed.
	App *v1beta2.SparkApplication
	// Role is what the pod does.
	Role Role
}

// Mutator shapes one concern of pods.
type Mutator struct {
	// Name of the concern; it appears in errors.
	Name string
	// Roles of the pods it applies to; none means all.
	Roles []Role
	// Apply changes the target's pod. It must be idempotent and must not remove or reorder containers.
	Apply func(Target) error
}

// Target is a pod that is being shaped, and what shapes it.
type Target struct {
	Input
	// Pod is the pod to change.
	Pod *corev1.Pod
	// Spec is the part of the application that is about the pod's role.
	Spec *v1beta2.SparkPodSpec

	container int
}

// Container returns the container in which Spark runs. The pointer is good until containers are added.
func (t Target) Container() *corev1.Container { return &t.Pod.Spec.Containers[t.container] }

// errNoContainer is what no Spark pod can be made of.
var errNoContainer = errors.New("the pod has no container")

// OwnerReference is the name of the mutator that makes the application the owner of its driver.
const OwnerReference = "ownerReference"

// Default returns the mutators in their order. Later ones win over earlier ones where they meet: the two ConfigMaps set
// the variable that points to them after the application's env, and the operator's metrics port comes after the
// application's ports.
func Default() []Mutator {
	return []Mutator{
		{Name: OwnerReference, Roles: []Role{Driver}, Apply: setOwner},
		{Name: "env", Apply: addEnv},
		{Name: "envFrom", Apply: addEnvFrom},
		{Name: "hadoopConfigMap", Apply: mountHadoopConfigMap},
		{Name: "sparkConfigMap", Apply: mountSparkConfigMap},
		{Name: "configMaps", Apply: mountConfigMaps},
		{Name: "secrets", Apply: mountSecrets},
		{Name: "localDirs", Apply: mountLocalDirs},
		{Name: "volumeMounts", Apply: mountVolumes},
		{Name: "ports", Apply: addPorts},
		{Name: "hostNetwork", Apply: setHostNetwork},
		{Name: "hostAliases", Apply: addHostAliases},
		{Name: "initContainers", Apply: addInitContainers},
		{Name: "sidecars", Apply: addSidecars},
		{Name: "volumes", Apply: addVolumes},
		{Name: "dnsConfig", Apply: setDNSConfig},
		{Name: "priorityClassName", Apply: setPriorityClass},
		{Name: "schedulerName", Apply: setSchedulerName},
		{Name: "nodeSelector", Apply: addNodeSelector},
		{Name: "affinity", Apply: setAffinity},
		{Name: "tolerations", Apply: addTolerations},
		{Name: "memoryLimit", Apply: setMemoryLimit},
		{Name: "gpu", Apply: setGPU},
		{Name: "monitoring", Apply: exposeMetrics},
		{Name: "securityContext", Apply: setSecurityContext},
		{Name: "podSecurityContext", Apply: setPodSecurityContext},
		{Name: "terminationGracePeriodSeconds", Apply: setTerminationGracePeriod},
		{Name: "lifecycle", Apply: setLifecycle},
		{Name: "shareProcessNamespace", Apply: setShareProcessNamespace},
	}
}

// Apply shapes the pod by the mutators in their order. An error names the role and the concern.
func Apply(pod *corev1.Pod, in Input, mutators ...Mutator) error {
	container, err := sparkContainer(pod, in)
	if err != nil {
		return fmt.Errorf("mutate %s pod: %w", in.Role, err)
	}
	target := Target{Input: in, Pod: pod, Spec: specOf(in), container: container}
	for _, mutator := range mutators {
		if !mutator.appliesTo(in.Role) {
			continue
		}
		if err := mutator.Apply(target); err != nil {
			return fmt.Errorf("mutate %s pod: %s: %w", in.Role, mutator.Name, err)
		}
	}
	return nil
}

// SparkContainer returns the container of a pod, or of a template, in which Spark runs: the one that Spark made, else
// the one that it will choose; nil where there is no container. So it is right of templates, and of every pod that
// Spark made, whatever webhooks put beside.
func SparkContainer(pod *corev1.Pod, in Input) *corev1.Container {
	index, err := sparkContainer(pod, in)
	if err != nil {
		return nil
	}
	return &pod.Spec.Containers[index]
}

// asksForNone is an application that asks for no container by name. It is shared: the controller looks at each pod
// often.
var asksForNone = &v1beta2.SparkApplication{}

// SparkContainerName returns the name of the container in which Spark runs in a pod that it made, also of a pod that
// does not say what containers it has: the role's own name then.
func SparkContainerName(pod *corev1.Pod, role Role) string {
	container := SparkContainer(pod, Input{App: asksForNone, Role: role})
	if container != nil && container.Name != "" {
		return container.Name
	}
	return sparklabels.DefaultContainer(string(role))
}

func sparkContainer(pod *corev1.Pod, in Input) (int, error) {
	containers := pod.Spec.Containers
	if len(containers) == 0 {
		return 0, errNoContainer
	}
	if i := madeBySpark(containers, in.Role); i >= 0 {
		return i, nil
	}
	return sparklabels.TemplateContainer(containers, AskedContainer(&in.App.Spec, in.Role)), nil
}

// TemplateContainer returns the container of the role's template that Spark will choose; nil where there is none.
func TemplateContainer(spec *v1beta2.SparkApplicationSpec, role Role) *corev1.Container {
	template := podSpecOf(spec, role).Template
	if template == nil || len(template.Spec.Containers) == 0 {
		return nil
	}
	return &template.Spec.Containers[sparklabels.TemplateContainer(template.Spec.Containers, AskedContainer(spec, role))]
}

// AskedContainer returns the name by which Spark looks for its container in a template.
func AskedContainer(spec *v1beta2.SparkApplicationSpec, role Role) string {
	key := sparkconf.DriverPodTemplateContainer
	if role == Executor {
		key = sparkconf.ExecutorPodTemplateContainer
	}
	if name, set := spec.SparkConf[key]; set {
		return name
	}
	return sparklabels.DefaultContainer(string(role))
}

// madeBySpark returns which of the containers has what Spark gives the one that it runs in; -1 where that is not one of
// them.
func madeBySpark(containers []corev1.Container, role Role) int {
	mark := "SPARK_DRIVER_BIND_ADDRESS"
	if role == Executor {
		mark = "SPARK_EXECUTOR_POD_IP"
	}
	found := -1
	for i := range containers {
		if !slices.ContainsFunc(containers[i].Env, func(v corev1.EnvVar) bool { return v.Name == mark }) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

func specOf(in Input) *v1beta2.SparkPodSpec { return podSpecOf(&in.App.Spec, in.Role) }

func podSpecOf(spec *v1beta2.SparkApplicationSpec, role Role) *v1beta2.SparkPodSpec {
	if role == Driver {
		return &spec.Driver.SparkPodSpec
	}
	return &spec.Executor.SparkPodSpec
}

func (m Mutator) appliesTo(role Role) bool {
	if len(m.Roles) == 0 {
		return true
	}
	return slices.Contains(m.Roles, role)
}
