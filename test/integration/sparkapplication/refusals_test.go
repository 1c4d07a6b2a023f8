// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	admissionreview "k8s.io/api/admission/v1"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/refusal"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// rule creates a rule of the cluster for the time of the test.
func rule(t *testing.T, object client.Object) {
	t.Helper()
	create(t, object)
	t.Cleanup(func() { _ = api.Delete(context.WithoutCancel(t.Context()), object) })
}

func inNamespace(ns string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: ns}}
}

var createsPods = admissionv1.RuleWithOperations{
	Operations: []admissionv1.OperationType{admissionv1.Create},
	Rule:       admissionv1.Rule{APIGroups: []string{""}, APIVersions: []string{"v1"}, Resources: []string{"pods"}},
}

// policy refuses pods that lack the label cost-center, for the reason; none is the API server's default.
func policy(t *testing.T, ns string, reason metav1.StatusReason) {
	t.Helper()
	validation := admissionv1.Validation{
		Expression: "has(object.metadata.labels) && 'cost-center' in object.metadata.labels", Message: "every pod needs the label cost-center",
	}
	if reason != "" {
		validation.Reason = &reason
	}
	rule(t, &admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: ns},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			FailurePolicy:    new(admissionv1.Fail),
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: createsPods}}},
			Validations:      []admissionv1.Validation{validation},
		},
	})
	rule(t, &admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: ns},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: ns, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: inNamespace(ns)},
		},
	})
}

// brokenMutation is a MutatingAdmissionPolicy that fails on every pod.
func brokenMutation(t *testing.T, ns string) {
	t.Helper()
	rule(t, &admissionv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: ns},
		Spec: admissionv1.MutatingAdmissionPolicySpec{
			FailurePolicy:      new(admissionv1.Fail),
			ReinvocationPolicy: admissionv1.NeverReinvocationPolicy,
			MatchConstraints:   &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: createsPods}}},
			Mutations: []admissionv1.Mutation{{
				PatchType: admissionv1.PatchTypeJSONPatch,
				JSONPatch: &admissionv1.JSONPatch{Expression: `[JSONPatch{op: "remove", path: "/spec/nowhere"}]`},
			}},
		},
	})
	rule(t, &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: ns},
		Spec:       admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: ns, MatchResources: &admissionv1.MatchResources{NamespaceSelector: inNamespace(ns)}},
	})
}

// webhook refuses pods that lack the label cost-center, with the status. It takes as long as the test asks it to.
func webhook(t *testing.T, ns string, status *metav1.Status, takes time.Duration) {
	t.Helper()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review admissionreview.AdmissionReview
		if err := json.NewDecoder(r.Body).Decode(&review); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		select {
		case <-time.After(takes):
		case <-r.Context().Done():
		}
		review.Response = &admissionreview.AdmissionResponse{
			UID: review.Request.UID, Allowed: strings.Contains(string(review.Request.Object.Raw), `"cost-center"`), Result: status,
		}
		_ = json.NewEncoder(w).Encode(review)
	}))
	t.Cleanup(server.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	rule(t, &admissionv1.ValidatingWebhookConfiguration{
		ObjectMeta: metav1.ObjectMeta{Name: ns},
		Webhooks: []admissionv1.ValidatingWebhook{{
			Name: "costs.example.com", AdmissionReviewVersions: []string{"v1"}, SideEffects: new(admissionv1.SideEffectClassNone),
			ClientConfig:      admissionv1.WebhookClientConfig{URL: new(server.URL), CABundle: authority},
			NamespaceSelector: inNamespace(ns), Rules: []admissionv1.RuleWithOperations{createsPods}, TimeoutSeconds: new(int32(1)),
		}},
	})
}

func answers(code int32, reason metav1.StatusReason) *metav1.Status {
	return &metav1.Status{Code: code, Reason: reason, Message: "every pod needs the label cost-center"}
}

func codeOf(err error) int32 {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return 0
	}
	return status.Status().Code
}

