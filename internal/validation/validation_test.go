// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func sentences(errs field.ErrorList) []string {
	var all []string
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}

func check(t *testing.T, got field.ErrorList, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, sentences(got)); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

// sparkPi returns an application with which nothing is wrong.
func sparkPi() *v1beta2.SparkApplication {
	return builder.SparkApplication("default", "pi")
}

const label = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric " +
	"character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

const sparksPort = "Spark adds a port of the name itself; rename it, or change Spark's own by its property, such as spark.ui.port"

func TestSparkApplication(t *testing.T) {
	type spec = v1beta2.SparkApplicationSpec
	templated := func(volumes ...string) *corev1.PodTemplateSpec {
		template := &corev1.PodTemplateSpec{}
		for _, name := range volumes {
			template.Spec.Volumes = append(template.Spec.Volumes, corev1.Volume{Name: name})
		}
		return template
	}
	for name, tc := range map[string]struct {
		given func(*spec)
		want  []string
	}{
		"nothing": {given: func(*spec) {}},
		"a template and an old Spark": {
			given: func(s *spec) { s.SparkVersion, s.Driver.Template = "2.4.8", templated() },
			want:  []string{"spec.driver.template: Forbidden: Spark 2.4.8 makes no pods from templates; use Spark 3.0.0 or later, or remove it"},
		},
		"a template and a Spark of one's own": {
			given: func(s *spec) { s.SparkVersion, s.Driver.Template = "latest", templated() },
		},
		"a template and Spark 3.0.0": {
			given: func(s *spec) { s.SparkVersion, s.Executor.Template = "3.0.0", templated() },
		},
		"no number": {
			given: func(s *spec) { s.MemoryOverheadFactor = new("a tenth") },
			want:  []string{`spec.memoryOverheadFactor: Invalid value: "a tenth": must be a part of the heap such as "0.1", and not negative`},
		},
		"memory": {
			given: func(s *spec) {
				s.Driver.Memory, s.Driver.MemoryOverhead, s.Driver.MemoryLimit = new("1.5g"), new("-1"), new("lots")
				s.Executor.Memory, s.Executor.MemoryOverhead, s.Executor.MemoryLimit = new("2G"), new("512"), new("2Gi")
			},
			want: []string{
				`spec.driver.memory: Invalid value: "1.5g": must be a whole number with a unit of Spark, such as 512m or 2g`,
				`spec.driver.memoryOverhead: Invalid value: "-1": must be a whole number, of MiB unless a unit of Spark follows, such as 384m`,
				`spec.driver.memoryLimit: Invalid value: "lots": must be a number with a unit, such as 512m or 2Gi`,
			},
		},
		"cores": {
			given: func(s *spec) {
				s.Driver.CoreRequest, s.Driver.CoreLimit = new("much"), new("more")
				s.Executor.Cores, s.Executor.CoreLimit = new(int32(2)), new("1200m")
			},
			want: []string{
				`spec.driver.coreRequest: Invalid value: "much": must be an amount of CPU, such as 1 or 500m`,
				`spec.driver.coreLimit: Invalid value: "more": must be an amount of CPU, such as 1 or 1200m`,
				`spec.executor.coreLimit: Invalid value: "1200m": must not be less than what is requested, which is 2 by spec.executor.cores; raise it, or lower spec.executor.coreRequest`,
			},
		},
		"a core limit and a lower request": {
			given: func(s *spec) {
				s.Executor.Cores, s.Executor.CoreRequest, s.Executor.CoreLimit = new(int32(4)), new("500m"), new("1")
			},
		},
		"a core limit below a property": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.driver.cores": "3"}
				s.Driver.CoreLimit = new("2")
			},
			want: []string{`spec.driver.coreLimit: Invalid value: "2": must not be less than what is requested, which is 3 by spec.sparkConf[spark.driver.cores]; raise it, or lower spec.driver.coreRequest`},
		},
		"a core limit below a request by property": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.kubernetes.executor.request.cores": "1500m"}
				s.Executor.Cores, s.Executor.CoreLimit = new(int32(1)), new("1")
			},
			want: []string{`spec.executor.coreLimit: Invalid value: "1": must not be less than what is requested, which is 1500m by spec.sparkConf[spark.kubernetes.executor.request.cores]; raise it, or lower spec.executor.coreRequest`},
		},
		"a core limit by property below the default": {
			given: func(s *spec) { s.SparkConf = map[string]string{"spark.kubernetes.driver.limit.cores": "500m"} },
			want:  []string{`spec.sparkConf[spark.kubernetes.driver.limit.cores]: Invalid value: "500m": must not be less than what is requested, which is 1 by spec.driver.cores; raise it, or lower spec.driver.coreRequest`},
		},
		"a core limit by property and a lower request by property": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.kubernetes.driver.limit.cores": "500m", "spark.kubernetes.driver.request.cores": "0.25"}
			},
		},
		"a core limit by property that the field raises": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.kubernetes.driver.limit.cores": "500m", "spark.kubernetes.driver.request.cores": "2"}
				s.Driver.CoreLimit = new("2")
			},
		},
		"a request by property that the field lowers": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.kubernetes.driver.request.cores": "2"}
				s.Driver.CoreRequest, s.Driver.CoreLimit = new("500m"), new("1")
			},
		},
		"cores by a reference": {
			given: func(s *spec) {
				s.SparkConf = map[string]string{"spark.kubernetes.driver.request.cores": "${spark.mine}"}
			},
		},
		"memory in units of Kubernetes": {
			given: func(s *spec) { s.Driver.Memory, s.Executor.MemoryOverhead = new("1Gi"), new("384Mi") },
			want: []string{
				`spec.driver.memory: Invalid value: "1Gi": must be a whole number with a unit of Spark, such as 512m or 2g`,
				`spec.executor.memoryOverhead: Invalid value: "384Mi": must be a whole number, of MiB unless a unit of Spark follows, such as 384m`,
			},
		},
		"memory in units of Kubernetes of Spark 4.2": {
			given: func(s *spec) {
				s.SparkVersion = "4.2.1"
				s.Driver.Memory, s.Executor.Memory, s.Executor.MemoryOverhead = new("1Gi"), new("1536MiB"), new("384Mi")
			},
		},
		"labels": {
			given: func(s *spec) {
				s.Driver.Labels = map[string]string{"team": "a b"}
				s.Executor.Labels = map[string]string{"id": "{{EXECUTOR_ID}}"}
				s.Executor.Annotations = map[string]string{"UPPER.example.com/Key": "anything at all", "no/such/key": ""}
			},
			want: []string{
				`spec.driver.labels: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
				`spec.executor.annotations: Invalid value: "no/such/key": a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
			},
		},
		"volumes": {
			given: func(s *spec) {
				s.Volumes = []corev1.Volume{{Name: "a"}, {Name: "a"}}
				s.Driver.Template = templated("of-the-template")
				s.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "of-the-template", MountPath: "/t"}, {Name: "a"}}
				s.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "of-the-template", MountPath: "/t"}, {Name: "spark-local-dir-1", MountPath: "/tmp"}}
			},
			want: []string{
				`spec.volumes[1].name: Duplicate value: "a"`,
				`spec.driver.volumeMounts[1].mountPath: Required value: set it to the path in the container`,
				`spec.executor.volumeMounts[0].name: Invalid value: "of-the-template": the volume is not declared; add it to spec.volumes`,
				`spec.executor.volumeMounts[1].name: Invalid value: "spark-local-dir-1": the volume is not declared; add it to spec.volumes`,
			},
		},
		"containers": {
			given: func(s *spec) {
				s.Driver.Sidecars = []corev1.Container{{Name: "spark-kubernetes-driver"}, {Name: "proxy"}, {Name: "proxy"}}
				s.Executor.InitContainers = []corev1.Container{{Name: "prepare"}, {Name: "prepare"}}
			},
			want: []string{
				`spec.driver.sidecars[0].name: Invalid value: "spark-kubernetes-driver": it is the container that Spark runs in; rename it`,
				`spec.driver.sidecars[2].name: Duplicate value: "proxy"`,
				`spec.executor.initContainers[1].name: Duplicate value: "prepare"`,
			},
		},
		"ports": {
			given: func(s *spec) {
				s.Driver.Ports = []v1beta2.Port{{Name: "debug", Protocol: "TCP", ContainerPort: 5005}, {Name: "debug", Protocol: "HTTP", ContainerPort: 0}}
			},
			want: []string{
				`spec.driver.ports[1].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive`,
				`spec.driver.ports[1].name: Duplicate value: "debug"`,
				`spec.driver.ports[1].protocol: Unsupported value: "HTTP": supported values: "TCP", "UDP", "SCTP"`,
			},
		},
		"ports that Spark has itself": {
			given: func(s *spec) {
				s.SparkVersion = "4.1.0"
				for _, name := range []string{"driver-rpc-port", "blockmanager", "spark-ui", "spark-connect"} {
					s.Driver.Ports = append(s.Driver.Ports, v1beta2.Port{Name: name, Protocol: "TCP", ContainerPort: 1})
				}
				s.Executor.Ports = []v1beta2.Port{{Name: "blockmanager", Protocol: "TCP", ContainerPort: 1}}
				s.Monitoring = &v1beta2.MonitoringSpec{ExposeExecutorMetrics: true, Prometheus: &v1beta2.PrometheusSpec{
					JmxExporterJar: "/jmx.jar", PortName: new("blockmanager"),
				}}
			},
			want: []string{
				`spec.driver.ports[0].name: Invalid value: "driver-rpc-port": ` + sparksPort,
				`spec.driver.ports[1].name: Invalid value: "blockmanager": ` + sparksPort,
				`spec.driver.ports[2].name: Invalid value: "spark-ui": ` + sparksPort,
				`spec.driver.ports[3].name: Invalid value: "spark-connect": ` + sparksPort,
				`spec.executor.ports[0].name: Invalid value: "blockmanager": ` + sparksPort,
				`spec.monitoring.prometheus.portName: Invalid value: "blockmanager": ` + sparksPort,
			},
		},
		"ports that Spark has elsewhere": {
			given: func(s *spec) {
				s.Driver.Ports = []v1beta2.Port{{Name: "spark-connect", Protocol: "TCP", ContainerPort: 1}}
				s.Executor.Ports = []v1beta2.Port{{Name: "spark-ui", Protocol: "TCP", ContainerPort: 1}}
			},
		},
		"driver ingresses": {
			given: func(s *spec) {
				s.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
					{ServicePort: new(int32(8080)), IngressURLFormat: "a.example.com"},
					{ServicePort: new(int32(8080)), IngressURLFormat: "a.example.com"},
					{},
				}
			},
			want: []string{
				`spec.driverIngressOptions[1].servicePort: Duplicate value: 8080`,
				`spec.driverIngressOptions[1].ingressURLFormat: Duplicate value: "a.example.com"`,
				`spec.driverIngressOptions[2].servicePort: Required value: set it to the port of the driver to expose`,
				`spec.driverIngressOptions[2].ingressURLFormat: Required value: set it to the URL to expose the port at, such as {{$appName}}.example.com`,
			},
		},
		"ports of the driver that no Service can have": {
			given: func(s *spec) {
				s.SparkUIOptions = &v1beta2.SparkUIConfiguration{
					ServicePort: new(int32(0)), ServicePortName: new("Web UI"), ServiceType: new(corev1.ServiceTypeExternalName),
				}
				s.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
					{ServicePort: new(int32(70000)), ServicePortName: new("a_b"), ServiceType: new(corev1.ServiceType("Public")), IngressURLFormat: "{{$app}}.example.com"},
				}
			},
			want: []string{
				`spec.sparkUIOptions.serviceType: Unsupported value: "ExternalName": supported values: "ClusterIP", "NodePort", "LoadBalancer"`,
				`spec.sparkUIOptions.servicePortName: Invalid value: "Web UI": ` + label,
				`spec.sparkUIOptions.servicePort: Invalid value: 0: must be between 1 and 65535, inclusive`,
				`spec.driverIngressOptions[0].servicePort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
				`spec.driverIngressOptions[0].serviceType: Unsupported value: "Public": supported values: "ClusterIP", "NodePort", "LoadBalancer"`,
				`spec.driverIngressOptions[0].servicePortName: Invalid value: "a_b": ` + label,
				`spec.driverIngressOptions[0].ingressURLFormat: Invalid value: "{{$app}}.example.com": only {{$appName}}, {{$appNamespace}} and {{$appId}} are filled in; correct or remove what else is in braces`,
			},
		},
		"dynamic allocation": {
			given: func(s *spec) {
				s.DynamicAllocation = &v1beta2.DynamicAllocation{
					Enabled: true, InitialExecutors: new(int32(9)), MinExecutors: new(int32(-1)), MaxExecutors: new(int32(4)),
				}
			},
			want: []string{
				`spec.dynamicAllocation.minExecutors: Invalid value: -1: must not be negative`,
				`spec.dynamicAllocation.initialExecutors: Invalid value: 9: must not be greater than maxExecutors, which is 4`,
			},
		},
		"dynamic allocation that is off": {
			given: func(s *spec) { s.DynamicAllocation = &v1beta2.DynamicAllocation{MinExecutors: new(int32(-1))} },
		},
		"monitoring": {
			given: func(s *spec) {
				s.Monitoring = &v1beta2.MonitoringSpec{ExposeDriverMetrics: true, Prometheus: &v1beta2.PrometheusSpec{PortName: new("Metrics Port")}}
			},
			want: []string{
				`spec.monitoring.prometheus.jmxExporterJar: Required value: set it to the path of the JMX exporter's jar in the image`,
				`spec.monitoring.prometheus.portName: Invalid value: "Metrics Port": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := sparkPi()
			tc.given(&app.Spec)
			check(t, validation.SparkApplication(app, field.NewPath("spec")), tc.want...)
		})
	}
}

func TestName(t *testing.T) {
	const reason = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, " +
		"and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
	check(t, validation.Name("pi", validation.MaxNameLength))
	check(t, validation.Name("1pi", validation.MaxNameLength), `metadata.name: Invalid value: "1pi": `+reason)
	check(t, validation.Name(strings.Repeat("a", 57), validation.MaxConnectNameLength), "metadata.name: Too long: may not be more than 56 bytes")
	check(t, validation.Name(strings.Repeat("a", 64), validation.MaxNameLength), "metadata.name: Too long: may not be more than 63 bytes")
}

func TestScheduledSparkApplication(t *testing.T) {
	type spec = v1beta2.ScheduledSparkApplicationSpec
	for name, tc := range map[string]struct {
		given spec
		want  []string
	}{
		"five fields":               {given: spec{Schedule: "*/5 * * * *", ConcurrencyPolicy: "Forbid", TimeZone: "Europe/Berlin"}},
		"a descriptor":              {given: spec{Schedule: "@daily"}},
		"a duration":                {given: spec{Schedule: "@every 90m"}},
		"a time zone of its own":    {given: spec{Schedule: "CRON_TZ=Asia/Tokyo 0 6 * * *"}},
		"a day once in eight years": {given: spec{Schedule: "0 0 29 2 *"}},
		"six fields": {
			given: spec{Schedule: "0 0 * * * *"},
			want:  []string{`spec.schedule: Invalid value: "0 0 * * * *": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": expected exactly 5 fields, found 6: [0 0 * * * *]`},
		},
		"a time zone alone": {
			given: spec{Schedule: "TZ=UTC"},
			want:  []string{`spec.schedule: Invalid value: "TZ=UTC": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": nothing follows the time zone`},
		},
		"a day that never comes": {
			given: spec{Schedule: "0 0 30 2 *"},
			want:  []string{`spec.schedule: Invalid value: "0 0 30 2 *": it is never due: there is no such day`},
		},
		"blanks around a descriptor": {given: spec{Schedule: " @daily "}},
		"a field that names nothing": {
			given: spec{Schedule: ", * * * *"},
			want:  []string{`spec.schedule: Invalid value: ", * * * *": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": a field names no time`},
		},
		"two time zones": {
			given: spec{Schedule: "TZ=UTC TZ=UTC @daily"},
			want:  []string{`spec.schedule: Invalid value: "TZ=UTC TZ=UTC @daily": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": it names two time zones`},
		},
		"an unknown zone in the expression": {
			given: spec{Schedule: "CRON_TZ=Mars/Olympus @daily"},
			want:  []string{`spec.schedule: Invalid value: "CRON_TZ=Mars/Olympus @daily": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": unknown time zone "Mars/Olympus"`},
		},
		"a longer expression than any that says something": {
			given: spec{Schedule: "* * * * " + strings.Repeat("1,", 1000)},
			want:  []string{`spec.schedule: Too long: may not be more than 1024 bytes`},
		},
		"a backfill of a day": {given: spec{Schedule: "@daily", Backfill: &v1beta2.Backfill{From: metav1.Unix(0, 0), To: metav1.Unix(86400, 0)}}},
		"everything else": {
			given: spec{
				Schedule: "@daily", TimeZone: "Mars/Olympus", ConcurrencyPolicy: "Sometimes", FailedRunHistoryLimit: new(int32(-1)),
				Backfill: &v1beta2.Backfill{From: metav1.Unix(-1, 0), To: metav1.Unix(-2, 0)},
			},
			want: []string{
				`spec.timeZone: Invalid value: "Mars/Olympus": must be a time zone of the IANA data base, such as Europe/Berlin`,
				`spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", "Forbid", "Replace"`,
				`spec.backfill.from: Invalid value: "1969-12-31T23:59:59Z": must not be before 1970`,
				`spec.backfill.to: Invalid value: "1969-12-31T23:59:58Z": must not be before from, which is 1969-12-31T23:59:59Z`,
				`spec.failedRunHistoryLimit: Invalid value: -1: must not be negative; 0 keeps none`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			check(t, validation.ScheduledSparkApplication(&v1beta2.ScheduledSparkApplication{Spec: tc.given}), tc.want...)
		})
	}
}

