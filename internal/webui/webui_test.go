// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webui_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

type (
	strs = map[string]string
	spec = v1beta2.SparkApplicationSpec
)

func runOf(change func(*spec), conf ...string) webui.Run {
	r := webui.Run{Namespace: "team", Name: "pi", ID: "spark-1", Spec: &spec{}, Conf: &sparkconf.Conf{}}
	if change != nil {
		change(r.Spec)
	}
	for _, property := range conf {
		key, value, _ := strings.Cut(property, "=")
		r.Conf.Set(key, value)
	}
	return r
}

func service(change func(*corev1.Service)) *corev1.Service {
	s := &corev1.Service{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Service"},
		ObjectMeta: metav1.ObjectMeta{Name: "pi-ui-svc"},
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: strs{sparklabels.AppName: "pi", sparklabels.SparkRole: "driver"},
			Ports:    []corev1.ServicePort{{Name: "spark-driver-ui-port", Port: 4040, TargetPort: intstr.FromInt32(4040), Protocol: corev1.ProtocolTCP}},
		},
	}
	if change != nil {
		change(s)
	}
	return s
}

func ingress(change func(*networkingv1.Ingress)) *networkingv1.Ingress {
	kind := networkingv1.PathTypeImplementationSpecific
	i := &networkingv1.Ingress{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "Ingress"},
		ObjectMeta: metav1.ObjectMeta{Name: "pi-ui-ingress"},
		Spec: networkingv1.IngressSpec{Rules: []networkingv1.IngressRule{{
			Host: "pi.example.com",
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
				Path: "/", PathType: &kind,
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "pi-ui-svc", Port: networkingv1.ServiceBackendPort{Number: 4040}}},
			}}}},
		}}},
	}
	if change != nil {
		change(i)
	}
	return i
}

func rule(i *networkingv1.Ingress) *networkingv1.HTTPIngressPath {
	return &i.Spec.Rules[0].HTTP.Paths[0]
}

func port(number, target int32) func(*corev1.Service) {
	return func(s *corev1.Service) {
		s.Spec.Ports[0].Port, s.Spec.Ports[0].TargetPort = number, intstr.FromInt32(target)
	}
}

