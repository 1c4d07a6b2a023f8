// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/test/audit"
	"github.com/alauda/spark-operator/test/installation"
)

const (
	// leaseHere is for a binary that runs outside of its namespace.
	leaseHere = "leaderElection: {leaseNamespace: " + operatorNamespace + "}\n"

	sparkSubmit = "Spark's own client applies its objects; test/e2e asks that it does, under the same account"
	admission   = "asked when something is admitted, which needs a Service; test/integration/admission shows it, under the same account"
	authorizer  = "asked of the authorizer by an admission plug-in, which is no request; TestOwnersMustBeFinalizable shows it"
)

// elsewhere are permissions of the controller that no request of this test's can show.
var elsewhere = map[string]string{
	"patch /configmaps":                                                 sparkSubmit,
	"patch /persistentvolumeclaims":                                     sparkSubmit,
	"update sparkoperator.k8s.io/sparkapplications/finalizers":          authorizer,
	"update sparkoperator.k8s.io/scheduledsparkapplications/finalizers": authorizer,
	"update sparkoperator.k8s.io/sparkconnects/finalizers":              authorizer,
}

func built(t *testing.T, folder string) []*resource.Resource {
	t.Helper()
	resources, err := installation.Build(folder)
	must(t, err)
	return resources
}

// The roles hold what the binaries ask for, all of it and nothing else.
func TestPermissions(t *testing.T) {
	resources := built(t, installation.Default)
	install(t, resources)
	log := record(t)
	interrupted, driver := interrupt(t, "default")
	controller := start(t, "controller", resources, leaseHere+budgets)
	hooks := hooksOf(t, resources)
	webhook := start(t, "webhook", resources, "")
	awaitTrust(t, hooks)
	spoilCertificate(t)
	for _, hook := range hooks {
		must(t, admin.Delete(t.Context(), hook))
	}
	liveAndDie(t, "default")
	runSchedule(t, "default")
	serveClients(t, "default")
	reportUnreadable(t, "default")
	adopt(t, interrupted, driver)
	bindReader(t)
	for name, b := range map[string]*binary{controllerAccount: controller, webhookAccount: webhook} {
		readMetrics(t, b, name)
	}
	controller.stop(t)
	webhook.stop(t)
	checkPermissions(t, resources, controllerAccount, requests(t, log, controllerAccount), elsewhere)
	checkPermissions(t, resources, webhookAccount, requests(t, log, webhookAccount), withoutKind(hooks))
}

// hooksOf installs the webhook configurations of an installation. They are taken away again before anything is
// admitted: there is no Service to call.
func hooksOf(t *testing.T, resources []*resource.Resource) []*unstructured.Unstructured {
	t.Helper()
	var hooks []*unstructured.Unstructured
	for _, r := range resources {
		if strings.HasSuffix(r.GetKind(), "WebhookConfiguration") {
			apply(t, r)
			hooks = append(hooks, object(t, r))
		}
	}
	return hooks
}

// awaitTrust waits until the webhook has made the API server trust it.
func awaitTrust(t *testing.T, hooks []*unstructured.Unstructured) {
	t.Helper()
	for _, hook := range hooks {
		eventually(t, "trust in "+hook.GetKind(), func(ctx context.Context) error {
			if err := admin.Get(ctx, client.ObjectKeyFromObject(hook), hook); err != nil {
				return err
			}
			webhooks, _, err := unstructured.NestedSlice(hook.Object, "webhooks")
			if err != nil || len(webhooks) == 0 {
				return fmt.Errorf("no webhooks: %w", err)
			}
			if trust, _, _ := unstructured.NestedString(webhooks[0].(map[string]any), "clientConfig", "caBundle"); trust == "" {
				return errors.New("no trust bundle")
			}
			return nil
		})
	}
}

// spoilCertificate breaks the webhook's certificate, and waits until it has another.
func spoilCertificate(t *testing.T) {
	t.Helper()
	secret := &corev1.Secret{}
	key := client.ObjectKey{Namespace: operatorNamespace, Name: "spark-operator-webhook-certs"}
	must(t, admin.Get(t.Context(), key, secret))
	before := secret.DeepCopy()
	secret.Data["tls.crt"] = []byte("spoilt")
	must(t, admin.Patch(t.Context(), secret, client.MergeFrom(before)))
	eventually(t, "another certificate", func(ctx context.Context) error {
		if err := admin.Get(ctx, key, secret); err != nil {
			return err
		}
		if string(secret.Data["tls.crt"]) == "spoilt" {
			return errors.New("it is spoilt")
		}
		return nil
	})
}

