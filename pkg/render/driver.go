// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Objects are what an application starts from, in the order in which they are to be created.
type Objects struct {
	// ConfigMap carries the configuration to the driver.
	ConfigMap *corev1.ConfigMap
	// TemplateConfigMap carries the executor pod template to the driver; nil where there is none.
	TemplateConfigMap *corev1.ConfigMap
	// Claims are volume claims that the driver's configuration asks for on demand.
	Claims []*corev1.PersistentVolumeClaim
	// Service is the headless Service by which executors find the driver; nil where its step is excluded.
	Service *corev1.Service
	// NetworkPolicy lets only the application's pods reach its executors; nil where the version makes none or its step
	// is excluded.
	NetworkPolicy *networkingv1.NetworkPolicy
	// Driver is the driver pod.
	Driver *corev1.Pod

	// Properties is the configuration that ConfigMap holds.
	Properties *sparkconf.Conf
}

// Object is an object of Kubernetes.
type Object interface {
	metav1.Object
	runtime.Object
}

// InOrder returns all objects in the order in which they are to be created: what the driver needs, and the driver last.
func (o *Objects) InOrder() []Object {
	all := []Object{o.ConfigMap}
	if o.TemplateConfigMap != nil {
		all = append(all, o.TemplateConfigMap)
	}
	for _, claim := range o.Claims {
		all = append(all, claim)
	}
	if o.Service != nil {
		all = append(all, o.Service)
	}
	if o.NetworkPolicy != nil {
		all = append(all, o.NetworkPolicy)
	}
	return append(all, o.Driver)
}

// draft is a driver in the making: what the feature steps read and write.
type draft struct {
	in       Input
	version  Version
	conf     *sparkconf.Conf
	language language
	pod      *corev1.Pod
	// container is the one that Spark runs in. It is joined with the pod's other ones at the end.
	container *corev1.Container
	// properties are what the steps add to the configuration.
	properties *sparkconf.Conf
	objects    Objects
}

// driverSteps are Spark's feature steps for drivers, in Spark's order.
var driverSteps = []step[*draft]{
	{"basics", "BasicDriverFeatureStep", (*draft).basics},
	{"credentials", "DriverKubernetesCredentialsFeatureStep", (*draft).credentials},
	{"service", "DriverServiceFeatureStep", (*draft).service},
	{"network policy", "NetworkPolicyFeatureStep", (*draft).networkPolicy},
	{"secrets", "MountSecretsFeatureStep", (*draft).secrets},
	{"secret environment", "EnvSecretsFeatureStep", (*draft).secretEnv},
	{"volumes", "MountVolumesFeatureStep", (*draft).volumes},
	{"command", "DriverCommandFeatureStep", (*draft).command},
	{"hadoop configuration", "HadoopConfDriverFeatureStep", (*draft).hadoopConf},
	{"kerberos", "KerberosConfDriverFeatureStep", (*draft).kerberos},
	{"executor template", "PodTemplateConfigMapStep", (*draft).executorTemplate},
	{"local directories", "LocalDirsFeatureStep", (*draft).localDirs},
}

// Driver returns the objects of the input. An error is about the input: the same one fails again.
func Driver(in Input, version Version) (*Objects, error) {
	conf, err := submitted(in, version)
	if err != nil {
		return nil, err
	}
	d := &draft{in: in, version: version, conf: conf, language: languageOf(in.MainFile), properties: conf.Clone()}
	d.pod, d.container = fromTemplate(in.DriverTemplate, in.DriverContainer)
	if err := applySteps(d, driverSteps, version.excludedSteps(conf, sparkconf.DriverExcludedSteps)); err != nil {
		return nil, fmt.Errorf("render driver: %w", err)
	}
	d.configMap()
	d.pod.Spec.Containers = append(d.pod.Spec.Containers, *d.container)
	d.objects.Driver = d.pod
	d.objects.Properties = d.properties
	return &d.objects, nil
}

// fromTemplate returns a copy of a template as a pod and the container in which Spark is to run, taken out of the pod,
// or a new one. What the API server or the owner decides is not taken from templates.
func fromTemplate(template *corev1.PodTemplateSpec, name string) (*corev1.Pod, *corev1.Container) {
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}}
	if template == nil {
		return pod, &corev1.Container{}
	}
	pod.Labels = maps.Clone(template.Labels)
	pod.Annotations = maps.Clone(template.Annotations)
	template.Spec.DeepCopyInto(&pod.Spec)
	containers := pod.Spec.Containers
	if len(containers) == 0 {
		return pod, &corev1.Container{}
	}
	index := sparklabels.TemplateContainer(containers, name)
	spark := containers[index]
	pod.Spec.Containers = append(containers[:index:index], containers[index+1:]...)
	return pod, &spark
}

// metadata returns what the name of every object of the driver comes with.
func (d *draft) metadata(name string) metav1.ObjectMeta {
	meta := metav1.ObjectMeta{Namespace: d.in.Namespace, Name: name, Labels: maps.Clone(d.in.ObjectLabels)}
	if d.in.Owner != nil {
		meta.OwnerReferences = []metav1.OwnerReference{*d.in.Owner}
	}
	return meta
}

// presetLabels are the labels that Spark puts on the driver.
func (d *draft) presetLabels() map[string]string {
	return map[string]string{
		sparklabels.SparkVersion:     d.in.SparkVersion,
		sparklabels.SparkAppSelector: d.in.AppID,
		sparklabels.SparkAppName:     sparklabels.SparkAppNameValue(d.in.AppName),
		sparklabels.SparkRole:        sparklabels.RoleDriver,
	}
}
