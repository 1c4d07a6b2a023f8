// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Ports of the driver unless the configuration names others.
const (
	defaultDriverPort       = int64(7078)
	defaultBlockManagerPort = int64(7079)
	defaultUIPort           = int64(4040)
)

// pullPolicies are what Spark takes as an image pull policy.
var pullPolicies = []string{"Always", "Never", "IfNotPresent"}

// ports are the ports of the driver.
type ports struct {
	driver, blockManager, ui int32
}

// basics is Spark's BasicDriverFeatureStep: name, labels, image, ports, environment and resources.
func (d *draft) basics() error {
	if err := d.basicPod(); err != nil {
		return err
	}
	if err := d.basicContainer(); err != nil {
		return err
	}
	if err := d.basicResources(); err != nil {
		return err
	}
	d.properties.Set(sparkconf.DriverPodName, d.pod.Name)
	d.properties.Set(sparkconf.AppID, d.in.AppID)
	d.properties.Set(sparkconf.SubmitInDriver, "true")
	return nil
}

func (d *draft) basicPod() error {
	name := d.conf.Get(sparkconf.DriverPodName)
	if name == "" {
		name = d.in.Names.Prefix + "-driver"
	}
	labels, err := d.labels()
	if err != nil {
		return err
	}
	d.pod.Namespace = d.in.Namespace
	d.pod.Name = name
	if d.in.Owner != nil {
		d.pod.OwnerReferences = append(d.pod.OwnerReferences, *d.in.Owner)
	}
	d.pod.Labels = merged(d.pod.Labels, labels)
	for _, annotation := range d.conf.WithPrefix(sparkconf.DriverAnnotationPrefix) {
		setAnnotation(d.pod, annotation.Key, substituteIDs(annotation.Value, d.in.AppID, ""))
	}
	d.pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	applyPlacement(d.pod, d.conf, sparkconf.DriverNodeSelectorPrefix, sparkconf.DriverSchedulerName)
	return nil
}

// labels are the driver's labels: the user's and Spark's. They are the selector of its Service as well.
func (d *draft) labels() (map[string]string, error) {
	labels := map[string]string{}
	for _, label := range d.conf.WithPrefix(sparkconf.DriverLabelPrefix) {
		if sparklabels.ReservedDriver(label.Key) {
			return nil, fmt.Errorf("label %q is reserved for Spark: remove it", label.Key)
		}
		labels[label.Key] = d.version.labelValue(label.Value, d.in.AppID, "")
	}
	maps.Copy(labels, d.presetLabels())
	return labels, nil
}

func (d *draft) basicContainer() error {
	c := d.container
	if c.Name == "" {
		c.Name = sparklabels.DriverContainer
	}
	image, found := d.conf.Lookup(sparkconf.DriverContainerImage, sparkconf.ContainerImage)
	if !found {
		return fmt.Errorf("no container image is given for the driver")
	}
	c.Image = image
	policy, err := pullPolicy(d.conf)
	if err != nil {
		return err
	}
	c.ImagePullPolicy = policy
	ports, err := d.basicPorts()
	if err != nil {
		return err
	}
	c.Ports = append(c.Ports,
		corev1.ContainerPort{Name: sparklabels.DriverPortName, ContainerPort: ports.driver, Protocol: corev1.ProtocolTCP},
		corev1.ContainerPort{Name: sparklabels.BlockManagerPortName, ContainerPort: ports.blockManager, Protocol: corev1.ProtocolTCP},
		corev1.ContainerPort{Name: sparklabels.UIPortName, ContainerPort: ports.ui, Protocol: corev1.ProtocolTCP},
	)
	if err := d.connectContainerPort(); err != nil {
		return err
	}
	if err := escalation(c, d.conf, d.version, sparkconf.DriverEscalation); err != nil {
		return err
	}
	user := d.in.SparkUser
	if d.version.noEscalation && d.in.ProxyUser != "" {
		user = d.in.ProxyUser
	}
	c.Env = append(c.Env,
		corev1.EnvVar{Name: "SPARK_USER", Value: user},
		corev1.EnvVar{Name: "SPARK_APPLICATION_ID", Value: d.in.AppID},
	)
	for _, variable := range d.conf.WithPrefix(sparkconf.DriverEnvPrefix) {
		c.Env = append(c.Env, corev1.EnvVar{Name: variable.Key, Value: variable.Value})
	}
	c.Env = append(c.Env, fieldEnv("SPARK_DRIVER_BIND_ADDRESS", "status.podIP"))
	return nil
}

