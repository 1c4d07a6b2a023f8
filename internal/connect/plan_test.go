// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func rendered(t *testing.T, c *v1alpha1.SparkConnect) (*planning.Plan, *render.Objects) {
	t.Helper()
	plan, err := NewPlan(c, 1, SpecHash(c), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	return plan, objects
}

// template is a pod template with a bit of everything.
func template(container string) *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "a"}, Annotations: map[string]string{"note": "b"}},
		Spec: corev1.PodSpec{
			ServiceAccountName: "spark", NodeSelector: map[string]string{"disk": "ssd"}, Tolerations: []corev1.Toleration{{Key: "spark", Operator: corev1.TolerationOpExists}},
			Volumes:         []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
			SecurityContext: &corev1.PodSecurityContext{FSGroup: new(int64(185))},
			Containers: []corev1.Container{
				{Name: "beside", Image: "beside:1"},
				{
					Name: container, Env: []corev1.EnvVar{{Name: "A", Value: "b"}}, VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
					SecurityContext: &corev1.SecurityContext{RunAsNonRoot: new(true)},
				},
			},
		},
	}
}

// TestExecutorsAreThoseOfAnApplication holds the executors of a server to those that an application with the same
// fields has.
func TestExecutorsAreThoseOfAnApplication(t *testing.T) {
	conf := map[string]string{"spark.executor.extraJavaOptions": "-Xss4m", "spark.kubernetes.executor.limit.cores": "2", "spark.executorEnv.X": "y"}
	for name, executor := range map[string]*corev1.PodTemplateSpec{"without a template": nil, "with a template": template(sparklabels.ExecutorContainer)} {
		t.Run(name, func(t *testing.T) {
			c := server(func(c *v1alpha1.SparkConnect) {
				c.Labels = map[string]string{"owner": "me"}
				c.Spec.SparkConf = conf
				c.Spec.Executor.Cores, c.Spec.Executor.Memory, c.Spec.Executor.Template = new(int32(2)), new("3g"), executor.DeepCopy()
				c.Spec.Executor.Instances = new(int32(4))
			})
			app := &v1beta2.SparkApplication{ObjectMeta: c.ObjectMeta}
			app.Spec = v1beta2.SparkApplicationSpec{
				Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: c.Spec.Image, SparkConf: conf,
				MainClass: new("org.example.Main"), MainApplicationFile: new("local:///main.jar"),
			}
			app.Spec.Executor.Cores, app.Spec.Executor.Memory, app.Spec.Executor.Template = new(int32(2)), new("3g"), executor.DeepCopy()
			app.Spec.Executor.Instances = new(int32(4))
			ofApp, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
			if err != nil {
				t.Fatal(err)
			}
			want, err := ofApp.AnyExecutor()
			if err != nil {
				t.Fatal(err)
			}
			ofServer, _ := rendered(t, c)
			got, err := ofServer.AnyExecutor()
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != "spark-connect-exec-1" || got.Labels[sparklabels.ConnectName] != "spark-connect" {
				t.Errorf("executor %s, %v", got.Name, got.Labels)
			}
			// What is a server's own: names, and whose it is.
			got.Labels[sparklabels.AppName] = got.Labels[sparklabels.ConnectName]
			delete(got.Labels, sparklabels.ConnectName)
			got.Name, got.Spec.Hostname = want.Name, want.Spec.Hostname
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("executor (-application +server):\n%s", diff)
			}
		})
	}
}

