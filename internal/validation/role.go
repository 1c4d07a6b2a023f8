// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// sparkRole is what the checks need of the driver's or executors' part of an application.
type sparkRole struct {
	*v1beta2.SparkPodSpec

	// name is that of the role's field.
	name        string
	coreRequest *string
	ports       []v1beta2.Port
	// asked is the name by which Spark looks for its container in a template, and usual the one that it gives it where
	// that has none.
	asked, usual string
	// sparksPorts are names of ports that Spark gives the container itself; the API server refuses a second one of the
	// name.
	sparksPorts []string
	// coresProperty, requestProperty and limitProperty stand in for the fields of cores.
	coresProperty, requestProperty, limitProperty string
}

func driverOf(spec *v1beta2.SparkApplicationSpec) sparkRole {
	ports := []string{sparklabels.DriverPortName, sparklabels.BlockManagerPortName, sparklabels.UIPortName}
	if atLeast(spec.SparkVersion, 4, 1) {
		ports = append(ports, sparklabels.ConnectPortName)
	}
	return sparkRole{
		SparkPodSpec: &spec.Driver.SparkPodSpec, name: "driver", coreRequest: spec.Driver.CoreRequest, ports: spec.Driver.Ports,
		asked: podmutation.AskedContainer(spec, podmutation.Driver), usual: sparklabels.DriverContainer,
		sparksPorts: ports, coresProperty: sparkconf.DriverCores,
		requestProperty: sparkconf.DriverRequestCores, limitProperty: sparkconf.DriverLimitCores,
	}
}

func executorOf(spec *v1beta2.SparkApplicationSpec) sparkRole {
	return sparkRole{
		SparkPodSpec: &spec.Executor.SparkPodSpec, name: "executor", coreRequest: spec.Executor.CoreRequest, ports: spec.Executor.Ports,
		asked: podmutation.AskedContainer(spec, podmutation.Executor), usual: sparklabels.ExecutorContainer,
		sparksPorts: []string{sparklabels.BlockManagerPortName}, coresProperty: sparkconf.ExecutorCores,
		requestProperty: sparkconf.ExecutorRequestCores, limitProperty: sparkconf.ExecutorLimitCores,
	}
}

// role looks at what driver and executors have in common; the spec stands at root.
func role(r sparkRole, spec *v1beta2.SparkApplicationSpec, root *field.Path) field.ErrorList {
	path := root.Child(r.name)
	var errs field.ErrorList
	errs = append(errs, templates(spec.SparkVersion, r.Template, path.Child("template"))...)
	errs = append(errs, cores(r, spec.SparkConf, path, root.Child("sparkConf"))...)
	errs = append(errs, memory(r, spec.SparkVersion, path)...)
	errs = append(errs, labels(r, path)...)
	errs = append(errs, mounts(r, spec.Volumes, path.Child("volumeMounts"), root.Child("volumes"))...)
	errs = append(errs, podContainers{r.Template, r.Sidecars, r.InitContainers, r.asked, r.usual}.check(path)...)
	return append(errs, containerPorts(r, path.Child("ports"))...)
}

// cores looks at request and limit of CPU. The API server would refuse a limit below the request, and say so of a pod
// that its author never wrote.
func cores(r sparkRole, conf map[string]string, path, properties *field.Path) field.ErrorList {
	request := cpu{field: path.Child("cores"), value: "1"}
	request.property(conf, r.coresProperty, properties)
	if r.Cores != nil {
		request = cpu{path.Child("cores"), strconv.Itoa(int(*r.Cores))}
	}
	request.property(conf, r.requestProperty, properties)
	request.set(r.coreRequest, path.Child("coreRequest"))
	limit := cpu{}
	limit.property(conf, r.limitProperty, properties)
	limit.set(r.CoreLimit, path.Child("coreLimit"))

	var errs field.ErrorList
	asked, err := sparkconf.ParseCPU(request.value)
	if err != nil {
		errs = append(errs, field.Invalid(request.field, request.value, "must be an amount of CPU, such as 1 or 500m"))
	}
	if limit.value == "" {
		return errs
	}
	most, limitErr := sparkconf.ParseCPU(limit.value)
	if limitErr != nil {
		return append(errs, field.Invalid(limit.field, limit.value, "must be an amount of CPU, such as 1 or 1200m"))
	}
	if err == nil && most.Cmp(asked) < 0 {
		errs = append(errs, field.Invalid(limit.field, limit.value,
			fmt.Sprintf("must not be less than what is requested, which is %s by %s; raise it, or lower %s", request.value, request.field, path.Child("coreRequest"))))
	}
	return errs
}

// cpu is an amount of CPU and where it is from. What a property says that is none is for whoever renders it: it may be
// a reference.
type cpu struct {
	field *field.Path
	value string
}

func (c *cpu) set(value *string, field *field.Path) {
	if value != nil && *value != "" {
		c.field, c.value = field, *value
	}
}

