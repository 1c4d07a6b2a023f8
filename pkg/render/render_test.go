// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func input(properties ...sparkconf.Property) render.Input {
	conf := sparkconf.New(sparkconf.Property{Key: sparkconf.ContainerImage, Value: "spark:4.0.1"})
	for _, p := range properties {
		conf.Set(p.Key, p.Value)
	}
	return render.Input{
		Namespace: "default", AppName: "pi", AppID: "spark-0123", SparkVersion: "4.0.1", SparkUser: "spark",
		Master: "k8s://https://kubernetes.default.svc",
		Names:  render.Names{Prefix: "pi-0123", Fallback: "4567", ConfigMap: "spark-drv-0123-conf-map", LocalDir: "/var/data/spark-0123"},
		Conf:   conf, MainClass: "org.example.Pi", MainFile: "local:///opt/pi.jar",
	}
}

func TestForVersion(t *testing.T) {
	const newer, older = " is not known to this operator; it is treated as ", " is older than this operator supports; it is treated as 3.5 and may not run"
	cases := map[string]struct{ asked, want, warning string }{
		"a patch of a known minor":           {"4.0.1", "4.0", ""},
		"a minor alone":                      {"4.0", "4.0", ""},
		"a build of a known minor":           {"v4.0.1-scala2.13", "4.0", ""},
		"a newer minor is the newest known":  {"4.9.0", "4.3", "Spark 4.9.0" + newer + "4.3"},
		"a newer major is the newest known":  {"5.0.0", "4.3", "Spark 5.0.0" + newer + "4.3"},
		"one between two known is the lower": {"3.9.1", "3.5", "Spark 3.9.1" + newer + "3.5"},
		"an older minor is the oldest known": {"3.4.4", "3.5", "Spark 3.4.4" + older},
		"an older major is the oldest known": {"2.4.8", "3.5", "Spark 2.4.8" + older},
		"what is no version is the oldest":   {"latest", "3.5", `sparkVersion "latest" is no version of Spark; the application is treated as one of 3.5`},
		"nothing at all is the oldest known": {"", "3.5", `sparkVersion "" is no version of Spark; the application is treated as one of 3.5`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := render.ForVersion(tc.asked)
			if got.Version.Name != tc.want || got.Exact != (tc.warning == "") {
				t.Errorf("ForVersion(%q) = %s, exact %t, want %s, exact %t", tc.asked, got.Version.Name, got.Exact, tc.want, tc.warning == "")
			}
			if diff := cmp.Diff(tc.warning, got.Warning()); diff != "" {
				t.Errorf("warning (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLocalFile(t *testing.T) {
	for file, want := range map[string]bool{
		"local:///opt/a.jar": false, "https://example.com/a.jar": false, "s3a://bucket/a.jar": false, "spark-internal": false,
		"/opt/a.jar": true, "a.jar": true, "file:///opt/a.jar": true, "file:/opt/a.jar": true, "local:///with blank.jar": true,
		"1http://x": true, ":x": true, "http:": true, "http://": true, "local:#/a.jar": true, "http:/%zz/a.jar": true, "http:/a#b#c": true,
		"http://a/b[c": true, "http://a?b[c": false, "http://a/b?c?d#e?f": false, "http://[::1]:80/a.jar": false, "http://[::1": true,
		"http://[::g]/a": true, "http://[::1]:x/a": true, "http://x[::1]/a": true, "http://[1.2.3.4]/a": true, "http://[fe80::1%25eth0]/a": true,
		"http://a|b/c": true, "http://a:b@c:d/e": false, "a:b": false, "a:b|": true, "local:///\u00f6\U0001F600.jar": false, "local:///a\u00a0b": true,
		"local:///a\u0085b": true, "\u00a0local:///a": true, "local:///a%20b%E4": false, "local:///a%2": true,
	} {
		if got := render.LocalFile(file); got != want {
			t.Errorf("LocalFile(%q) = %t, want %t", file, got, want)
		}
	}
}

func TestDriverRefuses(t *testing.T) {
	volume := sparkconf.DriverVolumesPrefix
	cases := map[string]struct {
		properties []sparkconf.Property
		want       string
	}{
		"a label of Spark's": {
			[]sparkconf.Property{{Key: sparkconf.DriverLabelPrefix + "spark-role", Value: "x"}}, `basics: label "spark-role" is reserved for Spark`,
		},
		"CPU without sense": {
			[]sparkconf.Property{{Key: sparkconf.DriverRequestCores, Value: "much"}}, `"much" is no amount of CPU`,
		},
		"a negative overhead factor": {
			[]sparkconf.Property{{Key: sparkconf.MemoryOverheadFactor, Value: "-1"}}, `must not be negative`,
		},
		"a resource without a vendor": {
			[]sparkconf.Property{{Key: "spark.driver.resource.gpu.amount", Value: "1"}}, `spark.driver.resource.gpu.vendor is not set`,
		},
		"a resource without an amount": {
			[]sparkconf.Property{{Key: "spark.driver.resource.gpu.vendor", Value: "nvidia.com"}}, `spark.driver.resource.gpu.amount is not set`,
		},
		"a bind address": {
			[]sparkconf.Property{{Key: sparkconf.DriverBindAddress, Value: "0.0.0.0"}}, `service: spark.driver.bindAddress cannot be set on Kubernetes`,
		},
		"an unknown address family": {
			[]sparkconf.Property{{Key: sparkconf.DriverServiceIPFamilies, Value: "IPX"}}, `want one of IPv4; IPv6; IPv4,IPv6; IPv6,IPv4`,
		},
		"a key reference without a key": {
			[]sparkconf.Property{{Key: sparkconf.DriverSecretKeyRefPrefix + "A", Value: "name"}}, `want the Secret's name and its key, joined by a colon`,
		},
		"a volume of an unknown kind": {
			[]sparkconf.Property{{Key: volume + "tape.a.mount.path", Value: "/a"}}, `volumes of kind "tape" are not supported`,
		},
		"a volume without its claim": {
			[]sparkconf.Property{{Key: volume + "persistentVolumeClaim.a.mount.path", Value: "/a"}}, `options.claimName is not set`,
		},
		"an executors' volume without its path": {
			[]sparkconf.Property{{Key: sparkconf.ExecutorVolumesPrefix + "nfs.a.options.server", Value: "s"}}, `mount.path is not set`,
		},
		"two volumes at one path": {
			[]sparkconf.Property{{Key: volume + "emptyDir.a.mount.path", Value: "/a"}, {Key: volume + "emptyDir.b.mount.path", Value: "/a"}},
			`two volumes are mounted at "/a"`,
		},
		"two ways into one volume": {
			[]sparkconf.Property{
				{Key: volume + "emptyDir.a.mount.path", Value: "/a"}, {Key: volume + "emptyDir.a.mount.subPath", Value: "b"},
				{Key: volume + "emptyDir.a.mount.subPathExpr", Value: "c"},
			}, `exclude each other`,
		},
		"a size whose unit was forgotten": {
			[]sparkconf.Property{{Key: volume + "emptyDir.a.mount.path", Value: "/a"}, {Key: volume + "emptyDir.a.options.sizeLimit", Value: "5"}},
			`is less than 1 KiB; is a unit missing`,
		},
		"half of a token secret": {
			[]sparkconf.Property{{Key: sparkconf.KerberosTokenSecret, Value: "a"}}, `must be set together`,
		},
		"a size in units of Kubernetes, before 4.2": {
			[]sparkconf.Property{{Key: sparkconf.DriverMemory, Value: "2Gi"}}, `spark.driver.memory: "2Gi" is no size: unknown unit "gi"`,
		},
		"no executors": {
			[]sparkconf.Property{{Key: sparkconf.ExecutorInstances, Value: "0"}}, `spark.executor.instances must be positive, not "0"`,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := render.Driver(input(tc.properties...), render.ForVersion("4.0").Version)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error = %v, want one with %s", err, tc.want)
			}
		})
	}
}

func TestDriverTakesNothingOfTheOwnersFromTemplates(t *testing.T) {
	in := input()
	in.Owner = &metav1.OwnerReference{Kind: "SparkApplication", Name: "pi", UID: "uid"}
	in.DriverTemplate = &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{
		Name: "other", Namespace: "kube-system", GenerateName: "x", UID: "x", Finalizers: []string{"example.com/keep"},
		OwnerReferences: []metav1.OwnerReference{{Kind: "Node", Name: "n", UID: "x"}},
		Labels:          map[string]string{"a": "b", "spark-role": "executor"},
	}}
	before := in.DriverTemplate.DeepCopy()
	objects, err := render.Driver(in, render.ForVersion("4.0").Version)
	if err != nil {
		t.Fatal(err)
	}
	want := metav1.ObjectMeta{
		Name: "pi-0123-driver", Namespace: "default", OwnerReferences: []metav1.OwnerReference{*in.Owner},
		Labels: map[string]string{
			"a": "b", "spark-role": "driver", "spark-app-name": "pi", "spark-app-selector": "spark-0123", "spark-version": "4.0.1",
		},
	}
	if diff := cmp.Diff(want, objects.Driver.ObjectMeta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, in.DriverTemplate); diff != "" {
		t.Errorf("the template was changed (-want +got):\n%s", diff)
	}
}

func TestExecutorNames(t *testing.T) {
	long := strings.Repeat("x", 70)
	conf := sparkconf.New(
		sparkconf.Property{Key: sparkconf.ContainerImage, Value: "spark"},
		sparkconf.Property{Key: sparkconf.ExecutorPodNamePrefix, Value: long + ".y"},
		sparkconf.Property{Key: sparkconf.DecommissionEnabled, Value: "true"},
	)
	pod, err := render.Executor(render.ExecutorInput{Namespace: "default", Conf: conf, LocalDir: "/tmp", ID: 7}, render.ForVersion("4.0").Version)
	if err != nil {
		t.Fatal(err)
	}
	if want := long + ".y-exec-7"; pod.Name != want {
		t.Errorf("name = %s, want %s", pod.Name, want)
	}
	if want := strings.Repeat("x", 54) + "_y-exec-7"; pod.Spec.Hostname != want {
		t.Errorf("hostname = %s, want %s", pod.Spec.Hostname, want)
	}
	preStop := &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/opt/decom.sh"}}}}
	if diff := cmp.Diff(preStop, pod.Spec.Containers[0].Lifecycle); diff != "" {
		t.Errorf("lifecycle (-want +got):\n%s", diff)
	}
}

// Whatever a file is called, it is rendered without a panic, and only what has a scheme of its own is taken as remote.
func FuzzFiles(f *testing.F) {
	for _, seed := range []string{"local:///a.jar", "/a b.py", "x:y", "", ",", "file:/x.R", "a#b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		if resolved := render.ResolveURI(file); !render.LocalFile(file) && file != "spark-internal" && resolved != file {
			t.Errorf("remote file %q was resolved to %q", file, resolved)
		}
		in := input(sparkconf.Property{Key: sparkconf.Jars, Value: file})
		in.MainFile = file
		_, _ = render.Driver(in, render.ForVersion("4.0").Version)
	})
}

