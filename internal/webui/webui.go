// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webui

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"net/url"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// defaultPort is the port of the web UI unless spark.ui.port says another.
const defaultPort = 4040

// rewriteTarget is the annotation by which ingress-nginx cuts the path of the Ingress off, as the driver does not know
// it.
const rewriteTarget = "nginx.ingress.kubernetes.io/rewrite-target"

// Options are what the operator's configuration says.
type Options struct {
	// Service is whether each run gets a Service of its web UI.
	Service bool
	// URLFormat is the URL of the Ingress of each run's web UI; empty for none.
	URLFormat string
	// ClassName is the class of all Ingresses; empty for the cluster's default.
	ClassName string
	// Annotations and TLS are those of Ingresses for which the application has none of its own.
	Annotations map[string]string
	TLS         []networkingv1.IngressTLS
}

// Run is a run whose driver is to be reached.
type Run struct {
	// Namespace and Name are those of the application, and ID is Spark's.
	Namespace, Name, ID string
	// Spec is that of the application.
	Spec *v1beta2.SparkApplicationSpec
	// Conf is the effective Spark configuration.
	Conf *sparkconf.Conf
}

// Endpoint is a port of the driver that is reached from elsewhere.
type Endpoint struct {
	// Service has the port.
	Service *corev1.Service
	// Ingress leads to the Service; nil where there is none.
	Ingress *networkingv1.Ingress
	// Address is the URL that the Ingress serves; empty where there is none, or it serves any host.
	Address string
}

// UI returns the endpoint of the web UI; nil where it has none, because the configuration or the application wants
// none, or because nobody knows its port beforehand.
func (r Run) UI(o Options) *Endpoint {
	target, serves := r.port()
	if !o.Service || !serves {
		return nil
	}
	wanted, port := v1beta2.SparkUIConfiguration{}, target
	if own := r.Spec.SparkUIOptions; own != nil {
		wanted, port = *own, int32(defaultPort)
	}
	port = valueOr(wanted.ServicePort, port)
	endpoint := &Endpoint{Service: r.service(sparklabels.UIService(r.Name), servicePort{
		name: valueOr(wanted.ServicePortName, sparklabels.UIServicePortName), number: port, target: target,
		kind: wanted.ServiceType, labels: wanted.ServiceLabels, annotations: wanted.ServiceAnnotations,
	})}
	if location := r.location(o); location != nil {
		endpoint.Address = addressOf(location)
		endpoint.Ingress = o.ingress(sparklabels.UIIngress(r.Name), endpoint.Service, location, wanted.IngressAnnotations, wanted.IngressTLS)
	}
	return endpoint
}

// Ports returns the endpoints that the application asks for beside its web UI.
func (r Run) Ports(o Options) []Endpoint {
	var endpoints []Endpoint
	for i := range r.Spec.DriverIngressOptions {
		wanted := &r.Spec.DriverIngressOptions[i]
		port := valueOr(wanted.ServicePort, 0)
		location, err := locate(wanted.IngressURLFormat, r)
		if port == 0 || err != nil {
			continue // Package validation has refused it.
		}
		service := r.service(sparklabels.DriverIngressService(r.Name, port), servicePort{
			name: valueOr(wanted.ServicePortName, ""), number: port, target: port,
			kind: wanted.ServiceType, labels: wanted.ServiceLabels, annotations: wanted.ServiceAnnotations,
		})
		ingress := o.ingress(sparklabels.DriverIngress(r.Name, port), service, location, wanted.IngressAnnotations, wanted.IngressTLS)
		endpoints = append(endpoints, Endpoint{Service: service, Ingress: ingress, Address: addressOf(location)})
	}
	return endpoints
}

// ConfDefaults are the properties by which the web UI knows that it is served below a path. The application's own win.
func (r Run) ConfDefaults(o Options) []sparkconf.Property {
	location := r.location(o)
	if location == nil || location.Path == "" {
		return nil
	}
	return []sparkconf.Property{{Key: sparkconf.UIProxyBase, Value: location.Path}, {Key: sparkconf.UIProxyRedirectURI, Value: "/"}}
}

