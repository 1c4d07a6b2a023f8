// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// DriverTemplate returns the pod that spark-submit is to make the driver from: with every field of the application that
// Spark does not set itself.
func (p *Plan) DriverTemplate() (*corev1.Pod, error) {
	pod, err := p.roleTemplate(podmutation.Driver)
	if err != nil {
		return nil, err
	}
	return pod, p.finish(pod, p.Demand)
}

// ExecutorTemplate returns the pod that Spark makes executor pods from, with every field of the application that Spark
// does not set itself.
func (p *Plan) ExecutorTemplate() (*corev1.Pod, error) {
	return p.roleTemplate(podmutation.Executor)
}

// roleTemplate shapes what a role starts from by the fields of the application. What the API server or the owner
// decides is not taken from templates.
func (p *Plan) roleTemplate(role podmutation.Role) (*corev1.Pod, error) {
	template, err := p.template(role)
	if err != nil {
		return nil, err
	}
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}}
	if template != nil {
		pod.Labels, pod.Annotations, pod.Spec = template.Labels, template.Annotations, template.Spec
	}
	if len(pod.Spec.Containers) == 0 {
		pod.Spec.Containers = []corev1.Container{{Name: sparklabels.DefaultContainer(string(role))}}
	}
	in := podmutation.Input{App: p.app, Role: role}
	if err := podmutation.Apply(pod, in, podmutation.Default()...); err != nil {
		return nil, err
	}
	p.prioritise(pod, role)
	p.dropCarried(podmutation.SparkContainer(pod, in), role)
	return pod, nil
}

// prioritise gives a pod the priority class that a feature has for its role, unless its author has given it one.
func (p *Plan) prioritise(pod *corev1.Pod, role podmutation.Role) {
	if pod.Spec.PriorityClassName == "" && pod.Spec.Priority == nil {
		pod.Spec.PriorityClassName = p.priority[role]
	}
}

// template returns what the pods of a role start from: the user's template, less the variables that properties carry,
// and with the scratch space that Spark must find there; nil where there is nothing.
func (p *Plan) template(role podmutation.Role) (*corev1.PodTemplateSpec, error) {
	in := podmutation.Input{App: p.app, Role: role}
	spec := podSpecOf(p.app, role)
	if spec.Template == nil && !podmutation.HasLocalDirs(spec.VolumeMounts) {
		return nil, nil
	}
	pod := &corev1.Pod{}
	if spec.Template != nil {
		copied := spec.Template.DeepCopy()
		pod.ObjectMeta, pod.Spec = copied.ObjectMeta, copied.Spec
	}
	if len(pod.Spec.Containers) == 0 {
		pod.Spec.Containers = []corev1.Container{{Name: sparklabels.DefaultContainer(string(role))}}
	}
	if err := podmutation.MountLocalDirs(pod, in); err != nil {
		return nil, err
	}
	p.dropCarried(podmutation.SparkContainer(pod, in), role)
	return &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}, nil
}

// sparksVariables begins the names of the variables that Spark sets itself.
const sparksVariables = "SPARK_"

// dropCarried leaves out of a template's container the variables that properties carry: Spark would name them a second
// time. One that another variable refers to must come before that one, and stays.
func (p *Plan) dropCarried(container *corev1.Container, role podmutation.Role) {
	keys := driverKeys
	if role == podmutation.Executor {
		keys = executorKeys
	}
	var referred map[string]bool
	container.Env = slices.DeleteFunc(slices.Clone(container.Env), func(v corev1.EnvVar) bool {
		if !p.conf.Contains(keys.env+v.Name) && !p.conf.Contains(keys.secretKeyRefs+v.Name) {
			return false
		}
		if referred == nil {
			referred = referredTo(container.Env)
		}
		return !referred[v.Name]
	})
}

// reference is how a variable stands in the value of another one.
var reference = regexp.MustCompile(`\$\(([^()]*)\)`)

// referredTo returns the names of variables that stand in the values of others.
func referredTo(variables []corev1.EnvVar) map[string]bool {
	names := map[string]bool{}
	for i := range variables {
		for _, match := range reference.FindAllStringSubmatch(variables[i].Value, -1) {
			names[match[1]] = true
		}
	}
	return names
}

func podSpecOf(app *v1beta2.SparkApplication, role podmutation.Role) *v1beta2.SparkPodSpec {
	if role == podmutation.Driver {
		return &app.Spec.Driver.SparkPodSpec
	}
	return &app.Spec.Executor.SparkPodSpec
}

// TemplateFile returns a pod as the content of a template file: without its status. It is JSON, which is YAML too, and
// several times quicker to write.
func TemplateFile(pod *corev1.Pod) (string, error) {
	encoded, err := json.Marshal(struct {
		metav1.TypeMeta   `json:",inline"`
		metav1.ObjectMeta `json:"metadata,omitzero"`
		Spec              corev1.PodSpec `json:"spec"`
	}{pod.TypeMeta, pod.ObjectMeta, pod.Spec})
	if err != nil {
		return "", fmt.Errorf("encode pod template: %w", err)
	}
	return string(encoded), nil
}