// TestValuesArriveAsTheyAreWritten gives a server what a shell would have understood.
func TestValuesArriveAsTheyAreWritten(t *testing.T) {
	conf := map[string]string{
		"spark.a": `it's "quoted"`, "spark.b": "$(touch /tmp/x) `id` $HOME ${spark.a}", "spark.c": "two\nlines", "spark.d": "  blanks  ", "spark.e": "größe ✓", "spark.f": `back\slash`,
	}
	plan, objects := rendered(t, server(func(c *v1alpha1.SparkConnect) {
		c.Spec.SparkConf, c.Spec.HadoopConf = conf, map[string]string{"fs.x": "a;b|c", "spark.hadoop.fs.y": "z"}
	}))
	read := sparkconf.ParseProperties(objects.ConfigMap.Data["spark.properties"])
	for key, want := range conf {
		if got := read.Get(key); got != want {
			t.Errorf("%s = %q, want %q", key, got, want)
		}
	}
	if got := plan.Conf().Get("spark.hadoop.fs.x") + plan.Conf().Get("spark.hadoop.fs.y"); got != "a;b|cz" {
		t.Errorf("Hadoop properties %q", got)
	}
	container := objects.Driver.Spec.Containers[0]
	want := []string{"driver", "--properties-file", "/opt/spark/conf/spark.properties", "--class", serverClass, serverFile}
	if !slices.Equal(container.Args, want) || len(container.Command) > 0 || container.Lifecycle != nil {
		t.Errorf("command %v, arguments %v, lifecycle %v", container.Command, container.Args, container.Lifecycle)
	}
}

func TestUnsetExecutorTemplateIsNotNull(t *testing.T) {
	_, objects := rendered(t, server())
	for _, content := range objects.TemplateConfigMap.Data {
		if content == "null" || !strings.Contains(content, `"name":"spark-kubernetes-executor"`) {
			t.Errorf("template %q", content)
		}
	}
	if objects.TemplateConfigMap.Name != "spark-connect-conf" {
		t.Errorf("ConfigMap %s", objects.TemplateConfigMap.Name)
	}
}

// TestServerPodIsWhatClientsKnow holds names, labels, container and ports to the contract.
func TestServerPodIsWhatClientsKnow(t *testing.T) {
	_, objects := rendered(t, server(func(c *v1alpha1.SparkConnect) {
		c.Labels = map[string]string{"kueue.x-k8s.io/queue-name": "q", "owner": "me"}
		c.Spec.Server.Template = template(sparklabels.DriverContainer)
		c.Spec.Server.Template.Labels[sparklabels.AppName] = "spark-connect"
	}))
	pod := objects.Driver
	if pod.Name != "spark-connect-server" || !metav1.IsControlledBy(pod, server()) || pod.OwnerReferences[0].Kind != "SparkConnect" || len(pod.Finalizers) > 0 {
		t.Errorf("pod %s, owners %v, finalizers %v", pod.Name, pod.OwnerReferences, pod.Finalizers)
	}
	for label, want := range map[string]string{
		sparklabels.ConnectName: "spark-connect", sparklabels.LaunchedByOperator: "true", sparklabels.SparkRole: "connect-server",
		sparklabels.SparkVersion: "4.0.1", "owner": "me", "team": "a", "kueue.x-k8s.io/queue-name": "", sparklabels.AppName: "",
	} {
		if got := pod.Labels[label]; got != want {
			t.Errorf("label %s is %q, want %q", label, got, want)
		}
	}
	container := pod.Spec.Containers[len(pod.Spec.Containers)-1]
	ports := map[string]int32{}
	for _, port := range container.Ports {
		ports[port.Name] = port.ContainerPort
	}
	want := map[string]int32{"driver-rpc-port": 7078, "blockmanager": 7079, "spark-ui": 4040, "spark-connect": 15002}
	if diff := cmp.Diff(want, ports); diff != "" || container.Name != sparklabels.DriverContainer {
		t.Errorf("container %s, ports (-want +got):\n%s", container.Name, diff)
	}
	if objects.Properties.Get("spark.kubernetes.executor.label.kueue.x-k8s.io/queue-name") != "q" {
		t.Error("executors do not have the label of Kueue")
	}
	service := Service(server(), pod)
	for _, port := range service.Spec.Ports {
		if ports[port.TargetPort.StrVal] != port.Port {
			t.Errorf("port %s leads to %s, which is %d", port.Name, port.TargetPort.StrVal, ports[port.TargetPort.StrVal])
		}
	}
	for label, value := range service.Spec.Selector {
		if pod.Labels[label] != value {
			t.Errorf("the Service selects %s=%s, and the pod has %q", label, value, pod.Labels[label])
		}
	}
	if !objects.Service.Spec.PublishNotReadyAddresses {
		t.Error("executors do not find a server that is not ready yet")
	}
	for label, value := range objects.Service.Spec.Selector {
		if pod.Labels[label] != value {
			t.Errorf("the headless Service selects %s=%s, and the pod has %q", label, value, pod.Labels[label])
		}
	}
}