func (d *draft) basicPorts() (ports, error) {
	driver, err := d.conf.Int(sparkconf.DriverPort, defaultDriverPort)
	if err != nil {
		return ports{}, err
	}
	shared, err := d.conf.Int(sparkconf.BlockManagerPort, defaultBlockManagerPort)
	if err != nil {
		return ports{}, err
	}
	blockManager, err := d.conf.Int(sparkconf.DriverBlockManagerPort, shared)
	if err != nil {
		return ports{}, err
	}
	ui, err := d.conf.Int(sparkconf.UIPort, defaultUIPort)
	if err != nil {
		return ports{}, err
	}
	return ports{int32(driver), int32(blockManager), int32(ui)}, nil
}

func (d *draft) basicResources() error {
	memory, err := driverMemory(d.conf, d.version, d.language)
	if err != nil {
		return err
	}
	cores, err := d.conf.Int(sparkconf.DriverCores, 1)
	if err != nil {
		return err
	}
	request, found := d.conf.Lookup(sparkconf.DriverRequestCores)
	if !found {
		request = fmt.Sprint(cores)
	}
	if err := addResources(d.container, memory.totalMiB, request, d.conf.Get(sparkconf.DriverLimitCores)); err != nil {
		return err
	}
	if err := addCustomResources(d.container, d.conf, sparkconf.DriverResourcePrefix); err != nil {
		return err
	}
	d.properties.Set(sparkconf.MemoryOverheadFactor, sparkconf.FormatFloat(memory.defaultFactor))
	return nil
}

// applyPlacement sets what driver and executors share: node selectors, pull secrets and scheduler.
func applyPlacement(pod *corev1.Pod, conf *sparkconf.Conf, selectorPrefix, schedulerKey string) {
	pod.Spec.NodeSelector = merged(pod.Spec.NodeSelector, conf.MapWithPrefix(sparkconf.NodeSelectorPrefix))
	pod.Spec.NodeSelector = merged(pod.Spec.NodeSelector, conf.MapWithPrefix(selectorPrefix))
	for _, secret := range conf.List(sparkconf.ImagePullSecrets) {
		pod.Spec.ImagePullSecrets = append(pod.Spec.ImagePullSecrets, corev1.LocalObjectReference{Name: secret})
	}
	if scheduler, found := conf.Lookup(schedulerKey, sparkconf.SchedulerName); found {
		pod.Spec.SchedulerName = scheduler
	}
}

func pullPolicy(conf *sparkconf.Conf) (corev1.PullPolicy, error) {
	policy, found := conf.Lookup(sparkconf.ImagePullPolicy)
	if !found {
		return corev1.PullIfNotPresent, nil
	}
	if !slices.Contains(pullPolicies, policy) {
		return "", fmt.Errorf("%s is %q, want one of %s", sparkconf.ImagePullPolicy, policy, strings.Join(pullPolicies, ", "))
	}
	return corev1.PullPolicy(policy), nil
}

// labelValue fills in ids where the version does so in labels.
func (v Version) labelValue(value, appID, executorID string) string {
	if !v.labelIDs {
		return value
	}
	return substituteIDs(value, appID, executorID)
}

// substituteIDs fills in the ids that Spark fills into labels and annotations.
func substituteIDs(value, appID, executorID string) string {
	if !strings.Contains(value, "{{") {
		return value
	}
	return strings.NewReplacer("{{APP_ID}}", appID, "{{EXECUTOR_ID}}", executorID).Replace(value)
}

func fieldEnv(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
		FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: path},
	}}
}

// merged returns the first map with the second one's entries, or the second where there is no first.
func merged(into, from map[string]string) map[string]string {
	if into == nil {
		return from
	}
	maps.Copy(into, from)
	return into
}

func setAnnotation(pod *corev1.Pod, key, value string) {
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations[key] = value
}