func TestSparkConnect(t *testing.T) {
	type connect = v1alpha1.SparkConnect
	imaged := func(name string) *corev1.PodTemplateSpec {
		return &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: name, Image: "spark"}}}}
	}
	for name, tc := range map[string]struct {
		given func(*connect)
		want  []string
	}{
		"an image for all": {given: func(*connect) {}},
		"an image for each, the container's name or not": {
			given: func(c *connect) {
				c.Spec.Image, c.Spec.Server.Template, c.Spec.Executor.Template = nil, imaged("spark-kubernetes-driver"), imaged("main")
			},
		},
		"properties that change nothing": {
			given: func(c *connect) {
				c.Spec.SparkConf = map[string]string{"spark.kubernetes.container.image": "spark", "spark.kubernetes.file.upload.path": "s3a://mine"}
			},
		},
		"everything": {
			given: func(c *connect) {
				c.Spec = v1alpha1.SparkConnectSpec{
					SparkConf:         map[string]string{"spark.master": "local", "spark.app.name": "mine"},
					Server:            v1alpha1.ServerSpec{SparkPodSpec: v1alpha1.SparkPodSpec{Memory: new("lots")}, Service: &corev1.Service{}},
					Executor:          v1alpha1.ExecutorSpec{SparkPodSpec: v1alpha1.SparkPodSpec{Template: imaged("main")}},
					DynamicAllocation: &v1alpha1.DynamicAllocation{Enabled: true, MinExecutors: new(int32(2)), MaxExecutors: new(int32(1))},
				}
				c.Spec.Server.Service.Namespace = "elsewhere"
			},
			want: []string{
				`spec.sparkVersion: Required value: set it to the version of Spark in the image, such as 4.0.1`,
				`spec.sparkConf[spark.master]: Invalid value: "local": sparkConf key "spark.master" is not allowed: the operator runs applications on its own cluster only; remove it`,
				`spec.server.memory: Invalid value: "lots": must be a whole number with a unit of Spark, such as 512m or 2g`,
				`spec.server.template.spec.containers: Required value: no image is given: set spec.image, or the image of the container spark-kubernetes-driver`,
				`spec.server.service.metadata.namespace: Invalid value: "elsewhere": the Service is made in the server's own namespace; remove it`,
				`spec.dynamicAllocation.minExecutors: Invalid value: 2: must not be greater than maxExecutors, which is 1`,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &connect{Spec: v1alpha1.SparkConnectSpec{SparkVersion: "4.0.1", Image: new("spark")}}
			c.Namespace = "default"
			tc.given(c)
			check(t, validation.SparkConnect(c), tc.want...)
		})
	}
}