func TestUI(t *testing.T) {
	tls := []networkingv1.IngressTLS{{Hosts: []string{"pi.example.com"}, SecretName: "tls"}}
	clusters := webui.Options{Service: true, URLFormat: "{{$appName}}.example.com", ClassName: "nginx", Annotations: strs{"a": "cluster"}, TLS: tls}
	withOptions := func(ui v1beta2.SparkUIConfiguration) func(*spec) { return func(s *spec) { s.SparkUIOptions = &ui } }
	cases := map[string]struct {
		run     webui.Run
		options webui.Options
		want    *webui.Endpoint
	}{
		"no Service is wanted":    {run: runOf(nil), options: webui.Options{URLFormat: "{{$appName}}.example.com"}},
		"the web UI is off":       {run: runOf(nil, "spark.ui.enabled=false"), options: clusters},
		"its port is any":         {run: runOf(nil, "spark.ui.port=0"), options: clusters},
		"its port is no port":     {run: runOf(nil, "spark.ui.port=http"), options: clusters},
		"a Service":               {run: runOf(nil), options: webui.Options{Service: true}, want: &webui.Endpoint{Service: service(nil)}},
		"at the port of the UI":   {run: runOf(nil, "spark.ui.port=5050"), options: webui.Options{Service: true}, want: &webui.Endpoint{Service: service(port(5050, 5050))}},
		"with options it is 4040": {run: runOf(withOptions(v1beta2.SparkUIConfiguration{}), "spark.ui.port=5050"), options: webui.Options{Service: true}, want: &webui.Endpoint{Service: service(port(4040, 5050))}},
		"a Service as the author wants it": {
			run: runOf(withOptions(v1beta2.SparkUIConfiguration{
				ServicePort: new(int32(80)), ServicePortName: new("http"), ServiceType: new(corev1.ServiceTypeNodePort),
				ServiceLabels: strs{"a": "b"}, ServiceAnnotations: strs{"c": "d"},
			})),
			options: webui.Options{Service: true},
			want: &webui.Endpoint{Service: service(func(s *corev1.Service) {
				port(80, 4040)(s)
				s.Spec.Ports[0].Name, s.Spec.Type, s.Labels, s.Annotations = "http", corev1.ServiceTypeNodePort, strs{"a": "b"}, strs{"c": "d"}
			})},
		},
		"an Ingress as the cluster wants it": {
			run: runOf(nil), options: clusters,
			want: &webui.Endpoint{Service: service(nil), Address: "http://pi.example.com", Ingress: ingress(func(i *networkingv1.Ingress) {
				i.Annotations, i.Spec.IngressClassName, i.Spec.TLS = strs{"a": "cluster"}, new("nginx"), tls
			})},
		},
		"an Ingress as the author wants it": {
			run: runOf(withOptions(v1beta2.SparkUIConfiguration{
				ServicePort: new(int32(80)), IngressAnnotations: strs{"b": "own"}, IngressTLS: []networkingv1.IngressTLS{{SecretName: "own"}},
			})),
			options: clusters,
			want: &webui.Endpoint{Service: service(port(80, 4040)), Address: "http://pi.example.com", Ingress: ingress(func(i *networkingv1.Ingress) {
				i.Annotations, i.Spec.IngressClassName, i.Spec.TLS = strs{"b": "own"}, new("nginx"), []networkingv1.IngressTLS{{SecretName: "own"}}
				rule(i).Backend.Service.Port.Number = 80
			})},
		},
		"an Ingress below a path": {
			run: runOf(nil), options: webui.Options{Service: true, URLFormat: "https://spark.example.com/{{ $appNamespace }}/{{$appName}}/{{$appId}}/"},
			want: &webui.Endpoint{Service: service(nil), Address: "https://spark.example.com/team/pi/spark-1", Ingress: ingress(func(i *networkingv1.Ingress) {
				i.Annotations = strs{"nginx.ingress.kubernetes.io/rewrite-target": "/$2"}
				i.Spec.Rules[0].Host, rule(i).Path = "spark.example.com", "/team/pi/spark-1(/|$)(.*)"
			})},
		},
		"an author who rewrites paths himself": {
			run:     runOf(withOptions(v1beta2.SparkUIConfiguration{IngressAnnotations: strs{"nginx.ingress.kubernetes.io/rewrite-target": "/own"}})),
			options: webui.Options{Service: true, URLFormat: "/{{$appName}}"},
			want: &webui.Endpoint{Service: service(nil), Ingress: ingress(func(i *networkingv1.Ingress) {
				i.Annotations = strs{"nginx.ingress.kubernetes.io/rewrite-target": "/own"}
				i.Spec.Rules[0].Host, rule(i).Path = "", "/pi(/|$)(.*)"
			})},
		},
		"a name that is no host": {
			run:     webui.Run{Namespace: "team", Name: "pi", ID: "spark-1", Spec: &spec{}, Conf: &sparkconf.Conf{}},
			options: webui.Options{Service: true, URLFormat: "-{{$appName}}.example.com"}, want: &webui.Endpoint{Service: service(nil)},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.run.UI(tc.options)); diff != "" {
				t.Errorf("endpoint (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPorts(t *testing.T) {
	run := runOf(func(s *spec) {
		s.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{{
			ServicePort: new(int32(8888)), ServicePortName: new("notebook"), ServiceType: new(corev1.ServiceTypeLoadBalancer),
			ServiceLabels: strs{"a": "b"}, ServiceAnnotations: strs{"c": "d"}, IngressURLFormat: "{{$appName}}.example.com/notebook",
			IngressAnnotations: strs{"e": "f"}, IngressTLS: []networkingv1.IngressTLS{{SecretName: "own"}},
		}}
	})
	want := []webui.Endpoint{{
		Service: service(func(s *corev1.Service) {
			port(8888, 8888)(s)
			s.Name, s.Labels, s.Annotations = "pi-driver-8888", strs{"a": "b"}, strs{"c": "d"}
			s.Spec.Type, s.Spec.Ports[0].Name = corev1.ServiceTypeLoadBalancer, "notebook"
		}),
		Ingress: ingress(func(i *networkingv1.Ingress) {
			i.Name, i.Annotations = "pi-ing-8888", strs{"e": "f", "nginx.ingress.kubernetes.io/rewrite-target": "/$2"}
			i.Spec.IngressClassName, i.Spec.TLS = new("nginx"), []networkingv1.IngressTLS{{SecretName: "own"}}
			rule(i).Path, rule(i).Backend.Service.Name, rule(i).Backend.Service.Port.Number = "/notebook(/|$)(.*)", "pi-driver-8888", 8888
		}),
		Address: "http://pi.example.com/notebook",
	}}
	// They are the author's: the configuration of web UIs says nothing of whether they exist.
	if diff := cmp.Diff(want, run.Ports(webui.Options{ClassName: "nginx", Annotations: strs{"a": "cluster"}})); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

// What is made of an application must not change it, nor the configuration.
func TestEndpointsShareNothing(t *testing.T) {
	shared := strs{"note": "shared"}
	run := runOf(func(s *spec) {
		s.SparkUIOptions = &v1beta2.SparkUIConfiguration{ServiceLabels: shared, ServiceAnnotations: shared}
	})
	options := webui.Options{Service: true, URLFormat: "example.com/{{$appName}}", Annotations: shared, TLS: []networkingv1.IngressTLS{{Hosts: []string{"a"}}}}
	made := run.UI(options)
	made.Service.Labels["note"], made.Service.Annotations["note"], made.Ingress.Annotations["note"], made.Ingress.Spec.TLS[0].Hosts[0] = "x", "x", "x", "x"
	if diff := cmp.Diff(strs{"note": "shared"}, shared); diff != "" || options.TLS[0].Hosts[0] != "a" {
		t.Errorf("the given has changed: %v, %v", shared, options.TLS)
	}
}

func TestConfDefaults(t *testing.T) {
	below := []sparkconf.Property{{Key: "spark.ui.proxyBase", Value: "/team/pi"}, {Key: "spark.ui.proxyRedirectUri", Value: "/"}}
	const format = "example.com/{{$appNamespace}}/{{$appName}}"
	for name, tc := range map[string]struct {
		run     webui.Run
		options webui.Options
		want    []sparkconf.Property
	}{
		"below a path":       {runOf(nil), webui.Options{Service: true, URLFormat: format}, below},
		"at a host":          {runOf(nil), webui.Options{Service: true, URLFormat: "{{$appName}}.example.com"}, nil},
		"without an Ingress": {runOf(nil), webui.Options{Service: true}, nil},
		"without a Service":  {runOf(nil), webui.Options{URLFormat: format}, nil},
		"without a web UI":   {runOf(nil, "spark.ui.enabled=false"), webui.Options{Service: true, URLFormat: format}, nil},
	} {
		if diff := cmp.Diff(tc.want, tc.run.ConfDefaults(tc.options)); diff != "" {
			t.Errorf("%s: properties (-want +got):\n%s", name, diff)
		}
	}
}

func TestWarnings(t *testing.T) {
	asks := func(s *spec) { s.SparkUIOptions = &v1beta2.SparkUIConfiguration{} }
	for name, tc := range map[string]struct {
		run     webui.Run
		options webui.Options
		want    string
	}{
		"all is well":              {runOf(asks), webui.Options{Service: true, URLFormat: "{{$appName}}"}, ""},
		"nothing is asked for":     {runOf(nil, "spark.ui.enabled=false"), webui.Options{}, ""},
		"the operator makes none":  {runOf(asks), webui.Options{}, "spec.sparkUIOptions has no effect: the operator's configuration"},
		"there is no web UI":       {runOf(asks, "spark.ui.port=0"), webui.Options{Service: true}, "spec.sparkUIOptions has no effect: by spark.ui.enabled or spark.ui.port"},
		"the URL cannot be served": {runOf(nil), webui.Options{Service: true, URLFormat: "-{{$appName}}.example.com"}, "the web UI gets no Ingress"},
	} {
		got := strings.Join(tc.run.Warnings(tc.options), "\n")
		if !strings.HasPrefix(got, tc.want) || (tc.want == "") != (got == "") {
			t.Errorf("%s: warnings %q, want %q...", name, got, tc.want)
		}
	}
}

func TestCheckFormat(t *testing.T) {
	for format, want := range map[string]string{
		"{{$appName}}.example.com":                     "",
		"{{ $appName }}-{{$appNamespace}}.example.com": "",
		"https://example.com:8443/{{$appId}}":          "",
		"*.example.com/{{$appName}}":                   "",
		"/{{$appName}}":                                "",
		"":                                             "it names neither host nor path",
		"/":                                            "it names neither host nor path",
		"{{$name}}.example.com":                        "only {{$appName}}",
		"{{.appName}}.example.com":                     "only {{$appName}}",
		"under_score.example.com":                      `host "under_score.example.com"`,
		"user@example.com":                             "a host and a path are all",
		"example.com/?a={{$appName}}":                  "a host and a path are all",
		"example.com/#{{$appName}}":                    "a host and a path are all",
		"example.com/%zz":                              "it is no URL",
		"example.com:port":                             "it is no URL",
	} {
		err := webui.CheckFormat(format)
		if (err == nil) != (want == "") || (err != nil && !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("CheckFormat(%q) = %v, want %q...", format, err, want)
		}
	}
}

func TestDistinguishes(t *testing.T) {
	for format, want := range map[string]bool{
		"{{$appName}}.example.com": true, "example.com/{{$appId}}": true, "example.com": false, "{{$appNamespace}}.example.com": false,
	} {
		if got := webui.Distinguishes(format); got != want {
			t.Errorf("Distinguishes(%q) = %t", format, got)
		}
	}
}

// Whatever passes the check is served: with a rule that names a host or a path, and never a panic.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"{{$appName}}.example.com", "https://a/{{$appId}}", "/{{$appName}}", "//", "a:b@c", "[::1]/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, format string) {
		made := runOf(nil).UI(webui.Options{Service: true, URLFormat: format})
		if wanted := format != "" && webui.CheckFormat(format) == nil; wanted != (made.Ingress != nil) {
			t.Errorf("format %q: ingress %v", format, made.Ingress)
		}
		if made.Ingress != nil && made.Ingress.Spec.Rules[0].Host == "" && rule(made.Ingress).Path == "/" {
			t.Errorf("format %q takes everything", format)
		}
	})
}