func (c *cpu) property(conf map[string]string, key string, path *field.Path) {
	if value, set := conf[key]; set {
		if _, err := sparkconf.ParseCPU(value); err == nil {
			c.field, c.value = path.Key(key), value
		}
	}
}

func memory(r sparkRole, sparkVersion string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if r.Memory != nil {
		errs = append(errs, heap(*r.Memory, sparkVersion, path.Child("memory"))...)
	}
	if r.MemoryOverhead != nil {
		if size, err := bytesOf(*r.MemoryOverhead, sparkVersion); err != nil || size < 0 {
			errs = append(errs, field.Invalid(path.Child("memoryOverhead"), *r.MemoryOverhead, "must be a whole number, of MiB unless a unit of Spark follows, such as 384m"))
		}
	}
	if r.MemoryLimit != nil && *r.MemoryLimit != "" {
		if _, err := sparkconf.ParseMemoryLimit(*r.MemoryLimit); err != nil {
			errs = append(errs, field.Invalid(path.Child("memoryLimit"), *r.MemoryLimit, "must be a number with a unit, such as 512m or 2Gi"))
		}
	}
	return errs
}

func heap(size, sparkVersion string, path *field.Path) field.ErrorList {
	if bytes, err := bytesOf(size, sparkVersion); err != nil || bytes <= 0 {
		return field.ErrorList{field.Invalid(path, size, "must be a whole number with a unit of Spark, such as 512m or 2g")}
	}
	return nil
}

// bytesOf reads a size as the version of Spark does.
func bytesOf(size, sparkVersion string) (int64, error) {
	const key = "size"
	conf := render.ForVersion(sparkVersion).Version.Reading(sparkconf.New(sparkconf.Property{Key: key, Value: size}))
	return conf.Bytes(0, key)
}

// placeholders are filled in by Spark in the labels and annotations of executors.
var placeholders = strings.NewReplacer("{{APP_ID}}", "id", "{{EXECUTOR_ID}}", "1")

// labels leaves out names that cannot become Spark properties: they are refused for that.
func labels(r sparkRole, path *field.Path) field.ErrorList {
	filled := make(map[string]string, len(r.Labels))
	for key, value := range r.Labels {
		if sparkconf.ValidKey(key) {
			filled[key] = placeholders.Replace(value)
		}
	}
	errs := metav1validation.ValidateLabels(filled, path.Child("labels"))
	for _, key := range slices.Sorted(maps.Keys(r.Annotations)) {
		if !sparkconf.ValidKey(key) {
			continue
		}
		// The API server, too, looks at annotations without regard to case.
		errs = append(errs, invalid(path.Child("annotations"), key, content.IsLabelKey(strings.ToLower(key)))...)
	}
	return errs
}

// mounts asks that every mounted volume is declared, by the application or in the role's template.
func mounts(r sparkRole, declared []corev1.Volume, path, volumes *field.Path) field.ErrorList {
	known := sets.New[string]()
	for i := range declared {
		known.Insert(declared[i].Name)
	}
	if r.Template != nil {
		for i := range r.Template.Spec.Volumes {
			known.Insert(r.Template.Spec.Volumes[i].Name)
		}
	}
	var errs field.ErrorList
	for i := range r.VolumeMounts {
		mount, at := &r.VolumeMounts[i], path.Index(i)
		if !known.Has(mount.Name) {
			errs = append(errs, field.Invalid(at.Child("name"), mount.Name, "the volume is not declared; add it to "+volumes.String()))
		}
		if mount.MountPath == "" {
			errs = append(errs, field.Required(at.Child("mountPath"), "set it to the path in the container"))
		}
	}
	return append(errs, subPaths(r.VolumeMounts, path)...)
}

const sparksPort = "Spark adds a port of the name itself; rename it, or change Spark's own by its property, such as spark.ui.port"

func containerPorts(r sparkRole, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	protocols := []corev1.Protocol{corev1.ProtocolTCP, corev1.ProtocolUDP, corev1.ProtocolSCTP}
	seen := sets.New[string]()
	for i, port := range r.ports {
		at := path.Index(i)
		errs = append(errs, portNumber(port.ContainerPort, at.Child("containerPort"))...)
		errs = append(errs, portName(port.Name, at.Child("name"))...)
		switch {
		case slices.Contains(r.sparksPorts, port.Name):
			errs = append(errs, field.Invalid(at.Child("name"), port.Name, sparksPort))
		case seen.Has(port.Name):
			errs = append(errs, field.Duplicate(at.Child("name"), port.Name))
		}
		seen.Insert(port.Name)
		if !slices.Contains(protocols, corev1.Protocol(port.Protocol)) {
			errs = append(errs, field.NotSupported(at.Child("protocol"), port.Protocol, protocols))
		}
	}
	return errs
}
