// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

type app = v1beta2.SparkApplication

func sparkPi(change ...func(*app)) *app {
	return builder.Stored("team", "pi", change...)
}

func encode(tb testing.TB, object any) []byte {
	tb.Helper()
	encoded, err := json.Marshal(object)
	if err != nil {
		tb.Fatal(err)
	}
	return encoded
}

func validatorOf(tb testing.TB, mode configv1alpha1.ResourceQuotaMode, objects ...client.Object) *admission.Webhook {
	tb.Helper()
	reader := fake.NewClientBuilder().WithScheme(testScheme(tb)).WithObjects(objects...).Build()
	return admission.WithValidator(testScheme(tb), sparkApplicationValidator{quota: quotaCheck{mode, reader}})
}

// answer is what an author reads: the refusal, if there is one, and the warnings.
type answer struct {
	Refusal  string
	Warnings []string
}

func ask(t *testing.T, h admission.Handler, before, after any) answer {
	t.Helper()
	req := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: admissionv1.Create, Namespace: "team", Object: runtime.RawExtension{Raw: encode(t, after)},
	}}
	if before != nil {
		req.Operation, req.OldObject = admissionv1.Update, runtime.RawExtension{Raw: encode(t, before)}
	}
	response := h.Handle(t.Context(), req)
	a := answer{Warnings: response.Warnings}
	if !response.Allowed {
		a.Refusal = response.Result.Message
	}
	return a
}

func checkAnswer(t *testing.T, want, got answer) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

const invalid = `SparkApplication.sparkoperator.k8s.io "pi" is invalid: `

func TestSparkApplicationValidation(t *testing.T) {
	wrong := func(a *app) { a.Spec.Driver.Memory = new("lots") }
	const whyWrong = `spec.driver.memory: Invalid value: "lots": must be a whole number with a unit of Spark, such as 512m or 2g`
	for name, tc := range map[string]struct {
		before, after *app
		want          answer
	}{
		"nothing is wrong": {after: sparkPi()},
		"everything together": {
			after: sparkPi(wrong, func(a *app) {
				a.Spec.Image = nil
				a.Spec.SparkConf = map[string]string{"spark.master": "local"}
				a.Spec.FailureRetries = new(int32(3))
			}),
			want: answer{
				Refusal: invalid + "[" + whyWrong +
					`, spec.driver.image: Forbidden: no image is given; set it or spec.image, spec.executor.image: Forbidden: no image is given; set it or spec.image` +
					`, spec.sparkConf[spark.master]: Invalid value: "local": sparkConf key "spark.master" is not allowed: the operator runs applications on its own cluster only; remove it]`,
				Warnings: []string{"spec.failureRetries: has no effect; use restartPolicy"},
			},
		},
		"what only shows when pods are made": {
			after: sparkPi(func(a *app) { a.Spec.MainClass = nil }),
			want:  answer{Refusal: invalid + "spec: Forbidden: no main class is given for local:///pi.jar"},
		},
		"what comes to nothing": {
			after: sparkPi(func(a *app) {
				a.Spec.SparkConf = map[string]string{"spark.kubernetes.file.upload.path": "s3a://mine", "spark.driver.memory": "4g"}
				a.Spec.Driver.Memory = new("2g")
			}),
			want: answer{Warnings: []string{
				"spec.sparkConf[spark.driver.memory]: has no effect: driver.memory is set",
				"spec.sparkConf[spark.kubernetes.file.upload.path]: has no effect: no file of this application is uploaded; remove it",
			}},
		},
		"which is for spark-submit to say where that is to make them": {
			after: sparkPi(func(a *app) {
				a.Spec.MainClass, a.Annotations = nil, map[string]string{"sparkoperator.k8s.io/submission-mode": "SparkSubmit"}
			}),
		},
		"an update of the labels that pods are not to have": {
			before: sparkPi(), after: sparkPi(func(a *app) { a.Annotations = map[string]string{"sparkoperator.k8s.io/exclude-pod-labels": "*"} }),
			want: answer{Refusal: invalid + `metadata.annotations[sparkoperator.k8s.io/exclude-pod-labels]: Invalid value: "*": ` +
				"use the name of a label, such as team, or the beginning of names before a *, such as example.com/*"},
		},
		"an update that breaks something": {
			before: sparkPi(), after: sparkPi(wrong), want: answer{Refusal: invalid + whyWrong},
		},
		"an update of what was wrong before: another field": {
			before: sparkPi(wrong), after: sparkPi(wrong, func(a *app) { a.Spec.Arguments = []string{"10"} }),
		},
		"an update of what was wrong before: suspending it": {
			before: sparkPi(wrong), after: sparkPi(wrong, func(a *app) { a.Spec.Suspend = new(true) }),
		},
		"an update of what was wrong before: its labels": {
			before: sparkPi(wrong), after: sparkPi(wrong, func(a *app) { a.Labels = map[string]string{"team": "a"} }),
		},
		"an update of what was wrong before: wrong in another way": {
			before: sparkPi(wrong), after: sparkPi(func(a *app) { a.Spec.Driver.Memory = new("more") }),
			want: answer{Refusal: invalid + strings.ReplaceAll(whyWrong, "lots", "more")},
		},
		"the last update of an application that goes away": {
			before: sparkPi(),
			after: sparkPi(wrong, func(a *app) {
				a.DeletionTimestamp, a.Finalizers = &metav1.Time{Time: metav1.Now().Time}, []string{"a/b"}
			}),
		},
		"an old name": {
			before: sparkPi(func(a *app) { a.Name = "1pi" }),
			after:  sparkPi(func(a *app) { a.Name, a.Spec.Arguments = "1pi", []string{"10"} }),
		},
		"a label of the operator's": {
			before: sparkPi(), after: sparkPi(func(a *app) { a.Labels = map[string]string{"sparkoperator.k8s.io/app-name": "other"} }),
			want: answer{Refusal: invalid + `metadata.labels[sparkoperator.k8s.io/app-name]: Invalid value: "other": only the operator sets it: by it objects are given to an application; remove it`},
		},
		"an update of a deprecated field's neighbour warns again": {
			before: sparkPi(func(a *app) { a.Spec.PythonVersion = new("3") }),
			after:  sparkPi(func(a *app) { a.Spec.PythonVersion, a.Spec.Arguments = new("3"), []string{"1"} }),
			want:   answer{Warnings: []string{"spec.pythonVersion: has no effect: Spark 3.1 and later use the Python of the image"}},
		},
		"an update of labels does not": {
			before: sparkPi(func(a *app) { a.Spec.PythonVersion = new("3") }),
			after:  sparkPi(func(a *app) { a.Spec.PythonVersion, a.Labels = new("3"), map[string]string{"a": "b"} }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before any
			if tc.before != nil {
				before = tc.before
			}
			checkAnswer(t, tc.want, ask(t, validatorOf(t, configv1alpha1.ResourceQuotaIgnore), before, tc.after))
		})
	}
}

