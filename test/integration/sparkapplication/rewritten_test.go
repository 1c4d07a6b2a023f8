// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/submission/mode"
)

const mirror = "mirror.example.com/"

// rewrites makes a MutatingAdmissionPolicy that changes what is created of a kind in the namespace.
func rewrites(t *testing.T, ns, resource, patch string) {
	t.Helper()
	name, created := ns+"-"+resource, createsPods
	created.Resources = []string{resource}
	rule(t, &admissionv1.MutatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: admissionv1.MutatingAdmissionPolicySpec{
			FailurePolicy: new(admissionv1.Fail), ReinvocationPolicy: admissionv1.NeverReinvocationPolicy,
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: created}}},
			Mutations: []admissionv1.Mutation{{
				PatchType: admissionv1.PatchTypeJSONPatch, JSONPatch: &admissionv1.JSONPatch{Expression: patch},
			}},
		},
	})
	rule(t, &admissionv1.MutatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       admissionv1.MutatingAdmissionPolicyBindingSpec{PolicyName: name, MatchResources: &admissionv1.MatchResources{NamespaceSelector: inNamespace(ns)}},
	})
}

// mirrored has the images of pods come from a mirror, their commands wrapped, and the first port of Services changed,
// as soon as it returns.
func mirrored(t *testing.T, ns string) {
	t.Helper()
	rewrites(t, ns, "pods", `[JSONPatch{op: "replace", path: "/spec/containers/0/image", value: "`+mirror+`" + object.spec.containers[0].image},
		JSONPatch{op: "add", path: "/spec/containers/0/command", value: ["/wrapper", "/opt/entrypoint.sh"]}]`)
	rewrites(t, ns, "services", `[JSONPatch{op: "replace", path: "/spec/ports/0/port", value: 9999}]`)
	pod := corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: "a"}}}
	service := corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}
	eventually(t, func(ctx context.Context) bool {
		p, s := &corev1.Pod{ObjectMeta: metaOf(ns, "probe"), Spec: pod}, &corev1.Service{ObjectMeta: metaOf(ns, "probe"), Spec: service}
		return api.Create(ctx, p, client.DryRunAll) == nil && strings.HasPrefix(p.Spec.Containers[0].Image, mirror) &&
			api.Create(ctx, s, client.DryRunAll) == nil && s.Spec.Ports[0].Port == 9999
	}, func() string { return "the policies to rewrite" })
}

// A cluster takes its images from a mirror and wraps commands. A driver that was made right before a crash is the run:
// it is adopted in every state, and nothing runs twice.
func TestARewrittenDriverIsAdoptedAfterACrash(t *testing.T) {
	reached := map[string]struct {
		// meanwhile is what happens while there is no controller.
		meanwhile func(*testing.T, *v1beta2.SparkApplication)
		want      v1beta2.ApplicationStateType
		doubt     string
	}{
		"pending":   {func(*testing.T, *v1beta2.SparkApplication) {}, submitted, ""},
		"running":   {func(t *testing.T, app *v1beta2.SparkApplication) { t.Helper(); runs(t, driver(t, app)) }, running, ""},
		"completed": {func(t *testing.T, app *v1beta2.SparkApplication) { t.Helper(); ends(t, driver(t, app), 0) }, completed, ""},
		"failed":    {func(t *testing.T, app *v1beta2.SparkApplication) { t.Helper(); ends(t, driver(t, app), 1) }, failed, ""},
		"running, and a quota is used up": {func(t *testing.T, app *v1beta2.SparkApplication) {
			t.Helper()
			noPods(t, app.Namespace)
			runs(t, driver(t, app))
		}, running, "exceeded quota"},
	}
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		for name, tc := range reached {
			t.Run(fmt.Sprintf("%s %s", m, name), func(t *testing.T) {
				ns := newNamespace(t)
				mirrored(t, ns)
				app := newApplication(ns, whole, submittedBy(m))
				spark, options := newSparkSubmit(t)
				// That executors would be refused by the quota as well is not what this is about.
				stop := startControllerWith(t, ns, options, exposing, withoutExecutorDryRun)
				create(t, app)
				if m == mode.SparkSubmit {
					spark.makeDriver(t, app)
				}
				until(t, app, submitted)
				pod, before := driver(t, app), objectsOf(t, app)
				if image := pod.Spec.Containers[0].Image; !strings.HasPrefix(image, mirror) {
					t.Fatalf("the driver has image %s", image)
				}
				stop()
				tc.meanwhile(t, app)
				forgetStatus(t, app)
				startControllerWith(t, ns, options, exposing, withoutExecutorDryRun)
				until(t, app, tc.want)
				if now := driver(t, app); now.UID != pod.UID || app.Status.ExecutionAttempts != 1 {
					t.Errorf("driver %s after %s, %d attempts", now.UID, pod.UID, app.Status.ExecutionAttempts)
				}
				after := objectsOf(t, app)
				if tc.want == submitted || tc.want == running { // What leads to a driver goes with its end.
					if diff := cmp.Diff(before, after); diff != "" {
						t.Errorf("objects (-before +after):\n%s", diff)
					}
				}
				if tc.doubt != "" {
					doubted(t, app, tc.doubt)
				}
			})
		}
	}
}

func withoutExecutorDryRun(c *configv1alpha1.ControllerConfiguration) {
	c.Submission.ExecutorDryRun = false
}

// doubted waits for the warning that the driver may be somebody else's, for the given reason.
func doubted(t *testing.T, app *v1beta2.SparkApplication, why string) {
	t.Helper()
	list := &eventsv1.EventList{}
	eventually(t, func(ctx context.Context) bool {
		return api.List(ctx, list, client.InNamespace(app.Namespace)) == nil && slices.ContainsFunc(list.Items, func(e eventsv1.Event) bool {
			return e.Reason == string(lifecycle.ReasonSubmissionWarning) && e.Type == corev1.EventTypeWarning &&
				strings.Contains(e.Note, "a dry run does not tell") && strings.Contains(e.Note, why)
		})
	}, func() string { return fmt.Sprintf("a warning about %s, events %+v", why, list.Items) })
}
