// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

type application = v1beta2.SparkApplication

func sparkPi(change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	return builder.Stored("default", "spark-pi", change...)
}

func newPlan(app *v1beta2.SparkApplication, o planning.Options) (*planning.Plan, error) {
	return planning.NewPlan(app, identity.Of(app, 1), o)
}

func mustPlan(tb testing.TB, app *v1beta2.SparkApplication, o planning.Options) *planning.Plan {
	tb.Helper()
	plan, err := newPlan(app, o)
	if err != nil {
		tb.Fatal(err)
	}
	return plan
}

func dependentsOf(tb testing.TB, plan *planning.Plan) []render.Object {
	tb.Helper()
	objects, err := plan.DependentObjects()
	if err != nil {
		tb.Fatal(err)
	}
	return objects
}

// enabled are batch schedulers of which one is the default; empty for none.
func enabled(defaulted string) features.Options {
	return features.Options{Schedulers: registry.Configured(configv1alpha1.BatchScheduler{
		Enabled: registry.Names(), KubeSchedulers: []string{"gangs"}, Default: defaulted,
	})}
}

// Each row sets a property in two layers of the configuration; the later layer must win.
func TestPrecedence(t *testing.T) {
	type app = v1beta2.SparkApplication
	conf := func(key, value string) func(*app) {
		return func(a *app) {
			if a.Spec.SparkConf == nil {
				a.Spec.SparkConf = map[string]string{}
			}
			a.Spec.SparkConf[key] = value
		}
	}
	measured := func(a *app) {
		a.Spec.Monitoring = &v1beta2.MonitoringSpec{
			ExposeDriverMetrics: true, ExposeExecutorMetrics: true, Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/x.jar", ConfigFile: new("/x.yaml")},
		}
	}
	cases := map[string]struct {
		change  []func(*app)
		options planning.Options
		key     string
		want    string
	}{
		"a default gives way to sparkConf": {
			change: []func(*app){conf(sparkconf.DriverMemory, "2g")},
			key:    sparkconf.DriverMemory, want: "2g",
		},
		"a field of the whole application gives way to sparkConf": {
			change: []func(*app){conf(sparkconf.MemoryOverheadFactor, "0.2"), func(a *app) { a.Spec.MemoryOverheadFactor = new("0.3") }},
			key:    sparkconf.MemoryOverheadFactor, want: "0.2",
		},
		"hadoopConf wins over sparkConf": {
			change: []func(*app){conf("spark.hadoop.a", "conf"), func(a *app) { a.Spec.HadoopConf = map[string]string{"a": "hadoop"} }},
			key:    "spark.hadoop.a", want: "hadoop",
		},
		"hadoopConf gets its prefix once": {
			change: []func(*app){func(a *app) { a.Spec.HadoopConf = map[string]string{"spark.hadoop.b": "1"} }},
			key:    "spark.hadoop.b", want: "1",
		},
		"deps win over sparkConf": {
			change: []func(*app){conf(sparkconf.Jars, "local:///a.jar"), func(a *app) { a.Spec.Deps.Jars = []string{"local:///b.jar", "local:///c.jar"} }},
			key:    sparkconf.Jars, want: "local:///b.jar,local:///c.jar",
		},
		"the driver's labels win over the application's": {
			change: []func(*app){func(a *app) {
				a.Labels = map[string]string{"team": "application"}
				a.Spec.Driver.Labels = map[string]string{"team": "driver"}
			}},
			key: sparkconf.DriverLabelPrefix + "team", want: "driver",
		},
		"a typed field of the driver wins over sparkConf": {
			change: []func(*app){conf(sparkconf.DriverCores, "7"), func(a *app) { a.Spec.Driver.Cores = new(int32(3)) }},
			key:    sparkconf.DriverCores, want: "3",
		},
		"a typed field of the executor wins over sparkConf": {
			change: []func(*app){conf(sparkconf.ExecutorInstances, "7"), func(a *app) { a.Spec.Executor.Instances = new(int32(3)) }},
			key:    sparkconf.ExecutorInstances, want: "3",
		},
		"dynamic allocation wins over sparkConf": {
			change: []func(*app){conf(sparkconf.DynamicAllocationEnabled, "false"), func(a *app) {
				a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{Enabled: true}
			}},
			key: sparkconf.DynamicAllocationEnabled, want: "true",
		},
		"a feature wins over the application": {
			change: []func(*app){conf(sparkconf.MetricsNamespace, "mine"), measured},
			key:    sparkconf.MetricsNamespace, want: "default.spark-pi",
		},
		"a feature's default gives way to the application": {
			change:  []func(*app){conf(sparkconf.UIProxyBase, "/mine")},
			options: planning.Options{Features: features.Options{WebUI: webui.Options{Service: true, URLFormat: "/ours"}}},
			key:     sparkconf.UIProxyBase, want: "/mine",
		},
		"Java options of a feature are appended to the field's": {
			change: []func(*app){func(a *app) { a.Spec.Driver.JavaOptions = new("-Da=b") }, measured},
			key:    sparkconf.DriverExtraJavaOptions, want: "-Da=b -javaagent:/x.jar=8090:/x.yaml",
		},
		"Java options of a field come after those of sparkConf": {
			change: []func(*app){conf(sparkconf.DriverExtraJavaOptions, "-Da=b -Dc=d"), func(a *app) { a.Spec.Driver.JavaOptions = new("-Xss4m -Dc=e") }},
			key:    sparkconf.DriverExtraJavaOptions, want: "-Da=b -Xss4m -Dc=e",
		},
		"Java options of a field come after those of sparkConf, for executors": {
			change: []func(*app){conf(sparkconf.ExecutorExtraJavaOptions, "-XX:+UseG1GC -Dc=d"), func(a *app) { a.Spec.Executor.JavaOptions = new("-XX:+UseZGC") }},
			key:    sparkconf.ExecutorExtraJavaOptions, want: "-Dc=d -XX:+UseZGC",
		},
		"an agent is loaded once": {
			change: []func(*app){conf(sparkconf.DriverExtraJavaOptions, "-javaagent:/x.jar=1 -Da=b"), measured},
			key:    sparkconf.DriverExtraJavaOptions, want: "-Da=b -javaagent:/x.jar=8090:/x.yaml",
		},
		"Java options of a feature are appended to sparkConf's": {
			change: []func(*app){conf(sparkconf.ExecutorExtraJavaOptions, "-Da=b"), measured},
			key:    sparkconf.ExecutorExtraJavaOptions, want: "-Da=b -javaagent:/x.jar=8090:/x.yaml",
		},
		"the default scheduler reaches the pods": {
			options: planning.Options{Features: enabled("yunikorn")},
			key:     sparkconf.DriverSchedulerName, want: "yunikorn",
		},
		"a template's scheduler wins over the default": {
			change: []func(*app){func(a *app) {
				a.Spec.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{SchedulerName: "mine"}}
			}},
			options: planning.Options{Features: enabled("yunikorn")},
			key:     sparkconf.ExecutorSchedulerName, want: "",
		},
		"a role's scheduler by sparkConf wins over the default": {
			change:  []func(*app){conf(sparkconf.DriverSchedulerName, "mine")},
			options: planning.Options{Features: enabled("yunikorn")},
			key:     sparkconf.DriverSchedulerName, want: "mine",
		},
		"a scheduler of all pods by sparkConf wins over the default": {
			change:  []func(*app){conf(sparkconf.SchedulerName, "mine")},
			options: planning.Options{Features: enabled("yunikorn")},
			key:     sparkconf.ExecutorSchedulerName, want: "",
		},
		"Hadoop's ConfigMap of the field wins over the one that Spark would mount": {
			change: []func(*app){conf(sparkconf.HadoopConfigMap, "other"), func(a *app) { a.Spec.HadoopConfigMap = new("hadoop") }},
			key:    sparkconf.HadoopConfigMap, want: "",
		},
		"and over the one that it would give to executors": {
			change: []func(*app){conf(sparkconf.HadoopConfigMapPassed, "other"), func(a *app) { a.Spec.HadoopConfigMap = new("hadoop") }},
			key:    sparkconf.HadoopConfigMapPassed, want: "",
		},
		"and over a variable that points elsewhere": {
			change: []func(*app){conf(sparkconf.ExecutorEnvPrefix+sparklabels.EnvHadoopConfDir, "/other"), func(a *app) { a.Spec.HadoopConfigMap = new("hadoop") }},
			key:    sparkconf.ExecutorEnvPrefix + sparklabels.EnvHadoopConfDir, want: "",
		},
		"a field's scheduler wins over the default": {
			change:  []func(*app){func(a *app) { a.Spec.Driver.SchedulerName = new("mine") }},
			options: planning.Options{Features: enabled("yunikorn")},
			key:     sparkconf.DriverSchedulerName, want: "mine",
		},
		"the batch scheduler wins over sparkConf": {
			change:  []func(*app){conf(sparkconf.ExecutorSchedulerName, "mine"), func(a *app) { a.Spec.BatchScheduler = new("volcano") }},
			options: planning.Options{Features: enabled("")},
			key:     sparkconf.ExecutorSchedulerName, want: "volcano",
		},
		"nobody waits for the application": {
			change: []func(*app){conf(sparkconf.WaitAppCompletion, "true")}, key: sparkconf.WaitAppCompletion, want: "false",
		},
		"a role's image wins over the application's": {
			change: []func(*app){func(a *app) { a.Spec.Executor.Image = new("other") }}, key: sparkconf.ExecutorContainerImage, want: "other",
		},
		"a template's image serves where none is given": {
			change: []func(*app){func(a *app) {
				a.Spec.Image, a.Spec.Executor.Image = nil, new("other")
				a.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
					Containers: []corev1.Container{{Name: sparklabels.DriverContainer, Image: "template"}},
				}}
			}},
			key: sparkconf.DriverContainerImage, want: "template",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			plan := mustPlan(t, sparkPi(tc.change...), tc.options)
			if diff := cmp.Diff(tc.want, plan.Conf().Get(tc.key)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tc.key, diff)
			}
		})
	}
}