func TestResourceQuotas(t *testing.T) {
	hard := func(name, amount, used string) *corev1.ResourceQuota {
		resourceName := corev1.ResourceName(name)
		return &corev1.ResourceQuota{
			ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "q"},
			Spec:       corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{resourceName: resource.MustParse(amount)}},
			Status:     corev1.ResourceQuotaStatus{Used: corev1.ResourceList{resourceName: resource.MustParse(used)}},
		}
	}
	executors := func(n int32) func(*app) { return func(a *app) { a.Spec.Executor.Instances = &n } }
	runs := func(a *app) {
		a.Status.AppState.State = v1beta2.ApplicationStateRunning
		a.Status.ExecutorState = map[string]v1beta2.ExecutorState{"a": v1beta2.ExecutorStateRunning, "b": v1beta2.ExecutorStatePending, "c": v1beta2.ExecutorStateCompleted}
	}
	paused := func(a *app) { a.Spec.Suspend = new(true) }
	dynamic := func(a *app) {
		a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{Enabled: true, MinExecutors: new(int32(2)), MaxExecutors: new(int32(100))}
	}
	excess := func(name, asked, used, limit string) string {
		return `failed to validate resource quota "team/q": ` + name + ": the application asks for " + asked + ", and " + used + " of " + limit +
			" are used; ask for less, or have the quota raised"
	}
	for name, tc := range map[string]struct {
		quota         *corev1.ResourceQuota
		before, after *app
		want          string
	}{
		"fits":         {quota: hard("pods", "4", "1"), after: sparkPi(executors(2))},
		"does not fit": {quota: hard("pods", "4", "2"), after: sparkPi(executors(2)), want: excess("pods", "3", "2", "4")},
		"memory with the overhead of a JVM in Scala": {quota: hard("requests.memory", "2815Mi", "0"), after: sparkPi(), want: excess("requests.memory", "2816Mi", "0", "2815Mi")},
		"core requests, not cores":                   {quota: hard("requests.cpu", "750m", "0"), after: sparkPi(func(a *app) { a.Spec.Driver.CoreRequest, a.Spec.Executor.CoreRequest = new("250m"), new("500m") })},
		"dynamic allocation starts with its least":   {quota: hard("pods", "2", "0"), after: sparkPi(dynamic), want: excess("pods", "3", "0", "2")},
		"sidecars count":                             {quota: hard("cpu", "2500m", "0"), after: sparkPi(sidecar), want: excess("cpu", "3", "0", "2500m")},
		"a memory limit counts as the webhook sets it": {
			quota: hard("limits.memory", "4Gi", "0"), after: sparkPi(func(a *app) { a.Spec.Executor.MemoryLimit = new("3g") }),
			want: excess("limits.memory", "4480Mi", "0", "4Gi"),
		},
		"suspended, asks for nothing yet":         {quota: hard("pods", "0", "0"), after: sparkPi(paused)},
		"resumed":                                 {quota: hard("pods", "1", "0"), before: sparkPi(paused), after: sparkPi(), want: excess("pods", "2", "0", "1")},
		"suspending is never a question of quota": {quota: hard("pods", "0", "3"), before: sparkPi(runs), after: sparkPi(runs, paused)},
		"grows, and its pods of now go first":     {quota: hard("pods", "5", "5"), before: sparkPi(runs), after: sparkPi(runs, executors(2))},
		"grows too much":                          {quota: hard("pods", "5", "5"), before: sparkPi(runs), after: sparkPi(runs, executors(3)), want: excess("pods", "4", "2", "5")},
		"changes nothing that runs":               {quota: hard("pods", "0", "2"), before: sparkPi(), after: sparkPi(func(a *app) { a.Spec.TimeToLiveSeconds = new(int64(1)) })},
	} {
		t.Run(name, func(t *testing.T) {
			var before any
			if tc.before != nil {
				before = tc.before
			}
			enforced, warned := answer{}, answer{}
			if tc.want != "" {
				enforced.Refusal, warned.Warnings = invalid+"spec: Forbidden: "+tc.want, []string{tc.want}
			}
			checkAnswer(t, enforced, ask(t, validatorOf(t, configv1alpha1.ResourceQuotaEnforce, tc.quota), before, tc.after))
			checkAnswer(t, warned, ask(t, validatorOf(t, configv1alpha1.ResourceQuotaWarn, tc.quota), before, tc.after))
			checkAnswer(t, answer{}, ask(t, validatorOf(t, configv1alpha1.ResourceQuotaIgnore, tc.quota), before, tc.after))
		})
	}
}

