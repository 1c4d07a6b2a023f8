// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// properties sets properties of sparkConf: keys and values in turn.
func properties(pairs ...string) func(*application) {
	return func(app *application) {
		if app.Spec.SparkConf == nil {
			app.Spec.SparkConf = map[string]string{}
		}
		for i := 0; i < len(pairs); i += 2 {
			app.Spec.SparkConf[pairs[i]] = pairs[i+1]
		}
	}
}

func templateOf(container corev1.Container, beside ...corev1.Container) *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: append([]corev1.Container{container}, beside...)}}
}

func quantities(pairs ...string) corev1.ResourceList {
	list := corev1.ResourceList{}
	for i := 0; i < len(pairs); i += 2 {
		list[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return list
}

// What is known of an application when it is applied is said then.
func TestAdmissionWarns(t *testing.T) {
	const (
		notHere  = "the file would be read in the operator's container, which has none of yours: "
		uploaded = "it is a path in the operator's container, which has it only where its administrator set up uploads; name a file of the image local:///..., or use a URL"
	)
	for name, tc := range map[string]struct {
		change []func(*application)
		want   []string
	}{
		"nothing is to be said": {},
		"templates that the operator's container does not have": {
			change: []func(*application){properties(sparkconf.DriverPodTemplateFile, "/d.yaml", sparkconf.ExecutorPodTemplateFile, "s3a://b/e.yaml")},
			want: []string{
				"spec.sparkConf[spark.kubernetes.driver.podTemplateFile]: has no effect: " + notHere + "write its content into driver.template",
				"spec.sparkConf[spark.kubernetes.executor.podTemplateFile]: has no effect: " + notHere + "write its content into executor.template",
			},
		},
		"an upload path where nothing is uploaded": {
			change: []func(*application){properties(sparkconf.FileUploadPath, "/data/upload")},
			want:   []string{"spec.sparkConf[spark.kubernetes.file.upload.path]: has no effect: no file of this application is uploaded; remove it"},
		},
		"properties beside their fields": {
			change: []func(*application){
				properties(sparkconf.DriverMemory, "4g", sparkconf.ExecutorCores, "3", sparkconf.ExecutorInstances, "9", sparkconf.DriverRequestCores, "1",
					sparkconf.ExecutorLimitCores, "2", sparkconf.DriverMemoryOverhead, "1g", sparkconf.ExecutorDeleteOnTermination, "true", sparkconf.Jars, "local:///a.jar",
					sparkconf.DriverPodName, "mine", sparkconf.DynamicAllocationMax, "7"),
				func(a *application) {
					a.Spec.Driver.Memory, a.Spec.Executor.Cores, a.Spec.Executor.Instances = new("2g"), new(int32(2)), new(int32(2))
					a.Spec.Driver.CoreRequest, a.Spec.Executor.CoreLimit, a.Spec.Driver.MemoryOverhead = new("500m"), new("3"), new("512m")
					a.Spec.Executor.DeleteOnTermination, a.Spec.Deps.Jars = new(false), []string{"local:///b.jar"}
					a.Spec.Driver.PodName = new("other")
					a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{Enabled: true, MaxExecutors: new(int32(3))}
				},
			},
			want: []string{
				"spec.sparkConf[spark.driver.memory]: has no effect: driver.memory is set",
				"spec.sparkConf[spark.driver.memoryOverhead]: has no effect: driver.memoryOverhead is set",
				"spec.sparkConf[spark.dynamicAllocation.maxExecutors]: has no effect: dynamicAllocation.maxExecutors is set",
				"spec.sparkConf[spark.executor.cores]: has no effect: executor.cores is set",
				"spec.sparkConf[spark.executor.instances]: has no effect: executor.instances is set",
				"spec.sparkConf[spark.jars]: has no effect: deps.jars is set",
				"spec.sparkConf[spark.kubernetes.driver.pod.name]: has no effect: driver.podName is set",
				"spec.sparkConf[spark.kubernetes.driver.request.cores]: has no effect: driver.coreRequest is set",
				"spec.sparkConf[spark.kubernetes.executor.deleteOnTermination]: has no effect: executor.deleteOnTermination is set",
				"spec.sparkConf[spark.kubernetes.executor.limit.cores]: has no effect: executor.coreLimit is set",
			},
		},
		"properties beside entries of maps and lists": {
			change: []func(*application){
				properties(sparkconf.DriverLabelPrefix+"team", "a", sparkconf.ExecutorLabelPrefix+"team", "a", sparkconf.ExecutorAnnotationPrefix+"b", "1",
					sparkconf.DriverEnvPrefix+"C", "1", sparkconf.ExecutorEnvPrefix+"D", "1", sparkconf.HadoopPrefix+"e", "1",
					sparkconf.DriverSecretKeyRefPrefix+"D", "other:key", sparkconf.DriverServiceLabelPrefix+"f", "1", sparkconf.HadoopConfigMap, "g"),
				func(a *application) {
					a.Labels = map[string]string{"team": "b"}
					a.Spec.Executor.Labels, a.Spec.Executor.Annotations = map[string]string{"team": "c"}, map[string]string{"b": "2"}
					a.Spec.Driver.EnvVars, a.Spec.Executor.Env = map[string]string{"C": "2"}, []corev1.EnvVar{{Name: "D", Value: "2"}}
					a.Spec.Driver.Env, a.Spec.HadoopConf = []corev1.EnvVar{{Name: "D", Value: "3"}}, map[string]string{"e": "2"}
					a.Spec.Driver.ServiceLabels, a.Spec.HadoopConfigMap = map[string]string{"f": "2"}, new("h")
				},
			},
			want: []string{
				"spec.driver.envVars: is deprecated; use env",
				"spec.sparkConf[spark.executorEnv.D]: has no effect: executor.env[D] is set",
				"spec.sparkConf[spark.hadoop.e]: has no effect: hadoopConf[e] is set",
				"spec.sparkConf[spark.kubernetes.driver.label.team]: has no effect: metadata.labels[team] is set",
				"spec.sparkConf[spark.kubernetes.driver.secretKeyRef.D]: has no effect: driver.env[D] is set",
				"spec.sparkConf[spark.kubernetes.driver.service.label.f]: has no effect: driver.serviceLabels[f] is set",
				"spec.sparkConf[spark.kubernetes.driverEnv.C]: has no effect: driver.envVars[C] is set",
				"spec.sparkConf[spark.kubernetes.executor.annotation.b]: has no effect: executor.annotations[b] is set",
				"spec.sparkConf[spark.kubernetes.executor.label.team]: has no effect: executor.labels[team] is set",
				"spec.sparkConf[spark.kubernetes.hadoop.configMapName]: has no effect: hadoopConfigMap is set",
			},
		},
		"a property that says the same as its field": {
			change: []func(*application){properties(sparkconf.DriverMemory, "2g", sparkconf.Jars, "local:///a.jar"), func(a *application) {
				a.Spec.Driver.Memory, a.Spec.Deps.Jars = new("2g"), []string{"local:///a.jar"}
			}},
		},
		"what the operator sets itself": {
			change: []func(*application){properties(sparkconf.WaitAppCompletion, "true", "notSparks", "x"), func(a *application) {
				a.Spec.Monitoring = &v1beta2.MonitoringSpec{Prometheus: &v1beta2.PrometheusSpec{JmxExporterJar: "/jmx.jar"}}
				a.Spec.SparkConf[sparkconf.MetricsConf] = "/mine"
			}},
			want: []string{
				"spec.sparkConf[notSparks]: has no effect: Spark properties begin with spark.",
				"spec.sparkConf[spark.kubernetes.submission.waitAppCompletion]: has no effect: the operator sets it itself",
				"spec.sparkConf[spark.metrics.conf]: has no effect: monitoring is set",
			},
		},
		"options of the JVM in both places arrive, but for those that cannot": {
			change: []func(*application){
				properties(sparkconf.DriverExtraJavaOptions, "-Dzone=a", sparkconf.ExecutorExtraJavaOptions, "-XX:+UseG1GC -Dpassword=hunter2 -Dzone=a"),
				func(a *application) {
					a.Spec.Driver.JavaOptions, a.Spec.Executor.JavaOptions = new("-Xss4m"), new("-XX:+UseParallelGC -Dpassword=s3cret")
				},
			},
			want: []string{"spec.sparkConf[spark.executor.extraJavaOptions]: is used without -Dpassword, -XX:+UseG1GC, which executor.javaOptions or monitoring sets otherwise"},
		},
		"what Spark overwrites in templates": {
			change: []func(*application){properties(sparkconf.ExecutorLimitCores, "2"), func(a *application) {
				a.Spec.Driver.Template = templateOf(corev1.Container{Name: "spark-kubernetes-driver", Image: "other", Resources: corev1.ResourceRequirements{
					Requests: quantities("memory", "3Gi", "cpu", "900m", "ephemeral-storage", "1Gi"), Limits: quantities("memory", "3Gi", "cpu", "2"),
				}})
				a.Spec.Executor.Template = templateOf(
					corev1.Container{Name: "sidecar", Image: "side", Resources: corev1.ResourceRequirements{Requests: quantities("memory", "1Gi")}},
					corev1.Container{Name: "spark-kubernetes-executor", Resources: corev1.ResourceRequirements{Limits: quantities("cpu", "2", "ephemeral-storage", "1Gi")}})
			}},
			want: []string{
				"spec.driver.template.spec.containers[spark-kubernetes-driver].image: has no effect: spec.image or driver.image is set",
				"spec.driver.template.spec.containers[spark-kubernetes-driver].resources.limits[memory]: has no effect: Spark sets it; use driver.memory and driver.memoryOverhead",
				"spec.driver.template.spec.containers[spark-kubernetes-driver].resources.requests[cpu]: has no effect: Spark sets it; use driver.coreRequest or driver.cores",
				"spec.driver.template.spec.containers[spark-kubernetes-driver].resources.requests[memory]: has no effect: Spark sets it; use driver.memory and driver.memoryOverhead",
				"spec.executor.template.spec.containers[spark-kubernetes-executor].resources.limits[cpu]: has no effect: Spark sets it; use executor.coreLimit",
			},
		},
		"files of the operator's container": {
			change: []func(*application){
				properties(sparkconf.Files, "local:///a,/etc/b.conf", sparkconf.KerberosKeytab, "/k.keytab", sparkconf.Krb5Path, "/etc/krb5.conf"),
				func(a *application) {
					a.Spec.MainApplicationFile = new("file:///opt/app.jar")
					a.Spec.Deps.Jars, a.Spec.Deps.PyFiles = []string{"https://x/a.jar", "b.jar", "c.jar"}, []string{"file:/d.py"}
				},
			},
			want: []string{
				`spec.deps.jars: "b.jar": ` + uploaded,
				`spec.sparkConf[spark.files]: "/etc/b.conf": ` + uploaded,
				`spec.deps.pyFiles: "file:/d.py": ` + uploaded,
				`spec.mainApplicationFile: "file:///opt/app.jar": ` + uploaded,
				`spec.sparkConf[spark.kerberos.keytab]: "/k.keytab": ` + uploaded,
				`spec.sparkConf[spark.kubernetes.kerberos.krb5.path]: "/etc/krb5.conf": ` + uploaded,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			examined := planning.Examine(sparkPi(tc.change...), field.NewPath("spec"), planning.Options{})
			if len(examined.Errors) > 0 {
				t.Fatalf("refused: %v", examined.Errors)
			}
			if diff := cmp.Diff(tc.want, examined.Warnings); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWarningsOfSchedulesNameTheirTemplate(t *testing.T) {
	app := sparkPi(properties(sparkconf.FileUploadPath, "/data/upload"))
	want := []string{"spec.template.sparkConf[spark.kubernetes.file.upload.path]: has no effect: no file of this application is uploaded; remove it"}
	if diff := cmp.Diff(want, planning.Examine(app, field.NewPath("spec", "template"), planning.Options{}).Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// Of every property of an application that does not reach Spark something is said.
func TestNoPropertyIsLostInSilence(t *testing.T) {
	full := sparkPi(
		func(a *application) {
			a.Labels = map[string]string{"k": "field"}
			a.Spec.HadoopConf, a.Spec.NodeSelector = map[string]string{"k": "field"}, map[string]string{"k": "field"}
			a.Spec.ImagePullPolicy, a.Spec.ImagePullSecrets, a.Spec.HadoopConfigMap = new("Always"), []string{"field"}, new("field")
			a.Spec.Deps = v1beta2.Dependencies{
				Jars: []string{"local:///field"}, Files: []string{"local:///field"}, PyFiles: []string{"local:///field"}, Archives: []string{"local:///field"},
				Packages: []string{"a:field:1"}, ExcludePackages: []string{"a:field"}, Repositories: []string{"https://field"},
			}
			a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{
				Enabled: true, InitialExecutors: new(int32(3)), MinExecutors: new(int32(3)), MaxExecutors: new(int32(3)), ShuffleTrackingTimeout: new(int64(3)),
			}
			a.Spec.Executor.Instances, a.Spec.Executor.DeleteOnTermination = new(int32(3)), new(false)
			for _, pod := range []*v1beta2.SparkPodSpec{&a.Spec.Driver.SparkPodSpec, &a.Spec.Executor.SparkPodSpec} {
				pod.Cores, pod.CoreLimit, pod.Memory, pod.MemoryOverhead = new(int32(3)), new("3"), new("3g"), new("3g")
				pod.Labels, pod.Annotations, pod.EnvVars = map[string]string{"k": "field"}, map[string]string{"k": "field"}, map[string]string{"k": "field"}
				pod.SchedulerName, pod.Secrets = new("field"), []v1beta2.SecretInfo{{Name: "k", Path: "/field", Type: v1beta2.SecretTypeGeneric}}
				pod.EnvSecretKeyRefs = map[string]v1beta2.NameKey{"r": {Name: "field", Key: "key"}}
			}
		},
	)
	plain, err := newPlan(full, planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := slices.Sorted(maps.Keys(maps.Collect(plain.Conf().All())))
	if len(keys) < 50 {
		t.Fatalf("only %d properties are tried", len(keys))
	}
	refused := 0
	for _, key := range keys {
		examined := planning.Examine(sparkPi(func(a *application) { full.DeepCopyInto(a) }, properties(key, "other")), field.NewPath("spec"), planning.Options{})
		plan, err := newPlan(sparkPi(func(a *application) { full.DeepCopyInto(a) }, properties(key, "other")), planning.Options{})
		if len(examined.Errors) > 0 || err != nil {
			refused++
			continue // That is no silence.
		}
		said := slices.ContainsFunc(examined.Warnings, func(w string) bool { return strings.HasPrefix(w, "spec.sparkConf["+key+"]: has no effect: ") })
		// Which container of a template is meant arrives, and has no effect without a template.
		arrives := plan.Conf().Get(key) == "other" && key != sparkconf.ExecutorPodTemplateContainer
		if arrives == said {
			t.Errorf("%s arrives: %t, and a warning says that it has no effect: %t", key, arrives, said)
		}
	}
	if refused > len(keys)/3 {
		t.Errorf("%d of %d properties are refused, so that little was tried", refused, len(keys))
	}
}