func TestNewPlanRefuses(t *testing.T) {
	type app = v1beta2.SparkApplication
	conf := func(key, value string) func(*app) {
		return func(a *app) { a.Spec.SparkConf = map[string]string{key: value} }
	}
	template := func(namespace string) *corev1.PodTemplateSpec {
		return &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Namespace: namespace}}
	}
	cases := map[string]struct {
		change func(*app)
		want   string
	}{
		"client mode": {
			func(a *app) { a.Spec.Mode = v1beta2.DeployModeClient },
			`spec.mode: "client": it would run the driver inside the operator; set it to cluster`,
		},
		"client mode within the cluster": {
			func(a *app) { a.Spec.Mode = v1beta2.DeployModeInClusterClient },
			`spec.mode: "in-cluster-client": it would run the driver inside the operator; set it to cluster`,
		},
		"a main file that is an option": {
			func(a *app) { a.Spec.MainApplicationFile = new("--conf") },
			`spec.mainApplicationFile: "--conf": it must not begin with '-', which would make it an option of spark-submit`,
		},
		"a main class that is an option": {
			func(a *app) { a.Spec.MainClass = new("--master") },
			`spec.mainClass: "--master": it must not begin with '-', which would make it an option of spark-submit`,
		},
		"a proxy user that is an option": {
			func(a *app) { a.Spec.ProxyUser = new("-v") },
			`spec.proxyUser: "-v": it must not begin with '-', which would make it an option of spark-submit`,
		},
		"no main file": {
			func(a *app) { a.Spec.MainApplicationFile = nil },
			`spec.mainApplicationFile: it is required; name the jar, Python or R file to run`,
		},
		"no image": {
			func(a *app) { a.Spec.Image = nil; a.Spec.Driver.Image = new("x") },
			`spec.executor.image: no image is given; set it or spec.image`,
		},
		"another master": {
			conf(sparkconf.Master, "k8s://https://other"),
			`spec.sparkConf[spark.master]: "k8s://https://other": sparkConf key "spark.master" is not allowed: the operator runs applications on its own cluster only; remove it`,
		},
		"another namespace": {
			conf(sparkconf.Namespace, "kube-system"),
			`spec.sparkConf[spark.kubernetes.namespace]: "kube-system": sparkConf key "spark.kubernetes.namespace" is not allowed: it must be the application's namespace "default"; remove it`,
		},
		"a token, which is not repeated": {
			conf("spark.kubernetes.authenticate.driver.oauthToken", "s3cr3t"),
			`spec.sparkConf[spark.kubernetes.authenticate.driver.oauthToken]: "*********(redacted)": sparkConf key "spark.kubernetes.authenticate.driver.oauthToken" is not allowed: the driver uses its service account; set spec.driver.serviceAccount`,
		},
		"a key that hides another": {
			conf("spark.master=k8s://other#", "x"),
			`spec.sparkConf[spark.master=k8s://other#]: "x": sparkConf key "spark.master=k8s://other#" is not allowed: keys are words without blanks, control characters or '='; remove it`,
		},
		"a mount of nothing": {
			func(a *app) { a.Spec.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "data", MountPath: "/data"}} },
			`spec.executor.volumeMounts[0].name: "data": the volume is not declared; add it to spec.volumes`,
		},
		"two ports of a name": {
			func(a *app) {
				a.Spec.Driver.Ports = []v1beta2.Port{{Name: "a", Protocol: "TCP", ContainerPort: 1}, {Name: "a", Protocol: "TCP", ContainerPort: 2}}
			},
			`spec.driver.ports[1].name: "a": duplicate value`,
		},
		"a label that hides a property": {
			func(a *app) { a.Spec.Driver.Labels = map[string]string{"a=b": "c"} },
			`spec.driver.labels[a=b]: "c": it becomes the name of a Spark property, which must not hold blanks, control characters or '='; rename it`,
		},
		"a label of Spark's": {
			func(a *app) { a.Spec.Executor.Labels = map[string]string{sparklabels.SparkExecutorID: "1"} },
			`spec.executor.labels[spark-exec-id]: "1": the label is reserved for Spark; remove it`,
		},
		"a hook of executors in the place of Spark's": {
			func(a *app) {
				a.Spec.Executor.Lifecycle = &corev1.Lifecycle{}
				a.Spec.SparkConf = map[string]string{sparkconf.DecommissionEnabled: "True"}
			},
			`spec.executor.lifecycle: with spark.decommission.enabled Spark puts a hook of its own in its place; remove one of them, or have spark.kubernetes.decommission.script name a script that does both`,
		},
		"a template for another namespace": {
			func(a *app) { a.Spec.Driver.Template = template("kube-system") },
			`spec.driver.template.metadata.namespace: "kube-system": pods run in the application's namespace "default"; remove it`,
		},
		"node selectors in two places": {
			func(a *app) {
				a.Spec.NodeSelector = map[string]string{"a": "b"}
				a.Spec.Driver.NodeSelector = map[string]string{"a": "c"}
			},
			`spec.nodeSelector: it cannot be combined with the driver's or executor's nodeSelector; set it in one place`,
		},
		"a scratch volume that is not declared": {
			func(a *app) {
				a.Spec.Driver.VolumeMounts = []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/x"}}
			},
			`spec.driver.volumeMounts[0].name: "spark-local-dir-1": the volume is not declared; add it to spec.volumes`,
		},
		"a scratch volume that Spark cannot use": {
			func(a *app) {
				a.Spec.Volumes = []corev1.Volume{{Name: "spark-local-dir-1", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{}}}}
				a.Spec.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "spark-local-dir-1", MountPath: "/x"}}
			},
			`spec.executor.volumeMounts[0]: "spark-local-dir-1": Spark's scratch space must be a volume that can be written to, such as an emptyDir, ephemeral or hostPath one`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := newPlan(sparkPi(tc.change), planning.Options{})
			if _, ok := errors.AsType[*planning.InvalidError](err); !ok {
				t.Fatalf("error = %v, want an InvalidError", err)
			}
			if diff := cmp.Diff("invalid application: "+tc.want, err.Error()); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	type app = v1beta2.SparkApplication
	cases := map[string]struct {
		change func(*app)
		want   string
	}{
		"memory without sense": {
			func(a *app) { a.Spec.SparkConf = map[string]string{sparkconf.DriverMemory: "1.5g"} }, `spark.driver.memory: "1.5g" is no size`,
		},
		"no memory": {
			func(a *app) { a.Spec.SparkConf = map[string]string{sparkconf.ExecutorMemory: "0"} }, `spark.executor.memory must be positive, not "0m"`,
		},
		"no class for a jar": {
			func(a *app) { a.Spec.MainClass = nil }, `no main class is given for local:///pi.jar`,
		},
		"a server that clusters do not run": {
			func(a *app) { a.Spec.MainClass = new("org.apache.spark.sql.connect.service.SparkConnectServer") },
			`cannot run in cluster mode`,
		},
		"a limit below what the driver requests": {
			func(a *app) { a.Spec.Driver.MemoryLimit = new("1g") },
			`spec.driver: memoryLimit: the limit 1Gi is less than memory and overhead, 1408Mi: raise it`,
		},
		"a limit below what executors request": {
			func(a *app) { a.Spec.Executor.MemoryLimit = new("1g") },
			`spec.executor: memoryLimit: the limit 1Gi is less than memory and overhead, 1408Mi: raise it`,
		},
		"a volume in place of Spark's own": {
			func(a *app) {
				a.Spec.Volumes = []corev1.Volume{{Name: "spark-conf-volume-exec"}}
				a.Spec.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "spark-conf-volume-exec", MountPath: "/data"}}
			},
			`volumeMounts: volume "spark-conf-volume-exec" has the name of one of Spark's own: rename it in spec.volumes`,
		},
		"Python 2": {
			func(a *app) {
				a.Spec.MainApplicationFile, a.Spec.PythonVersion = new("local:///a.py"), new("2")
			}, `spark.kubernetes.pyspark.pythonVersion is "2", and only 3 is supported; remove it`,
		},
		"a pull policy without sense": {
			func(a *app) { a.Spec.ImagePullPolicy = new("Sometimes") }, `want one of Always, Never, IfNotPresent`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := mustPlan(t, sparkPi(tc.change), planning.Options{}).Render()
			var invalid *planning.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error = %v, want an InvalidError with %s", err, tc.want)
			}
		})
	}
}

