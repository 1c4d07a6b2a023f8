// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

type app = v1beta2.SparkApplication

func sparkPi(name string, change ...func(*app)) *app {
	return builder.SparkApplication(namespace, name, change...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func schedule(change ...func(*v1beta2.ScheduledSparkApplication)) *v1beta2.ScheduledSparkApplication {
	s := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "daily"}}
	s.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: sparkPi("").Spec}
	for _, c := range change {
		c(s)
	}
	return s
}

func connectServer(change ...func(*v1alpha1.SparkConnect)) *v1alpha1.SparkConnect {
	c := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "server"}}
	c.Spec.SparkVersion, c.Spec.Image = "4.0.1", new("spark:4.0.1")
	for _, change := range change {
		change(c)
	}
	return c
}

// What authors read when they apply something wrong, word for word; all of it passes the schema.
func TestMessages(t *testing.T) {
	const (
		application = `admission webhook "validate-sparkapplication.sparkoperator.k8s.io" denied the request: SparkApplication.sparkoperator.k8s.io "pi" is invalid: `
		scheduled   = `admission webhook "validate-scheduledsparkapplication.sparkoperator.k8s.io" denied the request: ScheduledSparkApplication.sparkoperator.k8s.io "daily" is invalid: `
		connects    = `admission webhook "validate-sparkconnect.sparkoperator.k8s.io" denied the request: SparkConnect.sparkoperator.k8s.io "server" is invalid: `
	)
	for name, tc := range map[string]struct {
		object       client.Object
		want         string // nothing: it is accepted
		wantWarnings []string
	}{
		"an application":     {object: sparkPi("pi")},
		"a schedule":         {object: schedule()},
		"a Spark Connect":    {object: connectServer()},
		"a property denied":  {object: sparkPi("pi", conf("spark.kubernetes.container.image", "x")), want: application + `spec.sparkConf[spark.kubernetes.container.image]: Invalid value: "x": sparkConf key "spark.kubernetes.container.image" is not allowed: use spec.image`},
		"another namespace":  {object: sparkPi("pi", conf("spark.kubernetes.namespace", "other")), want: `sparkConf key "spark.kubernetes.namespace" is not allowed: it must be the application's namespace "default"; remove it`},
		"another's token":    {object: sparkPi("pi", conf("spark.kubernetes.authenticate.submission.oauthToken", "s3cret")), want: `Invalid value: "*********(redacted)": sparkConf key "spark.kubernetes.authenticate.submission.oauthToken" is not allowed`},
		"memory":             {object: sparkPi("pi", func(a *app) { a.Spec.Executor.Memory = new("4Gi") }), want: application + `spec.executor.memory: Invalid value: "4Gi": must be a whole number with a unit of Spark, such as 512m or 2g`},
		"no image":           {object: sparkPi("pi", func(a *app) { a.Spec.Image = nil }), want: application + `[spec.driver.image: Forbidden: no image is given; set it or spec.image, spec.executor.image: Forbidden: no image is given; set it or spec.image]`},
		"no class":           {object: sparkPi("pi", func(a *app) { a.Spec.MainClass = nil }), want: application + `spec: Forbidden: no main class is given for local:///pi.jar`},
		"an old Spark":       {object: sparkPi("pi", func(a *app) { a.Spec.SparkVersion, a.Spec.Driver.Template = "2.4.8", &corev1.PodTemplateSpec{} }), want: application + `spec.driver.template: Forbidden: Spark 2.4.8 makes no pods from templates; use Spark 3.0.0 or later, or remove it`},
		"a low memory limit": {object: sparkPi("pi", func(a *app) { a.Spec.Executor.MemoryLimit = new("1g") }), want: application + `spec.executor: Forbidden: memoryLimit: the limit 1Gi is less than memory and overhead, 1408Mi: raise it`},
		"ingresses":          {object: sparkPi("pi", twoIngresses), want: application + `[spec.driverIngressOptions[1].servicePort: Duplicate value: 8080, spec.driverIngressOptions[1].ingressURLFormat: Required value: set it to the URL to expose the port at, such as {{$appName}}.example.com]`},
		"a schedule's template": {object: schedule(func(s *v1beta2.ScheduledSparkApplication) {
			s.Spec.Template.SparkConf = map[string]string{"spark.master": "x"}
		}), want: scheduled + `spec.template.sparkConf[spark.master]: Invalid value: "x": sparkConf key "spark.master" is not allowed`},
		"a schedule's time": {object: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Spec.Schedule, s.Spec.TimeZone = "noon", "Mars" }),
			want: scheduled + `[spec.schedule: Invalid value: "noon": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": expected exactly 5 fields, found 1: [noon], spec.timeZone: Invalid value: "Mars": must be a time zone of the IANA data base, such as Europe/Berlin]`},
		"a schedule's policy":          {object: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Spec.ConcurrencyPolicy = "Sometimes" }), want: scheduled + `spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", "Forbid", "Replace"`},
		"a schedule's longest name":    {object: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Name = strings.Repeat("a", 63) })},
		"a schedule that is never due": {object: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Spec.Schedule = "0 0 30 2 *" }), want: scheduled + `spec.schedule: Invalid value: "0 0 30 2 *": it is never due: there is no such day`},
		"a server's memory":            {object: connectServer(func(c *v1alpha1.SparkConnect) { c.Spec.Server.Memory = new("1.5g") }), want: connects + `spec.server.memory: Invalid value: "1.5g": must be a whole number with a unit of Spark, such as 512m or 2g`},
		"a server's image":             {object: connectServer(func(c *v1alpha1.SparkConnect) { c.Spec.Image = nil }), want: `spec.server.template.spec.containers: Required value: no image is given: set spec.image, or the image of the container spark-kubernetes-driver`},
		"a server of no use": {object: connectServer(func(c *v1alpha1.SparkConnect) {
			c.Spec.DynamicAllocation = &v1alpha1.DynamicAllocation{MaxExecutors: new(int32(4))}
		}), wantWarnings: []string{"spec.dynamicAllocation: has no effect unless its field enabled is true"}},
		"deprecated fields":           {object: sparkPi("pi", func(a *app) { a.Spec.PythonVersion, a.Spec.Driver.EnvVars = new("3"), map[string]string{"A": "b"} }), wantWarnings: []string{"spec.driver.envVars: is deprecated; use env", "spec.pythonVersion: has no effect: Spark 3.1 and later use the Python of the image"}},
		"a schedule without a policy": {object: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Spec.ConcurrencyPolicy = "" })},
	} {
		t.Run(name, func(t *testing.T) {
			warned.take()
			err := author.Create(t.Context(), tc.object, client.DryRunAll)
			if got := ""; err != nil {
				got = err.Error()
				if tc.want == "" || !strings.Contains(got, tc.want) {
					t.Errorf("error is\n%s\nwant it to contain\n%s", got, tc.want)
				}
			} else if tc.want != "" {
				t.Error("accepted")
			}
			got := warned.take()
			slices.Sort(got)
			if diff := gocmp.Diff(tc.wantWarnings, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func conf(key, value string) func(*app) {
	return func(a *app) { a.Spec.SparkConf = map[string]string{key: value} }
}

func twoIngresses(a *app) {
	port := v1beta2.DriverIngressConfiguration{ServicePort: new(int32(8080)), ServicePortName: new("ui"), IngressURLFormat: "a"}
	second := port
	second.IngressURLFormat = ""
	a.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{port, second}
}

// An application that would not be accepted today can be labelled, suspended, mended in part and deleted, but not made
// worse.
func TestWhatWasStoredBeforeCanBeUpdated(t *testing.T) {
	ctx := t.Context()
	stored := &app{}
	key := client.ObjectKey{Namespace: namespace, Name: "stored-before"}
	update := func(change func(*app)) error {
		must(t, author.Get(ctx, key, stored))
		change(stored)
		return author.Update(ctx, stored)
	}
	must(t, update(func(a *app) { a.Labels, a.Finalizers = map[string]string{"team": "a"}, []string{"example.com/hold"} }))
	must(t, update(func(a *app) { a.Spec.Suspend = new(true) }))
	must(t, update(func(a *app) { a.Spec.Arguments = []string{"10"} }))
	if err := update(func(a *app) { a.Spec.Driver.Memory = new("more") }); err == nil || !strings.Contains(err.Error(), `spec.driver.memory: Invalid value: "more"`) {
		t.Errorf("making it worse: error is %v", err)
	}
	must(t, author.Delete(ctx, &app{ObjectMeta: metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name}}))
	must(t, update(func(a *app) { a.Finalizers = nil }))
	if err := author.Get(ctx, key, stored); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("it is still there: %v", err)
	}
}

func pod(name, application string, role string, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{
			sparklabels.AppName: application, sparklabels.LaunchedByOperator: "true", sparklabels.SparkRole: role,
		}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "spark-kubernetes-" + role, Image: "spark:4.0.1",
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1408Mi")},
				Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1408Mi")},
			},
		}}},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func TestPods(t *testing.T) {
	ctx := t.Context()
	a := sparkPi("shaped", func(a *app) {
		a.Spec.Executor.MemoryLimit = new("3g")
		a.Spec.Executor.Tolerations = []corev1.Toleration{{Key: "spark", Operator: corev1.TolerationOpExists}}
		a.Spec.Driver.Env = []corev1.EnvVar{{Name: "GREETING", Value: "hello"}}
	})
	must(t, author.Create(ctx, a))
	ownedBy := func(uid types.UID) func(*corev1.Pod) {
		return func(p *corev1.Pod) {
			p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "sparkoperator.k8s.io/v1beta2", Kind: "SparkApplication", Name: "shaped", UID: uid}}
		}
	}

	// By now the application may not be in the webhook's cache.
	driver := pod("driver", "shaped", "driver", ownedBy(a.UID))
	must(t, author.Create(ctx, driver, client.DryRunAll))
	if env := driver.Spec.Containers[0].Env; len(env) != 1 || env[0].Value != "hello" {
		t.Errorf("driver: env is %v", env)
	}
	executor := pod("executor", "shaped", "executor")
	must(t, author.Create(ctx, executor, client.DryRunAll))
	if got := executor.Spec.Containers[0].Resources.Limits.Memory().String(); got != "3Gi" {
		t.Errorf("executor: memory limit is %s, want 3Gi", got)
	}
	if !slices.ContainsFunc(executor.Spec.Tolerations, func(t corev1.Toleration) bool { return t.Key == "spark" }) {
		t.Errorf("executor: tolerations are %v", executor.Spec.Tolerations)
	}

	for name, tc := range map[string]struct {
		pod  *corev1.Pod
		want string
	}{
		"of an application that is gone":   {pod("a", "gone", "executor"), `there is no SparkApplication "gone"`},
		"of an application before":         {pod("b", "shaped", "driver", ownedBy("before")), `it is no pod of SparkApplication "shaped"`},
		"that the operator did not launch": {pod("c", "shaped", "executor", func(p *corev1.Pod) { delete(p.Labels, sparklabels.LaunchedByOperator) }), ""},
	} {
		warned.take()
		before := tc.pod.DeepCopy()
		must(t, author.Create(ctx, tc.pod, client.DryRunAll))
		if got := cmp.Or(strings.Join(warned.take(), ""), "nothing"); !strings.Contains(got, cmp.Or(tc.want, "nothing")) {
			t.Errorf("pod %s: warnings %q, want %q", name, got, tc.want)
		}
		if diff := gocmp.Diff(before.Spec.Containers[0].Env, tc.pod.Spec.Containers[0].Env); diff != "" {
			t.Errorf("pod %s was changed:\n%s", name, diff)
		}
	}
}

func TestResourceQuotas(t *testing.T) {
	ctx := t.Context()
	team := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "team"}}
	must(t, author.Create(ctx, team))
	hard := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("3"), corev1.ResourceRequestsMemory: resource.MustParse("5Gi")}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: team.Name, Name: "small"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	must(t, author.Create(ctx, quota))
	quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: corev1.ResourceList{corev1.ResourcePods: resource.MustParse("1")}}
	must(t, author.Status().Update(ctx, quota))

	within := func(executors int32) *app {
		return sparkPi("pi", func(a *app) { a.Namespace, a.Spec.Executor.Instances = team.Name, &executors })
	}
	const want = `failed to validate resource quota "team/small": pods: the application asks for 3, and 1 of 3 are used`
	// The webhook may not have heard of the quota yet.
	must(t, wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		err := author.Create(ctx, within(2), client.DryRunAll)
		return err != nil && strings.Contains(err.Error(), want), nil
	}))
	must(t, author.Create(ctx, within(1), client.DryRunAll))
}