// What a real API server answers, and who has refused by it.
func TestWhoRefuses(t *testing.T) {
	const denial = "every pod needs the label cost-center"
	hard := corev1.ResourceList{corev1.ResourcePods: resource.MustParse("0")}
	byWebhook := func(code int32, reason metav1.StatusReason) func(*testing.T, string) {
		return func(t *testing.T, ns string) { t.Helper(); webhook(t, ns, answers(code, reason), 0) }
	}
	for name, tc := range map[string]struct {
		arrange   func(t *testing.T, ns string)
		spoil     func(*corev1.Pod)
		want      refusal.Class
		wantCode  int32
		wantWords string
	}{
		"the API server's own validation": {
			spoil: func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "" }, want: refusal.Invalid, wantCode: 422,
			wantWords: `Pod "one" is invalid: spec.containers[0].image: Required value`},
		"a policy": {
			arrange: func(t *testing.T, ns string) { t.Helper(); policy(t, ns, "") }, want: refusal.Policy, wantCode: 422,
			wantWords: "ValidatingAdmissionPolicy '$ns' with binding '$ns' denied request: " + denial},
		"a policy that forbids": {
			arrange: func(t *testing.T, ns string) { t.Helper(); policy(t, ns, metav1.StatusReasonForbidden) }, want: refusal.Policy, wantCode: 403,
			wantWords: "ValidatingAdmissionPolicy '$ns' with binding '$ns' denied request: " + denial},
		"a policy that finds it too large": {
			arrange: func(t *testing.T, ns string) { t.Helper(); policy(t, ns, metav1.StatusReasonRequestEntityTooLarge) }, want: refusal.Policy, wantCode: 413,
			wantWords: "ValidatingAdmissionPolicy '$ns' with binding '$ns' denied request: " + denial},
		"a mutating policy": {
			arrange: brokenMutation, want: refusal.Policy, wantCode: 403, wantWords: "policy '$ns' with binding '$ns' denied request: "},
		"a webhook": {
			arrange: byWebhook(0, ""), want: refusal.Webhook, wantCode: 400, wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that forbids": {
			arrange: byWebhook(403, metav1.StatusReasonForbidden), want: refusal.Webhook, wantCode: 403,
			wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that speaks of a conflict": {
			arrange: byWebhook(409, metav1.StatusReasonConflict), want: refusal.Webhook, wantCode: 409,
			wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that says invalid": {
			arrange: byWebhook(422, metav1.StatusReasonInvalid), want: refusal.Webhook, wantCode: 422,
			wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that has too much to do": {
			arrange: byWebhook(429, metav1.StatusReasonTooManyRequests), want: refusal.Webhook, wantCode: 429,
			wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that says that it failed": {
			arrange: byWebhook(500, metav1.StatusReasonInternalError), want: refusal.Webhook, wantCode: 500,
			wantWords: `admission webhook "costs.example.com" denied the request: ` + denial},
		"a webhook that does not answer in time": {
			arrange: func(t *testing.T, ns string) { t.Helper(); webhook(t, ns, nil, time.Minute) }, want: refusal.None, wantCode: 500,
			wantWords: `Internal error occurred: failed calling webhook "costs.example.com": `},
		"a quota": {
			arrange: func(t *testing.T, ns string) {
				t.Helper()
				rule(t, &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "none"}, Spec: corev1.ResourceQuotaSpec{Hard: hard},
					Status: corev1.ResourceQuotaStatus{Hard: hard}})
				quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "none"}}
				quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: hard}
				body, _ := json.Marshal(map[string]any{"status": quota.Status})
				if err := api.Status().Patch(t.Context(), quota, client.RawPatch("application/merge-patch+json", body)); err != nil {
					t.Fatal(err)
				}
			}, want: refusal.Quota, wantCode: 403, wantWords: "exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0"},
		"a limit": {
			arrange: func(t *testing.T, ns string) {
				t.Helper()
				rule(t, &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "small"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{
					{Type: corev1.LimitTypeContainer, Max: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Mi")}},
				}}})
			},
			spoil: func(pod *corev1.Pod) {
				pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}
			}, want: refusal.Limit, wantCode: 403, wantWords: "maximum memory usage per Container is 1Mi, but limit is 1Gi"},
		"pod security": {
			arrange: func(t *testing.T, ns string) {
				t.Helper()
				patch(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}}, `{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"restricted"}}}`)
			}, want: refusal.PodSecurity, wantCode: 403, wantWords: `violates PodSecurity "restricted:latest": `},
		"a priority class that is not there": {
			spoil: func(pod *corev1.Pod) { pod.Spec.PriorityClassName = "urgent" }, want: refusal.Other, wantCode: 403,
			wantWords: "no PriorityClass with name urgent was found"},
		"an object that is too large": {
			spoil: func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = []string{strings.Repeat("x", 7<<18)} }, want: refusal.Invalid, wantCode: 500,
			wantWords: "etcdserver: request is too large"},
		"an object that is larger than a message to the store": {
			spoil: func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = []string{strings.Repeat("x", 5<<19)} }, want: refusal.Invalid, wantCode: 500,
			wantWords: "rpc error: code = ResourceExhausted desc = trying to send message larger than max"},
		"a request that is too large": {
			spoil: func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = []string{strings.Repeat("x", 4<<20)} }, want: refusal.Invalid, wantCode: 413,
			wantWords: "Request entity too large: limit is "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			if tc.arrange != nil {
				tc.arrange(t, ns)
			}
			var err error
			// Rules go into effect some time after they were made.
			eventually(t, func(ctx context.Context) bool {
				pod := &corev1.Pod{
					ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "one"},
					Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}},
				}
				if tc.spoil != nil {
					tc.spoil(pod)
				}
				if err = api.Create(ctx, pod); err == nil {
					_ = api.Delete(ctx, pod, client.GracePeriodSeconds(0))
				}
				return err != nil
			}, func() string { return "a refusal" })
			if got := refusal.Of(err); got != tc.want {
				t.Errorf("class %q, want %q: %v", got, tc.want, err)
			}
			if got := codeOf(err); got != tc.wantCode {
				t.Errorf("code %d, want %d: %v", got, tc.wantCode, err)
			}
			if want := strings.ReplaceAll(tc.wantWords, "$ns", ns); !strings.Contains(err.Error(), want) {
				t.Errorf("message %.300q lacks %q", err, want)
			}
		})
	}
}

