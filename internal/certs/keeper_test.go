// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"crypto/tls"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

const testPropagation = 10 * time.Second

func testOptions() Options {
	return Options{
		Secret:                  types.NamespacedName{Namespace: "ops", Name: "hook-certs"},
		Service:                 types.NamespacedName{Namespace: "ops", Name: "hook"},
		MutatingConfiguration:   "ours",
		ValidatingConfiguration: "ours",
		Validity:                year,
		Propagation:             testPropagation,
	}
}

// replica is a keeper on a shared fake API server, with a clock that the test moves.
type replica struct {
	*Keeper
	t   *testing.T
	now time.Time
}

func newReplica(t *testing.T, c client.Client) *replica {
	t.Helper()
	r := &replica{t: t, now: epoch}
	r.Keeper = NewKeeper(testOptions(), func() time.Time { return r.now })
	r.reader, r.writer = c, c
	return r
}

func (r *replica) reconcile() ctrl.Result {
	r.t.Helper()
	result, err := r.Reconcile(r.t.Context(), ctrl.Request{})
	if err != nil {
		r.t.Fatalf("reconcile: %v", err)
	}
	return result
}

func (r *replica) servedLeaf() []byte {
	r.t.Helper()
	certificate, err := r.GetCertificate(nil)
	if err != nil {
		r.t.Fatalf("get certificate: %v", err)
	}
	return certificate.Leaf.Raw
}

func newCluster(t *testing.T, funcs interceptor.Funcs) client.Client {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	ours := admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: "ops", Name: "hook"}}
	foreign := admissionv1.WebhookClientConfig{
		Service: &admissionv1.ServiceReference{Namespace: "ops", Name: "else"}, CABundle: []byte("theirs"),
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithInterceptorFuncs(funcs).WithObjects(
		&admissionv1.MutatingWebhookConfiguration{
			ObjectMeta: metav1.ObjectMeta{Name: "ours"},
			Webhooks:   []admissionv1.MutatingWebhook{{Name: "a", ClientConfig: ours}, {Name: "b", ClientConfig: foreign}},
		},
		&admissionv1.MutatingWebhookConfiguration{
			ObjectMeta: metav1.ObjectMeta{Name: "theirs"},
			Webhooks:   []admissionv1.MutatingWebhook{{Name: "a", ClientConfig: ours}},
		},
		&admissionv1.ValidatingWebhookConfiguration{
			ObjectMeta: metav1.ObjectMeta{Name: "ours"},
			Webhooks:   []admissionv1.ValidatingWebhook{{Name: "a", ClientConfig: ours}},
		},
	).Build()
}

func storedMaterial(t *testing.T, c client.Client) Material {
	t.Helper()
	secret := &corev1.Secret{}
	if err := c.Get(t.Context(), testOptions().Secret, secret); err != nil {
		t.Fatalf("get Secret: %v", err)
	}
	return materialOf(secret)
}

// bundles maps each webhook to the trust bundle it has.
func bundles(t *testing.T, c client.Client) map[string]string {
	t.Helper()
	got := map[string]string{}
	mutating := &admissionv1.MutatingWebhookConfigurationList{}
	validating := &admissionv1.ValidatingWebhookConfigurationList{}
	if err := errors.Join(c.List(t.Context(), mutating), c.List(t.Context(), validating)); err != nil {
		t.Fatal(err)
	}
	for _, configuration := range mutating.Items {
		for _, w := range configuration.Webhooks {
			got["mutating/"+configuration.Name+"/"+w.Name] = string(w.ClientConfig.CABundle)
		}
	}
	for _, configuration := range validating.Items {
		for _, w := range configuration.Webhooks {
			got["validating/"+configuration.Name+"/"+w.Name] = string(w.ClientConfig.CABundle)
		}
	}
	return got
}

func wantBundles(trust []byte) map[string]string {
	return map[string]string{
		"mutating/ours/a":   string(trust),
		"mutating/ours/b":   "theirs",
		"mutating/theirs/a": "",
		"validating/ours/a": string(trust),
	}
}