func sidecar(a *app) {
	a.Spec.Driver.Sidecars = []corev1.Container{{Name: "proxy", Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")},
	}}}
}

func TestScheduledSparkApplicationValidation(t *testing.T) {
	schedule := func(change ...func(*v1beta2.ScheduledSparkApplication)) *v1beta2.ScheduledSparkApplication {
		s := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}}
		s.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: sparkPi().Spec}
		for _, c := range change {
			c(s)
		}
		return s
	}
	wrong := func(s *v1beta2.ScheduledSparkApplication) {
		s.Spec.Schedule, s.Spec.Template.MainClass = "at noon", nil
	}
	const begins = `ScheduledSparkApplication.sparkoperator.k8s.io "daily" is invalid: `
	refused := answer{Refusal: begins +
		`[spec.schedule: Invalid value: "at noon": must be a cron expression of five fields, a descriptor such as @daily, or "@every 1h": expected exactly 5 fields, found 2: [at noon]` +
		`, spec.template: Forbidden: no main class is given for local:///pi.jar]`}
	for name, tc := range map[string]struct {
		before, after *v1beta2.ScheduledSparkApplication
		want          answer
	}{
		"nothing is wrong":           {after: schedule()},
		"schedule and template":      {after: schedule(wrong), want: refused},
		"an update that breaks both": {before: schedule(), after: schedule(wrong), want: refused},
		"an update of another field": {before: schedule(wrong), after: schedule(wrong, func(s *v1beta2.ScheduledSparkApplication) { s.Spec.Suspend = new(true) })},
		"the last update":            {before: schedule(), after: schedule(wrong, func(s *v1beta2.ScheduledSparkApplication) { s.DeletionTimestamp = new(metav1.Now()) })},
		"a property that comes to nothing": {
			after: schedule(func(s *v1beta2.ScheduledSparkApplication) {
				s.Spec.Template.SparkConf = map[string]string{"spark.kubernetes.file.upload.path": "s3a://mine"}
			}),
			want: answer{Warnings: []string{
				"spec.template.sparkConf[spark.kubernetes.file.upload.path]: has no effect: no file of this application is uploaded; remove it",
			}},
		},
		"a deprecated template field": {after: schedule(func(s *v1beta2.ScheduledSparkApplication) { s.Spec.Template.RetryInterval = new(int64(1)) }), want: answer{Warnings: []string{"spec.template.retryInterval: has no effect; use restartPolicy"}}},
		"a property that is not allowed": {
			after: schedule(func(s *v1beta2.ScheduledSparkApplication) {
				s.Spec.Template.SparkConf = map[string]string{"spark.kubernetes.namespace": "other"}
			}),
			want: answer{Refusal: begins + `spec.template.sparkConf[spark.kubernetes.namespace]: Invalid value: "other": sparkConf key "spark.kubernetes.namespace" is not allowed: it must be the application's namespace "team"; remove it`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before any
			if tc.before != nil {
				before = tc.before
			}
			checkAnswer(t, tc.want, ask(t, admission.WithValidator(testScheme(t), scheduledSparkApplicationValidator{}), before, tc.after))
		})
	}
}