// Whatever a property holds, it is refused or makes a driver and an executor that the operator recognises.
func FuzzProperties(f *testing.F) {
	for _, seed := range []sparkconf.Property{
		{Key: sparkconf.DriverLabelPrefix + "spark-role", Value: "executor"},
		{Key: sparkconf.ExecutorVolumesPrefix + "emptyDir.x.options.sizeLimit", Value: "1Gi"},
		{Key: sparkconf.DriverVolumesPrefix + "persistentVolumeClaim..options.claimName", Value: "OnDemand"},
		{Key: sparkconf.ExecutorMemory, Value: "99999999p"},
		{Key: "spark.driver.resource.gpu.amount", Value: "-1"},
		{Key: sparkconf.DriverExcludedSteps, Value: "org.apache.spark.deploy.k8s.features.DriverServiceFeatureStep"},
		{Key: sparkconf.DriverServiceIPFamilies, Value: "IPv6,"},
		{Key: sparkconf.LocalDir, Value: ",,"},
		{Key: sparkconf.Jars, Value: "a b:c,%zz, ://"},
		{Key: sparkconf.MemoryOverheadFactor, Value: "1e308"},
	} {
		f.Add(seed.Key, seed.Value)
	}
	f.Fuzz(func(t *testing.T, key, value string) {
		if sparkconf.CheckUserProperty("default", key, value) != nil {
			return
		}
		for _, name := range []string{"3.5", "4.0", "4.1", "4.2", "4.3"} {
			in, version := input(sparkconf.Property{Key: key, Value: value}), render.ForVersion(name).Version
			objects, err := render.Driver(in, version)
			if err != nil {
				continue
			}
			checkPod(t, objects.Driver, sparklabels.RoleDriver)
			executor, err := render.Executor(render.ExecutorInput{
				Namespace: in.Namespace, Prefix: in.Names.Prefix, LocalDir: in.Names.LocalDir, Conf: objects.Properties, ID: 1,
			}, version)
			if err == nil {
				checkPod(t, executor, sparklabels.RoleExecutor)
			}
		}
	})
}