func TestKeeperStartsFromNothing(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	r := newReplica(t, c)
	if _, err := r.GetCertificate(&tls.ClientHelloInfo{}); err == nil {
		t.Error("served a certificate before there was one")
	}
	result := r.reconcile()

	stored := storedMaterial(t, c)
	if diff := cmp.Diff(wantBundles(stored.Trust), bundles(t, c)); diff != "" {
		t.Errorf("trust bundles (-want +got):\n%s", diff)
	}
	if _, err := r.GetCertificate(nil); err != nil {
		t.Errorf("get certificate: %v", err)
	}
	if result.RequeueAfter != longestSleep {
		t.Errorf("looks again after %s, want %s", result.RequeueAfter, longestSleep)
	}
}

func TestKeeperRestoresRemovedTrust(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	r := newReplica(t, c)
	r.reconcile()

	configuration := &admissionv1.MutatingWebhookConfiguration{}
	if err := c.Get(t.Context(), types.NamespacedName{Name: "ours"}, configuration); err != nil {
		t.Fatal(err)
	}
	configuration.Webhooks[0].ClientConfig.CABundle = nil
	if err := c.Update(t.Context(), configuration); err != nil {
		t.Fatal(err)
	}
	r.reconcile()
	if diff := cmp.Diff(wantBundles(storedMaterial(t, c).Trust), bundles(t, c)); diff != "" {
		t.Errorf("trust bundles (-want +got):\n%s", diff)
	}
}

func TestKeeperWritesNothingWhenAllIsWell(t *testing.T) {
	writes := 0
	count := func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.UpdateOption) error {
		writes++
		return c.Update(ctx, obj, opts...)
	}
	c := newCluster(t, interceptor.Funcs{Update: count})
	r := newReplica(t, c)
	r.reconcile()
	writes = 0
	r.reconcile()
	newReplica(t, c).reconcile()
	if writes != 0 {
		t.Errorf("got %d writes, want none", writes)
	}
}

func TestKeeperRotates(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	writer, follower := newReplica(t, c), newReplica(t, c)
	writer.reconcile()
	follower.reconcile()
	former, formerLeaf := storedMaterial(t, c), writer.servedLeaf()

	rotation := epoch.Add(year / 3 * 2)
	writer.now, follower.now = rotation, rotation
	result := writer.reconcile()
	follower.reconcile()

	next := storedMaterial(t, c)
	if diff := cmp.Diff(wantBundles(next.Trust), bundles(t, c)); diff != "" {
		t.Errorf("trust bundles (-want +got):\n%s", diff)
	}
	if _, err := testProfile().Inspect(Material{former.Certificate, former.Key, next.Trust}, rotation); err != nil {
		t.Errorf("the former certificate is not trusted during rotation: %v", err)
	}
	if result.RequeueAfter != testPropagation {
		t.Errorf("waits %s before it serves the new certificate, want %s", result.RequeueAfter, testPropagation)
	}
	for name, r := range map[string]*replica{"writer": writer, "follower": follower} {
		if !cmp.Equal(r.servedLeaf(), formerLeaf) {
			t.Errorf("%s serves another certificate before the API server can trust it", name)
		}
		r.now = rotation.Add(testPropagation)
		r.reconcile()
		wanted, err := testProfile().Inspect(next, r.now)
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(r.servedLeaf(), wanted.Certificate.Leaf.Raw) {
			t.Errorf("%s does not serve the new certificate after the wait", name)
		}
	}
	if cmp.Equal(former.Certificate, next.Certificate) {
		t.Error("the certificate was not renewed")
	}
}

func TestKeeperServesImmediatelyWhenTheSecretWasDeleted(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	r := newReplica(t, c)
	r.reconcile()
	before := r.servedLeaf()
	if err := c.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "hook-certs"}}); err != nil {
		t.Fatal(err)
	}
	r.reconcile()
	if cmp.Equal(before, r.servedLeaf()) {
		t.Error("still serves a certificate that nobody trusts any more")
	}
}

func TestKeeperReplacesForeignSecretData(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	err := c.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ops", Name: "hook-certs", Labels: map[string]string{"kept": "yes"}},
		Type:       corev1.SecretTypeOpaque,
		Data:       map[string][]byte{"ca-key.pem": []byte("of another operator"), "ca-cert.pem": []byte("x")},
	})
	if err != nil {
		t.Fatal(err)
	}
	newReplica(t, c).reconcile()
	secret := &corev1.Secret{}
	if err := c.Get(t.Context(), testOptions().Secret, secret); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for key := range secret.Data {
		got[key] = true
	}
	if diff := cmp.Diff(map[string]bool{"tls.crt": true, "tls.key": true, "ca.crt": true}, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if secret.Labels["kept"] != "yes" {
		t.Error("lost the labels of the Secret")
	}
}