func TestChanges(t *testing.T) {
	path := field.NewPath("spec", "driver", "memory")
	old := field.ErrorList{field.Invalid(path, "lots", "is too much")}
	check(t, validation.Changes(old, old))
	check(t, validation.Changes(old, nil))
	check(t, validation.Changes(old, append(old, field.Invalid(path, "more", "is too much"))), `spec.driver.memory: Invalid value: "more": is too much`)
}

func TestWarnings(t *testing.T) {
	spec := &v1beta2.SparkApplicationSpec{
		SparkVersion: "4.0.1", FailureRetries: new(int32(1)), RetryInterval: new(int64(1)), PythonVersion: new("3"), MemoryOverheadFactor: new("0.1"),
		RestartPolicy:         v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyAlways, OnFailureRetries: new(int32(1)), OnSubmissionFailureRetries: new(int32(1))},
		Monitoring:            &v1beta2.MonitoringSpec{},
		DynamicAllocation:     &v1beta2.DynamicAllocation{MinExecutors: new(int32(1))},
		BatchSchedulerOptions: &v1beta2.BatchSchedulerConfiguration{},
		Volumes:               []corev1.Volume{{Name: "mounted"}, {Name: "idle"}, {Name: "sidecars"}, {Name: "templates"}},
	}
	spec.Driver.EnvVars = map[string]string{"A": "b"}
	spec.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "mounted", MountPath: "/m"}}
	spec.Driver.Sidecars = []corev1.Container{{VolumeMounts: []corev1.VolumeMount{{Name: "sidecars"}}}}
	spec.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{InitContainers: []corev1.Container{{VolumeMounts: []corev1.VolumeMount{{Name: "templates"}}}}}}
	spec.Executor.EnvSecretKeyRefs = map[string]v1beta2.NameKey{"A": {Name: "b", Key: "c"}}
	spec.Executor.GPU = &v1beta2.GPUSpec{Name: "nvidia.com/gpu"}
	want := []string{
		"spec.failureRetries: has no effect; use restartPolicy",
		"spec.retryInterval: has no effect; use restartPolicy",
		"spec.pythonVersion: has no effect: Spark 3.1 and later use the Python of the image",
		"spec.memoryOverheadFactor: is deprecated by Spark 3.3; set spark.driver.memoryOverheadFactor and spark.executor.memoryOverheadFactor in sparkConf",
		"spec.restartPolicy.onFailureRetries: has no effect unless type is OnFailure",
		"spec.restartPolicy.onSubmissionFailureRetries: has no effect unless type is OnFailure",
		"spec.monitoring: has no effect without prometheus",
		"spec.dynamicAllocation: has no effect unless its field enabled is true",
		"spec.batchSchedulerOptions: has no effect without batchScheduler, unless the operator has a default one",
		"spec.driver.envVars: is deprecated; use env",
		"spec.executor.envSecretKeyRefs: is deprecated; use env with valueFrom.secretKeyRef",
		"spec.executor.gpu: has no effect without a name and a positive quantity",
		`spec.volumes[1]: volume "idle" is not mounted by a container of driver or executor and has no effect`,
	}
	if diff := cmp.Diff(want, validation.Warnings(spec, field.NewPath("spec"))); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	quiet := &v1beta2.SparkApplicationSpec{SparkVersion: "4.0.1", RestartPolicy: v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: new(int32(1))}}
	if got := validation.Warnings(quiet, field.NewPath("spec")); len(got) > 0 {
		t.Errorf("warned of nothing: %q", got)
	}
}

