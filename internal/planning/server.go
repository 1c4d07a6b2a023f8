// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// A Connect server is the driver of an application that never ends by itself (see podmutation.IsServer), so that all
// that is known of drivers and executors is known of it. What is different about it is here.

// defaultConnectPort is the port of a server unless the configuration names another.
const defaultConnectPort = 15002

// connectPort is the port on which a server answers its clients. The value of the property has been checked.
func (p *Plan) connectPort() int32 {
	port, err := p.conf.Int(sparkconf.ConnectPort, defaultConnectPort)
	if err != nil {
		return defaultConnectPort
	}
	return int32(port)
}

// nameLabel is the label by which objects are found that belong to what is planned.
func (p *Plan) nameLabel() string {
	if podmutation.IsServer(p.app) {
		return sparklabels.ConnectName
	}
	return sparklabels.AppName
}

// serve makes a server of a driver that was rendered.
func (p *Plan) serve(objects *render.Objects) {
	if !podmutation.IsServer(p.app) {
		return
	}
	objects.Driver.Labels[sparklabels.SparkRole] = sparklabels.RoleConnectServer
	objects.Driver.Annotations = with(objects.Driver.Annotations, map[string]string{sparklabels.ConnectPort: strconv.Itoa(int(p.connectPort()))})
	if service := objects.Service; service != nil {
		service.Spec.Selector[sparklabels.SparkRole] = sparklabels.RoleConnectServer
		// Executors come before the server is ready for clients.
		service.Spec.PublishNotReadyAddresses = true
	}
	container := podmutation.SparkContainer(objects.Driver, podmutation.Input{App: p.app, Role: podmutation.Driver})
	p.templateResources(&container.Resources)
	p.probe(container)
}

// templateResources puts the resources of the template in the place of those that Spark computes: a server's fields
// size its JVM, and who writes more into the template knows what else runs there.
func (p *Plan) templateResources(resources *corev1.ResourceRequirements) {
	template := podmutation.TemplateContainer(&p.app.Spec, podmutation.Driver)
	if template == nil {
		return
	}
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		request, hasRequest := template.Resources.Requests[name]
		limit, hasLimit := template.Resources.Limits[name]
		if !hasRequest && !hasLimit {
			continue
		}
		resources.Requests = withQuantity(resources.Requests, name, request, hasRequest)
		resources.Limits = withQuantity(resources.Limits, name, limit, hasLimit)
	}
}

// withQuantity returns a list of resources with the one of the name, or without it.
func withQuantity(list corev1.ResourceList, name corev1.ResourceName, quantity resource.Quantity, set bool) corev1.ResourceList {
	if !set {
		delete(list, name)
		return list
	}
	if list == nil {
		list = corev1.ResourceList{}
	}
	list[name] = quantity
	return list
}

// The probes of a server: it may take five minutes to start, and is looked at often meanwhile.
const (
	startupDelay, startupPeriod, startupFailures = 5, 2, 150
	readyPeriod, readyFailures                   = 10, 3
)

// probe has the kubelet look whether the server's port is open, unless the template says how. Whether the server
// answers is for the operator to ask (see package inquiry).
func (p *Plan) probe(container *corev1.Container) {
	port := p.connectPort()
	open := corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(port)}}
	if container.StartupProbe == nil {
		container.StartupProbe = &corev1.Probe{
			ProbeHandler: open, InitialDelaySeconds: startupDelay, PeriodSeconds: startupPeriod, FailureThreshold: startupFailures,
		}
	}
	if container.ReadinessProbe == nil {
		container.ReadinessProbe = &corev1.Probe{ProbeHandler: open, PeriodSeconds: readyPeriod, FailureThreshold: readyFailures}
	}
	for i := range container.Ports {
		if container.Ports[i].Name == sparklabels.ConnectPortName {
			return
		}
	}
	container.Ports = append(container.Ports, corev1.ContainerPort{
		Name: sparklabels.ConnectPortName, ContainerPort: port, Protocol: corev1.ProtocolTCP,
	})
}