func TestKeeperLosesARace(t *testing.T) {
	resource := schema.GroupResource{Resource: "secrets"}
	for name, tc := range map[string]struct{ funcs interceptor.Funcs }{
		"another replica created the Secret first": {interceptor.Funcs{
			Create: func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error {
				return apierrors.NewAlreadyExists(resource, "hook-certs")
			},
		}},
		"another replica replaced the certificate first": {interceptor.Funcs{
			Get: func(_ context.Context, _ client.WithWatch, _ client.ObjectKey, obj client.Object, _ ...client.GetOption) error {
				obj.SetResourceVersion("7")
				return nil
			},
			Update: func(context.Context, client.WithWatch, client.Object, ...client.UpdateOption) error {
				return apierrors.NewConflict(resource, "hook-certs", errors.New("changed"))
			},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReplica(t, newCluster(t, tc.funcs))
			if got := r.reconcile(); got.RequeueAfter != lostRaceDelay {
				t.Errorf("got %+v, want another look after %s", got, lostRaceDelay)
			}
			if _, err := r.GetCertificate(nil); err == nil {
				t.Error("serves a certificate that was not stored")
			}
		})
	}
}

func TestKeeperKeepsServingWhenInjectionFails(t *testing.T) {
	forbidden := true
	c := newCluster(t, interceptor.Funcs{
		Update: func(ctx context.Context, c client.WithWatch, obj client.Object, opts ...client.UpdateOption) error {
			if _, secret := obj.(*corev1.Secret); !secret && forbidden {
				return apierrors.NewForbidden(schema.GroupResource{Resource: "mutatingwebhookconfigurations"}, "ours", nil)
			}
			return c.Update(ctx, obj, opts...)
		},
	})
	r := newReplica(t, c)
	if _, err := r.Reconcile(t.Context(), ctrl.Request{}); !apierrors.IsForbidden(err) {
		t.Fatalf("got error %v, want forbidden", err)
	}
	first := r.servedLeaf()

	r.now = epoch.Add(year / 3 * 2)
	for range 3 {
		if _, err := r.Reconcile(t.Context(), ctrl.Request{}); err == nil {
			t.Fatal("injection failed but the error was lost")
		}
		r.now = r.now.Add(time.Hour)
	}
	if !cmp.Equal(first, r.servedLeaf()) {
		t.Error("serves a certificate that the API server was never given to trust")
	}
	forbidden = false
	r.reconcile()
	r.now = r.now.Add(testPropagation)
	r.reconcile()
	if cmp.Equal(first, r.servedLeaf()) {
		t.Error("does not serve the new certificate once it is trusted")
	}
}

func TestKeeperWithoutConfigurations(t *testing.T) {
	c := newCluster(t, interceptor.Funcs{})
	r := newReplica(t, c)
	r.options.MutatingConfiguration, r.options.ValidatingConfiguration = "not-installed", ""
	r.reconcile()
	if diff := cmp.Diff(wantBundles(nil), bundles(t, c)); diff != "" {
		t.Errorf("trust bundles (-want +got):\n%s", diff)
	}
}

func TestTheCacheIsLimitedByName(t *testing.T) {
	selectors := map[string]string{}
	for _, limit := range testOptions().CacheLimits() {
		by := limit.ByObject
		switch limit.Object.(type) {
		case *corev1.Secret:
			if by.Field != nil || len(by.Namespaces) != 1 {
				t.Fatalf("secrets are watched outside the operator's namespace: %+v", by)
			}
			selectors["secret"] = by.Namespaces["ops"].FieldSelector.String()
		case *admissionv1.MutatingWebhookConfiguration:
			selectors["mutating"] = by.Field.String()
		case *admissionv1.ValidatingWebhookConfiguration:
			selectors["validating"] = by.Field.String()
		}
	}
	want := map[string]string{
		"secret": "metadata.name=hook-certs", "mutating": "metadata.name=ours", "validating": "metadata.name=ours",
	}
	if diff := cmp.Diff(want, selectors); diff != "" {
		t.Errorf("field selectors (-want +got):\n%s", diff)
	}
}