// withoutKind excuses the webhook from what it would do to configurations that there are none of.
func withoutKind(hooks []*unstructured.Unstructured) map[string]string {
	excused := map[string]string{
		"update admissionregistration.k8s.io/mutatingwebhookconfigurations":   "none is installed",
		"update admissionregistration.k8s.io/validatingwebhookconfigurations": "none is installed",
		"get sparkoperator.k8s.io/sparkapplications":                          admission,
		"list /resourcequotas":  admission,
		"watch /resourcequotas": admission,
	}
	for _, hook := range hooks {
		delete(excused, "update admissionregistration.k8s.io/"+strings.ToLower(hook.GetKind())+"s")
	}
	return excused
}

// Without a ClusterRole the controller works in its own namespace, and asks for nothing beyond.
func TestPermissionsInOneNamespace(t *testing.T) {
	resources := built(t, "config/overlays/namespaced")
	install(t, resources)
	log := record(t)
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "spark-operator-controller-lock", Namespace: operatorNamespace}}
	must(t, client.IgnoreNotFound(admin.Delete(t.Context(), lease)))
	interrupted, driver := interrupt(t, operatorNamespace)
	controller := start(t, "controller", resources, leaseHere+budgets+"metrics: {bindAddress: '0'}\n")
	liveAndDie(t, operatorNamespace)
	runSchedule(t, operatorNamespace)
	serveClients(t, operatorNamespace)
	reportUnreadable(t, operatorNamespace)
	adopt(t, interrupted, driver)
	other := smallest("default", "not-served")
	must(t, admin.Create(t.Context(), other))
	controller.stop(t)
	made := requests(t, log, controllerAccount)
	checkPermissions(t, resources, controllerAccount, made, elsewhere)
	for _, r := range made {
		if r.ObjectRef.Namespace != operatorNamespace {
			t.Errorf("asks for what is not in its namespace: %s", r)
		}
	}
	must(t, admin.Get(t.Context(), client.ObjectKeyFromObject(other), other))
	if got := other.Status.AppState.State; got != "" {
		t.Errorf("an application of another namespace is %s", got)
	}
	must(t, admin.Delete(t.Context(), other))
}

// bindReader lets both service accounts read metrics, in the place of Prometheus.
func bindReader(t *testing.T) {
	t.Helper()
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "test-metrics-reader"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "spark-operator-metrics-reader"},
	}
	for _, account := range []string{controllerAccount, webhookAccount} {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{Kind: "ServiceAccount", Name: account, Namespace: operatorNamespace})
	}
	must(t, admin.Create(t.Context(), binding))
	t.Cleanup(func() { must(t, admin.Delete(context.WithoutCancel(t.Context()), binding)) })
}

// Where OwnerReferencesPermissionEnforcement is on, a driver cannot be made without the permission for its owner's
// finalizers.
func TestOwnersMustBeFinalizable(t *testing.T) {
	resources := built(t, installation.Default)
	install(t, resources)
	role := &rbacv1.ClusterRole{}
	must(t, admin.Get(t.Context(), client.ObjectKey{Name: controllerAccount}, role))
	var without []rbacv1.PolicyRule
	for _, rule := range role.Rules {
		if !slices.Contains(rule.Resources, "sparkapplications/finalizers") {
			without = append(without, rule)
		}
	}
	role.Rules = without
	must(t, admin.Update(t.Context(), role))
	start(t, "controller", resources, leaseHere)
	app := smallest("default", "unfinalizable")
	must(t, admin.Create(t.Context(), app))
	await(t, app, "FAILED")
	if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, "blockOwnerDeletion") {
		t.Errorf("failed for another reason: %s", got)
	}
	must(t, admin.Delete(t.Context(), app))
	schedule := scheduleOf("default", "unfinalizable")
	must(t, admin.Create(t.Context(), schedule))
	eventually(t, "the run to be refused", func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(schedule), schedule); err != nil {
			return err
		}
		if asked := schedule.Status.RunNow; asked == nil || !strings.Contains(asked.Refused, "blockOwnerDeletion") {
			return fmt.Errorf("status %+v", schedule.Status)
		}
		return nil
	})
	must(t, admin.Delete(t.Context(), schedule))
}