func TestSparkConnectValidation(t *testing.T) {
	connect := func(change ...func(*v1alpha1.SparkConnect)) *v1alpha1.SparkConnect {
		c := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}}
		c.Spec.SparkVersion, c.Spec.Image = "4.0.1", new("spark")
		for _, change := range change {
			change(c)
		}
		return c
	}
	wrong := func(c *v1alpha1.SparkConnect) { c.Spec.Server.Memory = new("lots") }
	refused := answer{Refusal: `SparkConnect.sparkoperator.k8s.io "c" is invalid: spec.server.memory: Invalid value: "lots": must be a whole number with a unit of Spark, such as 512m or 2g`}
	h := admission.WithValidator(testScheme(t), sparkConnectValidator{})
	checkAnswer(t, answer{}, ask(t, h, nil, connect()))
	checkAnswer(t, refused, ask(t, h, nil, connect(wrong)))
	checkAnswer(t, refused, ask(t, h, connect(), connect(wrong)))
	checkAnswer(t, answer{}, ask(t, h, connect(wrong), connect(wrong, func(c *v1alpha1.SparkConnect) { c.Spec.Executor.Instances = new(int32(3)) })))
	checkAnswer(t, answer{}, ask(t, h, connect(), connect(wrong, func(c *v1alpha1.SparkConnect) { c.DeletionTimestamp = new(metav1.Now()) })))
}

// Whatever the webhook answers, refusal or warning, for whatever kind, it shows no secret of the object.
func TestAnswersShowNoSecret(t *testing.T) {
	const secret = "WhS3cretH123"
	withSecret := func(spec *v1beta2.SparkApplicationSpec) {
		spec.SparkConf = map[string]string{"spark.x.token": secret}
		spec.Executor.Memory, spec.RestartPolicy.Type = new(secret), v1beta2.RestartPolicyType(secret)
	}
	application := sparkPi(func(a *app) { withSecret(&a.Spec) })
	schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}}
	schedule.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: secret, TimeZone: secret, ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: application.Spec}
	connect := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "c"}}
	connect.Spec.SparkVersion, connect.Spec.Image = "4.0.1", new("spark")
	connect.Spec.SparkConf = map[string]string{"spark.x.token": secret}
	connect.Spec.Server.Memory = new(secret)
	for name, tc := range map[string]struct {
		h      admission.Handler
		object any
	}{
		"application": {validatorOf(t, configv1alpha1.ResourceQuotaMode("")), application},
		"schedule":    {admission.WithValidator(testScheme(t), scheduledSparkApplicationValidator{}), schedule},
		"server":      {admission.WithValidator(testScheme(t), sparkConnectValidator{}), connect},
	} {
		t.Run(name, func(t *testing.T) {
			got := ask(t, tc.h, nil, tc.object)
			if !strings.Contains(got.Refusal, "(redacted)") || strings.Contains(got.Refusal+strings.Join(got.Warnings, ""), secret) {
				t.Errorf("answer %+v", got)
			}
		})
	}
	secrets := func() *sparkconf.Masker { return planning.SecretsOfServer(connect) }
	if warnings, _ := answerOf(subject{}, secrets, admission.Warnings{"a " + secret}, nil); len(warnings) != 1 || strings.Contains(warnings[0], secret) {
		t.Errorf("warnings %q", warnings)
	}
}