// Warnings say what an application or the configuration asks for in vain.
func (r Run) Warnings(o Options) []string {
	var warnings []string
	_, serves := r.port()
	switch {
	case r.Spec.SparkUIOptions == nil:
	case !o.Service:
		warnings = append(warnings, "spec.sparkUIOptions has no effect: the operator's configuration says that web UIs get no Service")
	case !serves:
		warnings = append(warnings, "spec.sparkUIOptions has no effect: by spark.ui.enabled or spark.ui.port the driver has no web UI at a port that is known beforehand")
	}
	if o.Service && serves && o.URLFormat != "" {
		if _, err := locate(o.URLFormat, r); err != nil {
			warnings = append(warnings, fmt.Sprintf("the web UI gets no Ingress: the URL that the operator's configuration gives it cannot be served: %v", err))
		}
	}
	return warnings
}

// port returns the port of the driver's web UI, and whether there is one that is known beforehand: with port 0 the
// driver takes any.
func (r Run) port() (number int32, serves bool) {
	enabled, err := r.Conf.Bool(sparkconf.UIEnabled, true)
	port, portErr := r.Conf.Int(sparkconf.UIPort, defaultPort)
	if err != nil || portErr != nil || !enabled || port < 1 || port > math.MaxUint16 {
		return 0, false
	}
	return int32(port), true
}

// location returns where the web UI's Ingress serves; nil where there is none.
func (r Run) location(o Options) *url.URL {
	if _, serves := r.port(); !serves || !o.Service || o.URLFormat == "" {
		return nil
	}
	location, err := locate(o.URLFormat, r)
	if err != nil {
		return nil // Warnings warns of it.
	}
	return location
}

// servicePort is the port of a Service, and what its author wants of the Service.
type servicePort struct {
	name                string
	number, target      int32
	kind                *corev1.ServiceType
	labels, annotations map[string]string
}

func (r Run) service(name string, port servicePort) *corev1.Service {
	return &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: maps.Clone(port.labels), Annotations: maps.Clone(port.annotations)},
		Spec: corev1.ServiceSpec{
			Type:     valueOr(port.kind, corev1.ServiceTypeClusterIP),
			Selector: map[string]string{sparklabels.AppName: r.Name, sparklabels.SparkRole: sparklabels.RoleDriver},
			Ports: []corev1.ServicePort{{
				Name: port.name, Port: port.number, TargetPort: intstr.FromInt32(port.target), Protocol: corev1.ProtocolTCP,
			}},
		},
	}
}

// ingress leads from a location to a Service. Below a path, ingress-nginx cuts it off, unless the author rewrites paths
// himself.
func (o Options) ingress(name string, service *corev1.Service, location *url.URL, annotations map[string]string, tls []networkingv1.IngressTLS) *networkingv1.Ingress {
	if len(annotations) == 0 {
		annotations = o.Annotations
	}
	if len(tls) == 0 {
		tls = o.TLS
	}
	ingress := &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: networkingv1.SchemeGroupVersion.String(), Kind: "Ingress"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: maps.Clone(annotations)},
		Spec:       networkingv1.IngressSpec{TLS: copyOf(tls)},
	}
	if o.ClassName != "" {
		ingress.Spec.IngressClassName = &o.ClassName
	}
	path := "/"
	if location.Path != "" {
		path = location.Path + "(/|$)(.*)"
		if ingress.Annotations == nil {
			ingress.Annotations = map[string]string{}
		}
		ingress.Annotations[rewriteTarget] = cmp.Or(ingress.Annotations[rewriteTarget], "/$2")
	}
	pathType := networkingv1.PathTypeImplementationSpecific
	backend := networkingv1.IngressServiceBackend{Name: service.Name, Port: networkingv1.ServiceBackendPort{Number: service.Spec.Ports[0].Port}}
	ingress.Spec.Rules = []networkingv1.IngressRule{{
		Host: location.Hostname(),
		IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
			Path: path, PathType: &pathType, Backend: networkingv1.IngressBackend{Service: &backend},
		}}}},
	}}
	return ingress
}

func copyOf(tls []networkingv1.IngressTLS) []networkingv1.IngressTLS {
	copied := make([]networkingv1.IngressTLS, 0, len(tls))
	for i := range tls {
		copied = append(copied, *tls[i].DeepCopy())
	}
	if len(copied) == 0 {
		return nil
	}
	return copied
}

// valueOr returns what an optional field says, or else what holds without it.
func valueOr[T comparable](field *T, otherwise T) T {
	var nothing T
	if field == nil || *field == nothing {
		return otherwise
	}
	return *field
}