// retriedOnce has an application whose refused submission is tried a second time.
func retriedOnce(app *v1beta2.SparkApplication) {
	app.Spec.RestartPolicy = v1beta2.RestartPolicy{
		Type: v1beta2.RestartPolicyOnFailure, OnSubmissionFailureRetries: new(int32(1)), OnSubmissionFailureRetryInterval: new(int64(1)),
	}
}

// printed is what spark-submit prints of an answer of the API server, as a script.
func printed(code int, reason metav1.StatusReason, message string) string {
	return fmt.Sprintf("cat <<'EOF' >&2\nException in thread \"main\" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: "+
		"https://10.0.0.1/api/v1/namespaces/a/pods. Message: %[3]s. Received status: Status(apiVersion=v1, code=%[1]d, details=null, kind=Status, "+
		"message=%[3]s, reason=%[2]s, status=Failure, additionalProperties={}).\nEOF\nexit 1", code, reason, message)
}

// What a policy or a webhook denies is tried again as often as the restart policy says and no more, whatever the status
// code; then the application has failed, and says for what. Once its author mends it, it runs.
func TestDeniedSubmissionsAreRetried(t *testing.T) {
	const denial = "every pod needs the label cost-center"
	const deniedByWebhook = `admission webhook "costs.example.com" denied the request: ` + denial
	for name, tc := range map[string]struct {
		arrange     func(t *testing.T, ns string)
		script      string
		wantReason  string
		wantMessage string
	}{
		"by a policy": {
			arrange:    func(t *testing.T, ns string) { t.Helper(); policy(t, ns, "") },
			wantReason: "DeniedByPolicy", wantMessage: "denied request: " + denial},
		"by a webhook, as a conflict": {
			arrange: func(t *testing.T, ns string) {
				t.Helper()
				webhook(t, ns, answers(409, metav1.StatusReasonConflict), 0)
			},
			wantReason: "DeniedByWebhook", wantMessage: deniedByWebhook},
		"by a webhook, as an error of its own": {
			arrange: func(t *testing.T, ns string) {
				t.Helper()
				webhook(t, ns, answers(500, metav1.StatusReasonInternalError), 0)
			},
			wantReason: "DeniedByWebhook", wantMessage: deniedByWebhook},
		"by a policy, of spark-submit": {
			script:     printed(422, metav1.StatusReasonInvalid, `pods "pi-driver" is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: `+denial),
			wantReason: "DeniedByPolicy", wantMessage: "denied request: " + denial},
		"by a webhook, of spark-submit, as an error of its own": {
			script: printed(500, metav1.StatusReasonInternalError, deniedByWebhook), wantReason: "DeniedByWebhook", wantMessage: deniedByWebhook},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			m := mode.Native
			if tc.script != "" {
				m = mode.SparkSubmit
			} else {
				tc.arrange(t, ns)
				inEffect(t, ns)
			}
			startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, tc.script), Dir: t.TempDir()})
			app := newApplication(ns, retriedOnce, submittedBy(m))
			create(t, app)
			until(t, app, failed)
			failure := app.Status.LastFailure
			if app.Status.SubmissionAttempts != 2 || failure == nil || failure.Class != v1beta2.FailureClassSubmission || failure.Reason != tc.wantReason {
				t.Errorf("%d submissions, last failure %+v", app.Status.SubmissionAttempts, failure)
			}
			if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, tc.wantMessage) {
				t.Errorf("errorMessage %q lacks %q", got, tc.wantMessage)
			}
			if m == mode.Native {
				patch(t, app, `{"metadata":{"labels":{"cost-center":"a"}}}`)
				until(t, app, submitted)
			}
		})
	}
}

// inEffect waits until pods without the label are refused in the namespace.
func inEffect(t *testing.T, ns string) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		pod := &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "one"}, Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}},
		}
		err := api.Create(ctx, pod)
		if err == nil {
			_ = api.Delete(ctx, pod, client.GracePeriodSeconds(0))
		}
		return err != nil
	}, func() string { return "a refusal" })
}