// checkPod fails where a pod is not of the namespace, the application and the role.
func checkPod(t *testing.T, pod *corev1.Pod, role string) {
	t.Helper()
	if pod.Namespace != "default" || pod.Name == "" || len(pod.Spec.Containers) != 1 {
		t.Errorf("%s pod is %s/%s with %d containers", role, pod.Namespace, pod.Name, len(pod.Spec.Containers))
	}
	if pod.Labels[sparklabels.SparkRole] != role || pod.Labels[sparklabels.SparkAppSelector] != "spark-0123" {
		t.Errorf("%s pod has the labels %v", role, pod.Labels)
	}
}

func ExampleDriver() {
	objects, err := render.Driver(render.Input{
		Namespace: "default", AppName: "pi", AppID: "spark-0123", SparkVersion: "4.0.1", SparkUser: "spark",
		Master: "k8s://https://kubernetes.default.svc",
		Names:  render.Names{Prefix: "pi-0123", ConfigMap: "spark-drv-0123-conf-map", LocalDir: "/var/data/spark-0123"},
		Conf:   sparkconf.New(sparkconf.Property{Key: sparkconf.ContainerImage, Value: "spark:4.0.1"}),

		MainClass: "org.apache.spark.examples.SparkPi", MainFile: "local:///opt/spark/examples/jars/spark-examples.jar",
	}, render.ForVersion("4.0.1").Version)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(objects.Driver.Name, objects.Service.Name, objects.Driver.Spec.Containers[0].Resources.Requests.Memory())
	// Output: pi-0123-driver pi-0123-driver-svc 1408Mi
}
