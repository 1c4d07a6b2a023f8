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
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// sparkRole is what the checks need of the driver's or executors' part of an application.
type sparkRole struct {
	*v1beta2.SparkPodSpec

	coreRequest *string
	ports       []v1beta2.Port
	container   string
	// sparksPorts are names of ports that Spark gives the container itself; the API server refuses a second one of the name.
	sparksPorts []string
	// coresProperty stands in for cores.
	coresProperty string
}

func driverOf(spec *v1beta2.SparkApplicationSpec) sparkRole {
	ports := []string{sparklabels.DriverPortName, sparklabels.BlockManagerPortName, sparklabels.UIPortName}
	if atLeast(spec.SparkVersion, 4, 1) {
		ports = append(ports, sparklabels.ConnectPortName)
	}
	return sparkRole{
		SparkPodSpec: &spec.Driver.SparkPodSpec, coreRequest: spec.Driver.CoreRequest, ports: spec.Driver.Ports,
		container: podmutation.ContainerName(spec, podmutation.Driver), sparksPorts: ports, coresProperty: sparkconf.DriverCores,
	}
}

func executorOf(spec *v1beta2.SparkApplicationSpec) sparkRole {
	return sparkRole{
		SparkPodSpec: &spec.Executor.SparkPodSpec, coreRequest: spec.Executor.CoreRequest, ports: spec.Executor.Ports,
		container: podmutation.ContainerName(spec, podmutation.Executor), sparksPorts: []string{sparklabels.BlockManagerPortName}, coresProperty: sparkconf.ExecutorCores,
	}
}

// role looks at what driver and executors have in common.
func role(r sparkRole, spec *v1beta2.SparkApplicationSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	errs = append(errs, templates(spec.SparkVersion, r.Template, path.Child("template"))...)
	errs = append(errs, cores(r, spec.SparkConf, path)...)
	errs = append(errs, memory(r, path)...)
	errs = append(errs, labels(r, path)...)
	errs = append(errs, mounts(r, spec.Volumes, path.Child("volumeMounts"))...)
	errs = append(errs, containers(r.Sidecars, r.container, path.Child("sidecars"))...)
	errs = append(errs, containers(r.InitContainers, "", path.Child("initContainers"))...)
	return append(errs, containerPorts(r, path.Child("ports"))...)
}

// cores looks at request and limit of CPU. The API server would refuse a limit below the request, and say so of a pod that
// its author never wrote.
func cores(r sparkRole, conf map[string]string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	request := strconv.Itoa(1)
	if value, set := conf[r.coresProperty]; set {
		request = value
	}
	if r.Cores != nil {
		request = strconv.Itoa(int(*r.Cores))
	}
	if r.coreRequest != nil && *r.coreRequest != "" {
		request = *r.coreRequest
		if _, err := sparkconf.ParseCPU(request); err != nil {
			errs = append(errs, field.Invalid(path.Child("coreRequest"), request, "must be an amount of CPU, such as 1 or 500m"))
		}
	}
	if r.CoreLimit == nil || *r.CoreLimit == "" {
		return errs
	}
	limit, err := sparkconf.ParseCPU(*r.CoreLimit)
	if err != nil {
		return append(errs, field.Invalid(path.Child("coreLimit"), *r.CoreLimit, "must be an amount of CPU, such as 1 or 1200m"))
	}
	if asked, err := sparkconf.ParseCPU(request); err == nil && limit.Cmp(asked) < 0 {
		errs = append(errs, field.Invalid(path.Child("coreLimit"), *r.CoreLimit,
			fmt.Sprintf("must not be less than what is requested, which is %s; raise it, or lower coreRequest", request)))
	}
	return errs
}

func memory(r sparkRole, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	if r.Memory != nil {
		errs = append(errs, heap(*r.Memory, path.Child("memory"))...)
	}
	if r.MemoryOverhead != nil {
		if size, err := sparkconf.ParseMiB(*r.MemoryOverhead); err != nil || size < 0 {
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

func heap(size string, path *field.Path) field.ErrorList {
	if bytes, err := sparkconf.ParseBytes(size); err != nil || bytes <= 0 {
		return field.ErrorList{field.Invalid(path, size, "must be a whole number with a unit of Spark, such as 512m or 2g")}
	}
	return nil
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
func mounts(r sparkRole, declared []corev1.Volume, path *field.Path) field.ErrorList {
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
		// Scratch space is looked at where Spark is told of it.
		if !known.Has(mount.Name) && !strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix) {
			errs = append(errs, field.Invalid(at.Child("name"), mount.Name, "the volume is not declared; add it to spec.volumes"))
		}
		if mount.MountPath == "" {
			errs = append(errs, field.Required(at.Child("mountPath"), "set it to the path in the container"))
		}
	}
	return errs
}

// containers looks at the names of further containers; spark is that of Spark's own.
func containers(list []corev1.Container, spark string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := sets.New[string]()
	for i := range list {
		name, at := list[i].Name, path.Index(i).Child("name")
		switch {
		case name == spark:
			errs = append(errs, field.Invalid(at, name, "it is the container that Spark runs in; rename it"))
		case seen.Has(name):
			errs = append(errs, field.Duplicate(at, name))
		}
		seen.Insert(name)
	}
	return errs
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
