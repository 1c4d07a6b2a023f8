// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features

import (
	"net"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// webUI has the driver's web UI reached by a Service and an Ingress.
var webUI = Feature{
	Name: "web UI",
	Decorate: func(r Run) Decoration {
		if !isExposed(r) {
			return Decoration{}
		}
		return Decoration{ConfDefaults: exposed(r).ConfDefaults(r.Options.WebUI)}
	},
	Dependents: func(r Run) []Dependent {
		if !isExposed(r) {
			return nil
		}
		endpoint := exposed(r).UI(r.Options.WebUI)
		if endpoint == nil {
			return nil
		}
		made := dependentsOf(endpoint)
		made[0].Note = noteService
		if endpoint.Ingress != nil {
			made[1].Note = func(ingress render.Object, info *v1beta2.DriverInfo) {
				info.WebUIIngressName, info.WebUIIngressAddress = ingress.GetName(), endpoint.Address
			}
		}
		return made
	},
	Ended: func(_ Options, app *v1beta2.SparkApplication, _ *corev1.Pod) []render.Object {
		return leading(app.Status.DriverInfo.WebUIIngressName, app.Status.DriverInfo.WebUIServiceName)
	},
	Warnings: func(r Run) []string { return exposed(r).Warnings(r.Options.WebUI) },
}

// driverPorts has further ports of the driver reached by a Service and an Ingress each.
var driverPorts = Feature{
	Name: "driver ports",
	Dependents: func(r Run) []Dependent {
		var made []Dependent
		endpoints := exposed(r).Ports(r.Options.WebUI)
		for i := range endpoints {
			made = append(made, dependentsOf(&endpoints[i])...)
		}
		return made
	},
	Ended: func(_ Options, app *v1beta2.SparkApplication, _ *corev1.Pod) []render.Object {
		var ended []render.Object
		for i := range app.Spec.DriverIngressOptions {
			if port := app.Spec.DriverIngressOptions[i].ServicePort; port != nil {
				ended = append(ended, leading(sparklabels.DriverIngress(app.Name, *port), sparklabels.DriverIngressService(app.Name, *port))...)
			}
		}
		return ended
	},
}

// isExposed reports whether a driver has a Service of its own for its web UI: that of a Connect server has a port for
// it.
func isExposed(r Run) bool { return !podmutation.IsServer(r.App) }

// exposed is the run as package webui looks at it.
func exposed(r Run) webui.Run {
	return webui.Run{Namespace: r.App.Namespace, Name: r.App.Name, ID: r.Attempt.ApplicationID, Spec: &r.App.Spec, Conf: r.Conf}
}

// dependentsOf returns the Service of an endpoint, and its Ingress where there is one. Without the Service the Ingress
// would lead to what has its name and is somebody else's.
func dependentsOf(endpoint *webui.Endpoint) []Dependent {
	made := []Dependent{{Object: endpoint.Service}}
	if endpoint.Ingress != nil {
		made = append(made, Dependent{Object: endpoint.Ingress, Needs: endpoint.Service.Name})
	}
	return made
}

// leading returns the Ingress and Service of those names. A status may have any text in their place, which is nobody's
// name.
func leading(ingress, service string) []render.Object {
	var objects []render.Object
	if identity.IsName(ingress) {
		objects = append(objects, &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Name: ingress}})
	}
	if identity.IsName(service) {
		objects = append(objects, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: service}})
	}
	return objects
}

func noteService(made render.Object, info *v1beta2.DriverInfo) {
	service, isService := made.(*corev1.Service)
	if !isService {
		return
	}
	info.WebUIServiceName, info.WebUIPort = service.Name, service.Spec.Ports[0].Port
	if ip := service.Spec.ClusterIP; ip != "" && ip != corev1.ClusterIPNone {
		info.WebUIAddress = net.JoinHostPort(ip, strconv.Itoa(int(info.WebUIPort)))
	}
}
