// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/monitoring"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Companions returns the objects that the application has beside those of Spark's client, as they are to be created: before the driver, which
// waits for some of them. They are the same whatever submits the driver.
func (p *Plan) Companions() []render.Object {
	var made []render.Object
	if files := monitoring.Of(p.app).Files; len(files) > 0 {
		made = append(made, &corev1.ConfigMap{
			TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
			ObjectMeta: metav1.ObjectMeta{Name: sparklabels.PrometheusConfigMap(p.app.Name)},
			Data:       files,
		})
	}
	run := p.run(p.conf)
	if ui := run.UI(p.options.WebUI); ui != nil {
		made = append(made, objectsOf(ui)...)
	}
	ports := run.Ports(p.options.WebUI)
	for i := range ports {
		made = append(made, objectsOf(&ports[i])...)
	}
	if budget := disruption.Budget(p.app, p.attempt.DriverPodName, p.options.Disruption); budget != nil {
		made = append(made, budget)
	}
	for _, object := range made {
		p.own(object)
	}
	return made
}

// DriverInfo returns how the driver and its web UI are reached, as far as it can be known before they are made.
func (p *Plan) DriverInfo() v1beta2.DriverInfo {
	info := v1beta2.DriverInfo{PodName: p.attempt.DriverPodName}
	if ui := p.run(p.conf).UI(p.options.WebUI); ui != nil {
		info.WebUIServiceName, info.WebUIPort = ui.Service.Name, ui.Service.Spec.Ports[0].Port
		if ui.Ingress != nil {
			info.WebUIIngressName, info.WebUIIngressAddress = ui.Ingress.Name, ui.Address
		}
	}
	return info
}

// run is what package webui looks at.
func (p *Plan) run(conf *sparkconf.Conf) webui.Run {
	return webui.Run{Namespace: p.app.Namespace, Name: p.app.Name, ID: p.attempt.ApplicationID, Spec: &p.app.Spec, Conf: conf}
}

func objectsOf(endpoint *webui.Endpoint) []render.Object {
	if endpoint.Ingress == nil {
		return []render.Object{endpoint.Service}
	}
	return []render.Object{endpoint.Service, endpoint.Ingress}
}

// own makes an object the attempt's: the operator's labels and annotations win over the author's, who could otherwise hide it from its deletion.
func (p *Plan) own(object render.Object) {
	object.SetNamespace(p.app.Namespace)
	object.SetLabels(with(object.GetLabels(), p.objectLabels()))
	object.SetAnnotations(with(object.GetAnnotations(), map[string]string{sparklabels.SpecHash: p.attempt.SpecHash}))
	object.SetOwnerReferences([]metav1.OwnerReference{podmutation.Owner(p.app)})
}

// with returns both maps as one; entries of the second win.
func with(entries, winners map[string]string) map[string]string {
	if entries == nil {
		return winners
	}
	maps.Copy(entries, winners)
	return entries
}

// beside returns what the companions of an application add to its plan, whose configuration is conf so far.
func (p *Plan) beside(conf *sparkconf.Conf) []Decoration {
	exposure := monitoring.Of(p.app)
	return []Decoration{
		{
			Driver:   PodDecoration{Annotations: exposure.Driver.Annotations, JavaOptions: exposure.Driver.JavaOptions},
			Executor: PodDecoration{Annotations: exposure.Executor.Annotations, JavaOptions: exposure.Executor.JavaOptions},
			Conf:     exposure.Conf,
		},
		{ConfDefaults: p.run(conf).ConfDefaults(p.options.WebUI)},
	}
}