func TestProbesAreTheTemplatesOrLookAtThePort(t *testing.T) {
	_, objects := rendered(t, server(func(c *v1alpha1.SparkConnect) {
		c.Spec.SparkConf = map[string]string{"spark.connect.grpc.binding.port": "15999"}
		c.Spec.Server.Template = template(sparklabels.DriverContainer)
		c.Spec.Server.Template.Spec.Containers[1].ReadinessProbe = &corev1.Probe{PeriodSeconds: 77}
	}))
	container := objects.Driver.Spec.Containers[len(objects.Driver.Spec.Containers)-1]
	if container.ReadinessProbe.PeriodSeconds != 77 || container.StartupProbe.TCPSocket.Port.IntVal != 15999 || objects.Driver.Annotations[sparklabels.ConnectPort] != "15999" {
		t.Errorf("readiness %v, startup %v, annotations %v", container.ReadinessProbe, container.StartupProbe, objects.Driver.Annotations)
	}
}

func TestResourcesOfTheTemplateWin(t *testing.T) {
	list := func(cpu, memory string) corev1.ResourceList {
		l := corev1.ResourceList{}
		if cpu != "" {
			l[corev1.ResourceCPU] = resource.MustParse(cpu)
		}
		if memory != "" {
			l[corev1.ResourceMemory] = resource.MustParse(memory)
		}
		return l
	}
	for name, tc := range map[string]struct{ given, want corev1.ResourceRequirements }{
		"nothing":  {corev1.ResourceRequirements{}, corev1.ResourceRequirements{Requests: list("1", "1408Mi"), Limits: list("", "1408Mi")}},
		"both":     {corev1.ResourceRequirements{Requests: list("250m", "2Gi"), Limits: list("2", "4Gi")}, corev1.ResourceRequirements{Requests: list("250m", "2Gi"), Limits: list("2", "4Gi")}},
		"requests": {corev1.ResourceRequirements{Requests: list("", "2Gi")}, corev1.ResourceRequirements{Requests: list("1", "2Gi"), Limits: list("", "")}},
		"limits":   {corev1.ResourceRequirements{Limits: list("2", "4Gi")}, corev1.ResourceRequirements{Requests: list("", ""), Limits: list("2", "4Gi")}},
	} {
		t.Run(name, func(t *testing.T) {
			_, objects := rendered(t, server(func(c *v1alpha1.SparkConnect) {
				c.Spec.Server.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.DriverContainer, Resources: tc.given}}}}
			}))
			if diff := cmp.Diff(tc.want, objects.Driver.Spec.Containers[0].Resources); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLongestNamesAreBounded makes all objects of a server whose name is as long as may be.
func TestLongestNamesAreBounded(t *testing.T) {
	name := strings.Repeat("n", 56)
	plan, objects := rendered(t, server(func(c *v1alpha1.SparkConnect) { c.Name = name }))
	for _, object := range objects.InOrder() {
		if len(object.GetName()) > 63 && object.GetObjectKind().GroupVersionKind().Kind != "ConfigMap" || len(object.GetName()) > 253 {
			t.Errorf("%T %s is too long", object, object.GetName())
		}
	}
	executor, err := plan.AnyExecutor()
	if err != nil {
		t.Fatal(err)
	}
	if objects.Properties.Contains("spark.kubernetes.executor.podNamePrefix") {
		t.Errorf("Spark refuses the prefix of %s", executor.Name)
	}
}