func TestUnsupported(t *testing.T) {
	conf := func(key, value string) func(*v1beta2.SparkApplication) {
		return func(a *v1beta2.SparkApplication) { a.Spec.SparkConf = map[string]string{key: value} }
	}
	cases := map[string]struct {
		change func(*v1beta2.SparkApplication)
		field  string
	}{
		"a main file of the submitter's": {
			func(a *v1beta2.SparkApplication) { a.Spec.MainApplicationFile = new("/home/me/a.jar") }, "spec.mainApplicationFile /home/me/a.jar",
		},
		"a file URI": {
			func(a *v1beta2.SparkApplication) { a.Spec.Deps.Files = []string{"file:///etc/passwd"} }, "spark.files file:///etc/passwd",
		},
		"feature steps":           {conf(sparkconf.DriverFeatureSteps, "com.example.Step"), sparkconf.DriverFeatureSteps},
		"a keytab":                {conf(sparkconf.KerberosKeytab, "/x"), sparkconf.KerberosKeytab},
		"a krb5.conf":             {conf(sparkconf.Krb5Path, "/x"), sparkconf.Krb5Path},
		"Kerberos authentication": {conf("spark.hadoop.hadoop.security.authentication", "kerberos"), "spark.hadoop.hadoop.security.authentication"},
		"an R file of the image":  {func(a *v1beta2.SparkApplication) { a.Spec.MainApplicationFile = new("/opt/a.R") }, ""},
		"a jar by URL":            {func(a *v1beta2.SparkApplication) { a.Spec.Deps.Jars = []string{"s3a://bucket/a.jar"} }, ""},
		"an ordinary application": {func(*v1beta2.SparkApplication) {}, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := ""
			plan := mustPlan(t, sparkPi(tc.change), planning.Options{})
			if unsupported := plan.Unsupported(); unsupported != nil {
				got = unsupported.Field
			}
			if diff := cmp.Diff(tc.field, got); diff != "" {
				t.Errorf("unsupported (-want +got):\n%s", diff)
			}
			if _, err := plan.Requests(); err != nil {
				t.Errorf("requests: %v", err)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	app := sparkPi(func(a *v1beta2.SparkApplication) {
		a.Spec.SparkVersion = "9.1.0"
		a.Spec.Executor.MemoryLimit = new("4g")
		a.Spec.HadoopConfigMap = new("hadoop")
		a.Spec.SparkConf = map[string]string{"hadoop.x": "y", sparkconf.DriverPodTemplateFile: "/x", sparkconf.HadoopConfigMap: "other"}
	})
	want := []string{
		"Spark 9.1.0 is not known to this operator; it is treated as 4.3",
		"spec.executor.memoryLimit takes effect through the pod webhook only: Spark limits an executor's memory itself",
		"spec.sparkConf[hadoop.x]: has no effect: Spark properties begin with spark.",
		"spec.sparkConf[spark.kubernetes.driver.podTemplateFile]: has no effect: the file would be read in the operator's container, which has none of yours: write its content into driver.template",
		"spec.sparkConf[spark.kubernetes.hadoop.configMapName]: has no effect: hadoopConfigMap is set",
	}
	if diff := cmp.Diff(want, mustPlan(t, app, planning.Options{}).Warnings()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A plan neither changes the application nor changes with it, and is the same however often it is made.
func TestPlanIsImmutable(t *testing.T) {
	app := manifest.Application(t, "testdata/pi-python.input.yaml")
	before := app.DeepCopy()
	plan := mustPlan(t, app, planning.Options{})
	first, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, app); diff != "" {
		t.Errorf("the application was changed (-want +got):\n%s", diff)
	}
	app.Spec.SparkConf["spark.later"] = "1"
	plan.Conf().Set("spark.later", "1")
	first.Driver.Labels["later"] = "1"
	first.Driver.Spec.Containers[0].Args[0] = "later"
	again, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := mustPlan(t, before, planning.Options{}).Render()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(objectsYAML(t, fresh), objectsYAML(t, again)); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// Names of different attempts and applications never meet, and fit where they are used.
func TestNamesAreBoundedAndDistinct(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"a", "spark-pi", strings.Repeat("x", 63)} {
		for attempt := range int64(3) {
			app := sparkPi(func(a *v1beta2.SparkApplication) { a.Name = name })
			plan, err := planning.NewPlan(app, identity.Of(app, attempt+1), planning.Options{})
			if err != nil {
				t.Fatal(err)
			}
			objects, err := plan.Render()
			if err != nil {
				t.Fatal(err)
			}
			run := fmt.Sprintf("%s/%d", name, attempt)
			for _, object := range []metav1.Object{objects.ConfigMap, objects.TemplateConfigMap, objects.Service} {
				key := object.GetName()
				// Applications of one UID share their ids: in a namespace, names distinguish them.
				if other, taken := seen[name+key]; taken {
					t.Errorf("%s and %s share the name %s", run, other, key)
				}
				seen[name+key] = run
			}
			if length := len(objects.Service.Name); length > sparklabels.MaxLabelLength {
				t.Errorf("service name %s has %d characters", objects.Service.Name, length)
			}
			for label, value := range maps.All(objects.Driver.Labels) {
				if len(value) > sparklabels.MaxLabelLength {
					t.Errorf("label %s=%s has %d characters", label, value, len(value))
				}
			}
		}
	}
}

func TestRequestsCountWhatPodsAskFor(t *testing.T) {
	app := sparkPi(func(a *v1beta2.SparkApplication) {
		a.Spec.Driver.CoreRequest = new("500m")
		a.Spec.Executor.Instances = new(int32(3))
		a.Spec.Executor.Memory = new("512m")
		a.Spec.Executor.GPU = &v1beta2.GPUSpec{Name: "nvidia.com/gpu", Quantity: 1}
	})
	totals, err := mustPlan(t, app, planning.Options{}).Requests()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for name, quantity := range totals.Sum {
		got[string(name)] = quantity.String()
	}
	want := map[string]string{"cpu": "3500m", "memory": "4Gi", "nvidia.com/gpu": "3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func BenchmarkPlanAndRender(b *testing.B) {
	app := sparkPi(func(a *v1beta2.SparkApplication) {
		a.Spec.Driver.Env = []corev1.EnvVar{{Name: "A", Value: "b"}}
		a.Spec.Executor.Tolerations = []corev1.Toleration{{Key: "batch", Operator: corev1.TolerationOpExists}}
		a.Spec.SparkConf = map[string]string{"spark.eventLog.enabled": "true", "spark.eventLog.dir": "s3a://logs", "spark.sql.shuffle.partitions": "8"}
	})
	id := identity.Of(app, 1)
	b.ReportAllocs()
	for b.Loop() {
		plan, err := planning.NewPlan(app, id, planning.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := plan.Render(); err != nil {
			b.Fatal(err)
		}
	}
}