// What is served follows the labels of namespaces, without a restart and for controller and webhook alike.
func TestNamespacesByLabel(t *testing.T) {
	resources, err := installation.With("namespace-selector")
	must(t, err)
	install(t, resources)
	log := record(t)
	const selector = "namespaceSelector: {matchLabels: {spark: 'yes'}}\n"
	controller := start(t, "controller", resources, selector+leaseHere)
	webhook := start(t, "webhook", resources, selector)

	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "by-label"}}
	must(t, admin.Create(t.Context(), namespace))
	early, served := smallest(namespace.Name, "early"), smallest(serving(t), "served")
	must(t, admin.Create(t.Context(), early))
	must(t, admin.Create(t.Context(), served))
	// By the time that this one is taken up, the other one has been passed over.
	await(t, served, "SUBMITTED")
	checkServed(t, webhook, early, false)

	label(t, namespace, "yes")
	await(t, early, "SUBMITTED")
	checkServed(t, webhook, early, true)

	label(t, namespace, "no")
	late := smallest(namespace.Name, "late")
	// The label has reached the binaries before anything else does.
	checkServed(t, webhook, late, false)
	must(t, admin.Create(t.Context(), late))
	next := smallest(served.Namespace, "next")
	must(t, admin.Create(t.Context(), next))
	await(t, next, "SUBMITTED")
	checkServed(t, webhook, late, false)
	// What is deleted there goes, or the namespace could not be deleted. The test plays the garbage collector.
	driver := awaitDriver(t, early, "")
	must(t, admin.Delete(t.Context(), early))
	must(t, client.IgnoreNotFound(admin.Delete(t.Context(), driver)))
	eventually(t, "the end of driver pod "+driver.Name, func(ctx context.Context) error {
		if err := admin.Get(ctx, client.ObjectKeyFromObject(driver), driver); !apierrors.IsNotFound(err) {
			return fmt.Errorf("it is there with finalizers %v: %w", driver.Finalizers, err)
		}
		return nil
	})

	label(t, namespace, "yes")
	await(t, late, "SUBMITTED")
	controller.stop(t)
	webhook.stop(t)
	for _, account := range []string{controllerAccount, webhookAccount} {
		made := requests(t, log, account)
		for _, verb := range []string{"list", "watch"} {
			if p := (audit.Permission{Verb: verb, Resource: "namespaces"}); !covered(p, made) {
				t.Errorf("%s does not use %s", account, p)
			}
		}
	}
	if p := (audit.Permission{Verb: "get", Resource: "namespaces"}); !covered(p, requests(t, log, webhookAccount)) {
		t.Errorf("nothing uses %s", p)
	}
}

func covered(p audit.Permission, made []audit.Request) bool {
	return slices.ContainsFunc(made, p.Covers)
}

// serving makes a namespace that is served from the beginning.
func serving(t *testing.T) string {
	t.Helper()
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "served-", Labels: map[string]string{"spark": "yes"}}}
	must(t, admin.Create(t.Context(), namespace))
	return namespace.Name
}

func label(t *testing.T, namespace *corev1.Namespace, value string) {
	t.Helper()
	patch := fmt.Appendf(nil, `{"metadata":{"labels":{"spark":%q}}}`, value)
	must(t, admin.Patch(t.Context(), namespace, client.RawPatch("application/merge-patch+json", patch)))
}

// checkServed asks that neither binary touches an application, or that both do. Caches take a moment.
func checkServed(t *testing.T, webhook *binary, app client.Object, want bool) {
	t.Helper()
	eventually(t, fmt.Sprintf("the webhook to serve namespace %s: %t", app.GetNamespace(), want), func(ctx context.Context) error {
		response, err := webhook.admit(ctx, "/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication", app.GetNamespace(), app)
		if err != nil {
			return err
		}
		if !response.Allowed || (len(response.Patch) > 0) != want {
			return fmt.Errorf("allowed: %t, patch: %s", response.Allowed, response.Patch)
		}
		return nil
	})
	// A namespace that does not exist (yet) is asked for at the API server.
	if _, err := webhook.admit(t.Context(), "/mutate-sparkoperator-k8s-io-v1beta2-sparkapplication", "nowhere", app); err != nil {
		t.Error(err)
	}
	driver := &corev1.Pod{}
	err := admin.Get(t.Context(), client.ObjectKey{Namespace: app.GetNamespace(), Name: app.GetName() + "-driver"}, driver)
	if found := err == nil; found != want || (err != nil && !apierrors.IsNotFound(err)) {
		t.Errorf("application %s has a driver: %t, want %t (%v)", app.GetName(), found, want, err)
	}
}

// Everything that can be built is something that an API server takes, every field of it.
func TestEveryInstallationIsAccepted(t *testing.T) {
	everything, err := installation.All()
	must(t, err)
	for _, resources := range everything {
		for _, r := range resources {
			if r.GetKind() == "Namespace" {
				apply(t, r)
			}
		}
	}
	seen := map[string]bool{}
	for name, resources := range everything {
		t.Run(name, func(t *testing.T) {
			for _, r := range resources {
				content, err := r.AsYAML()
				must(t, err)
				if seen[string(content)] {
					continue
				}
				seen[string(content)] = true
				apply(t, r, client.DryRunAll)
			}
		})
	}
}