// TestErrorsNameTheServersFields says everything at once, in the words of a SparkConnect.
func TestErrorsNameTheServersFields(t *testing.T) {
	c := server(func(c *v1alpha1.SparkConnect) {
		c.Spec.Image, c.Spec.SparkVersion = nil, ""
		c.Spec.SparkConf = map[string]string{"spark.kubernetes.driver.label.spark-role": "x", "spark.kubernetes.namespace": "other"}
		c.Spec.Server.Memory = new("lots")
		c.Spec.Server.Template = &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Namespace: "other"}}
		c.Spec.DynamicAllocation = &v1alpha1.DynamicAllocation{Enabled: true, MinExecutors: new(int32(-1))}
	})
	fields := map[string]int{}
	for _, err := range Examine(c).Errors {
		fields[err.Field]++
		if strings.Contains(err.Field+err.Detail, "driver.") && !strings.Contains(err.Field, "spark.kubernetes") {
			t.Errorf("an error of the application: %v", err)
		}
	}
	want := map[string]int{
		"spec.sparkVersion": 1, "spec.server.memory": 1, "spec.server.template.spec.containers": 1, "spec.executor.template.spec.containers": 1,
		"spec.sparkConf[spark.kubernetes.driver.label.spark-role]": 1, "spec.sparkConf[spark.kubernetes.namespace]": 1,
		"spec.server.template.metadata.namespace": 1, "spec.dynamicAllocation.minExecutors": 1,
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// TestWhatNobodyCanMakeIsAProblem holds what only a plan or spark-submit finds.
func TestWhatNobodyCanMakeIsAProblem(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*v1alpha1.SparkConnect)
		want   string
	}{
		"no executors at all": {func(c *v1alpha1.SparkConnect) { c.Spec.Executor.Instances = new(int32(0)) }, "spark.executor.instances must be positive"},
		"Kerberos":            {func(c *v1alpha1.SparkConnect) { c.Spec.SparkConf = map[string]string{"spark.kerberos.principal": "x"} }, "does not support spark.kerberos.principal"},
		"good":                {func(*v1alpha1.SparkConnect) {}, ""},
		"none at the start": {func(c *v1alpha1.SparkConnect) {
			c.Spec.Executor.Instances, c.Spec.DynamicAllocation = new(int32(0)), &v1alpha1.DynamicAllocation{Enabled: true}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Problem(server(tc.change), planning.Options{}); !strings.Contains(got, tc.want) || (got == "") != (tc.want == "") {
				t.Errorf("Problem() = %q, want %q", got, tc.want)
			}
		})
	}
}

// TestHashIsStableForEver: another hash restarts every server when the operator is upgraded.
func TestHashIsStableForEver(t *testing.T) {
	c := server(func(c *v1alpha1.SparkConnect) {
		c.Spec.SparkConf = map[string]string{"spark.a": "b"}
		c.Spec.Server.Template, c.Spec.Executor.Template = template(sparklabels.DriverContainer), template(sparklabels.ExecutorContainer)
		c.Spec.DynamicAllocation = &v1alpha1.DynamicAllocation{Enabled: true, MaxExecutors: new(int32(3))}
	})
	if got, want := SpecHash(c), "h2-57e62b0c152b48eb-_t1b2pAA1AAAAAmMrYAA0ZAAAAAAAAF4V2AAAAAAAAAAAAAAAAAA9CAA"; got != want {
		t.Errorf("SpecHash() = %q, want %q", got, want)
	}
	other := c.DeepCopy()
	other.Spec.Suspend, other.Spec.UpdatePolicy, other.Spec.Server.Service = new(true), v1beta2.UpdatePolicyNextAttempt, &corev1.Service{}
	v1alpha1.SetSparkConnectDefaults(other)
	if SpecHash(other) != SpecHash(c) {
		t.Error("what needs no restart changes the hash")
	}
}