// What asks for a run is written by people and programs, and stored again in the status.
func TestTokenOfARun(t *testing.T) {
	scheduled := &v1beta2.ScheduledSparkApplication{Spec: v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily"}}
	scheduled.Annotations = map[string]string{sparklabels.RunNow: strings.Repeat("a", 253)}
	check(t, validation.ScheduledSparkApplication(scheduled))
	scheduled.Annotations[sparklabels.RunNow] += "a"
	check(t, validation.ScheduledSparkApplication(scheduled), "metadata.annotations[sparkoperator.k8s.io/run-now]: Too long: may not be more than 253 bytes")
}

func TestScheduleWarnings(t *testing.T) {
	type spec = v1beta2.ScheduledSparkApplicationSpec
	for name, tc := range map[string]struct {
		given spec
		want  []string
	}{
		"nothing": {given: spec{Schedule: "@daily", TimeZone: "Europe/Berlin"}},
		"two time zones": {
			given: spec{Schedule: "TZ=UTC @daily", TimeZone: "Local"},
			want:  []string{"spec.timeZone: has no effect: the schedule names a time zone of its own"},
		},
		"a time zone of an interval, which is too short": {
			given: spec{Schedule: "@every -5m", TimeZone: "UTC"},
			want: []string{
				"spec.timeZone: has no effect: @every counts from the creation of the schedule", "spec.schedule: is due every second",
			},
		},
		"what does not go together": {
			given: spec{
				Schedule: "@daily", ConcurrencyPolicy: "Replace", MissedRunPolicy: "RunAll", StartingDeadlineSeconds: new(int64(5)),
				Suspend: new(true), Backfill: &v1beta2.Backfill{MaxActive: new(int32(3))},
			},
			want: []string{
				"spec.startingDeadlineSeconds: is short: runs that the operator comes to later are missed; set 10 or more",
				"spec.missedRunPolicy: is as RunOnce: with concurrencyPolicy Replace the last run replaces those before it",
				"spec.backfill.maxActive: has no effect: concurrencyPolicy has one run at a time",
				"spec.backfill: waits until suspend is no longer true",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, validation.ScheduleWarnings(&v1beta2.ScheduledSparkApplication{Spec: tc.given})); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever a schedule is, validating it does not panic.
func TestConnectWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*v1alpha1.SparkConnectSpec)
		want   []string
	}{
		"nothing to say": {func(s *v1alpha1.SparkConnectSpec) {
			s.DynamicAllocation = &v1alpha1.DynamicAllocation{Enabled: true, MinExecutors: new(int32(1)), ShuffleTrackingTimeout: new(int64(1))}
			s.Server.Service = &corev1.Service{Spec: corev1.ServiceSpec{Type: corev1.ServiceTypeNodePort}}
		}, nil},
		"a place for uploads": {func(s *v1alpha1.SparkConnectSpec) {
			s.SparkConf = map[string]string{"spark.kubernetes.file.upload.path": "s3a://mine"}
		}, []string{"spec.sparkConf[spark.kubernetes.file.upload.path]: has no effect: a server uploads no files; remove it"}},
		"dynamic allocation that does nothing, and says nothing": {func(s *v1alpha1.SparkConnectSpec) {
			s.DynamicAllocation = &v1alpha1.DynamicAllocation{}
		}, nil},
		"dynamic allocation that is not enabled": {func(s *v1alpha1.SparkConnectSpec) {
			s.DynamicAllocation = &v1alpha1.DynamicAllocation{MaxExecutors: new(int32(4))}
		}, []string{"spec.dynamicAllocation: has no effect unless its field enabled is true"}},
		"a time limit for what is not tracked": {func(s *v1alpha1.SparkConnectSpec) {
			s.DynamicAllocation = &v1alpha1.DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(false), ShuffleTrackingTimeout: new(int64(1))}
		}, []string{"spec.dynamicAllocation.shuffleTrackingTimeout: has no effect: shuffleTrackingEnabled is false"}},
		"a Service with what is the operator's": {func(s *v1alpha1.SparkConnectSpec) {
			s.Server.Service = &corev1.Service{Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 1}}, Selector: map[string]string{"a": "b"}}}
		}, []string{
			"spec.server.service.spec.ports: the operator sets the ports; only the node ports of its own are taken",
			"spec.server.service.spec.selector: has no effect: the operator selects the server's pod",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			spec := &v1alpha1.SparkConnectSpec{}
			tc.change(spec)
			if diff := cmp.Diff(tc.want, validation.ConnectWarnings(spec)); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzSchedule(f *testing.F) {
	for _, seed := range []string{"", "@daily", "TZ=", "TZ=UTC", "CRON_TZ= ", "* * * * *", "@every", "@every -1s", "*/0 * * * *", "TZ=a @every 1h"} {
		f.Add(seed, "Local", "Allow")
	}
	f.Fuzz(func(_ *testing.T, expression, zone, policy string) {
		validation.ScheduledSparkApplication(&v1beta2.ScheduledSparkApplication{Spec: v1beta2.ScheduledSparkApplicationSpec{
			Schedule: expression, TimeZone: zone, ConcurrencyPolicy: v1beta2.ConcurrencyPolicy(policy),
		}})
	})
}
