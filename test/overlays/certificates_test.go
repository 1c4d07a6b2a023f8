// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/test/cluster"
)

const (
	// soon is enough for cert-manager, which takes a second.
	soon = time.Minute
	// mountedSoon is enough for a kubelet to bring a changed Secret to its pods, which takes up to a minute and a half,
	// and for the webhook to see it.
	mountedSoon = 3 * time.Minute

	webhookCertificate = "spark-operator-webhook"
	webhookSecret      = "spark-operator-webhook-serving-cert"
	authority          = "spark-operator-ca" // both the Certificate and its Secret
)

// While applications are created all the time, the webhook's certificate is renewed, and then its authority as well.
// Nobody notices: no request fails, and what each replica serves can be verified at each moment by what the API server
// is configured to trust.
func checkRenewals(t *testing.T) {
	ctx := limited(t)
	began := time.Now()
	end := load(ctx, t)
	defer func() {
		requests, failures := end()
		t.Logf("%d requests, of which %d failed", requests, len(failures))
		if requests < int(time.Since(began)/time.Second) {
			t.Errorf("%d requests in %s are no load", requests, time.Since(began))
		}
		if len(failures) > 0 {
			t.Errorf("the first and the last that failed: %v; %v", failures[0], failures[len(failures)-1])
		}
	}()
	say := func(what string) { t.Logf("%6.1fs  %s", time.Since(began).Seconds(), what) }
	renew(ctx, t, webhookCertificate, webhookSecret)
	say("the certificate is renewed")
	awaitServed(ctx, t)
	say("it is served")

	former := secretData(ctx, t, webhookSecret)["ca.crt"]
	renew(ctx, t, authority, authority)
	renew(ctx, t, webhookCertificate, webhookSecret)
	if bytes.Equal(former, secretData(ctx, t, webhookSecret)["ca.crt"]) {
		t.Error("the certificate is issued by the former authority, so this is no test of another")
	}
	awaitTrust(ctx, t)
	say("the authority is renewed, and is trusted")
	awaitServed(ctx, t)
	say("what it has issued is served")
}

// load has ten applications a second created, but for the storing. The returned function ends that and returns how many
// requests it were, and which failed.
func load(ctx context.Context, t *testing.T) func() (requests int, failures []error) {
	t.Helper()
	app, err := c.Sample("spark-pi")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	var requests int
	var failures []error
	go func() {
		defer close(ended)
		wait.UntilWithContext(ctx, func(ctx context.Context) {
			one := app.DeepCopy()
			one.Name = fmt.Sprintf("overlay-load-%d", requests)
			err := c.Client.Create(ctx, one, client.DryRunAll)
			if ctx.Err() != nil {
				return
			}
			requests++
			if err != nil {
				failures = append(failures, fmt.Errorf("request %d at %s: %w", requests, time.Now().Format(time.TimeOnly), err))
			}
		}, 100*time.Millisecond)
	}()
	return func() (int, []error) {
		cancel()
		<-ended
		return requests, failures
	}
}

// renew has a certificate renewed now, as cmctl renew does, and waits until its Secret has it.
func renew(ctx context.Context, t *testing.T, name, secret string) {
	t.Helper()
	former := secretData(ctx, t, secret)[corev1.TLSCertKey]
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		certificate := &unstructured.Unstructured{}
		certificate.SetAPIVersion("cert-manager.io/v1")
		certificate.SetKind("Certificate")
		if err := c.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: name}, certificate); err != nil {
			return err
		}
		conditions, _, err := unstructured.NestedSlice(certificate.Object, "status", "conditions")
		if err != nil {
			return err
		}
		conditions = append(conditions, map[string]any{
			"type": "Issuing", "status": "True", "reason": "ManuallyTriggered", "message": "Renewed by a test",
			"lastTransitionTime": time.Now().UTC().Format(time.RFC3339), "observedGeneration": certificate.GetGeneration(),
		})
		if err := unstructured.SetNestedSlice(certificate.Object, conditions, "status", "conditions"); err != nil {
			return err
		}
		return c.Client.Status().Update(ctx, certificate)
	})
	if err != nil {
		t.Fatal(err)
	}
	err = wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(context.Context) (bool, error) {
		return !bytes.Equal(former, secretData(ctx, t, secret)[corev1.TLSCertKey]), nil
	})
	if err != nil {
		t.Fatalf("Certificate %s is not renewed: %v", name, err)
	}
	awaitIssued(ctx, t)
}

// awaitIssued waits until cert-manager has issued every certificate.
func awaitIssued(ctx context.Context, t *testing.T) {
	t.Helper()
	list := &unstructured.UnstructuredList{}
	list.SetAPIVersion("cert-manager.io/v1")
	list.SetKind("CertificateList")
	var last string
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		if err := c.Client.List(ctx, list, client.InNamespace(cluster.Namespace)); err != nil {
			return false, err
		}
		last = ""
		for i := range list.Items {
			if conditions := fmt.Sprint(conditionsOf(&list.Items[i])); conditions != "map[Ready:True]" {
				last += list.Items[i].GetName() + " has " + conditions + " "
			}
		}
		return last == "" && len(list.Items) == 3, nil
	})
	if err != nil {
		t.Fatalf("%d certificates, %s: %v", len(list.Items), last, err)
	}
}

// conditionsOf returns the status of each condition that an object has.
func conditionsOf(object *unstructured.Unstructured) map[string]string {
	found := map[string]string{}
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, condition := range conditions {
		if m, isMap := condition.(map[string]any); isMap {
			found[fmt.Sprint(m["type"])] = fmt.Sprint(m["status"])
		}
	}
	return found
}

// awaitTrust waits until the API server is configured everywhere to trust the authority of the webhook's certificate.
func awaitTrust(ctx context.Context, t *testing.T) {
	t.Helper()
	want := secretData(ctx, t, webhookSecret)["ca.crt"]
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(context.Context) (bool, error) {
		for _, w := range clientConfigs(ctx, t) {
			// Some versions of cert-manager keep the former authority beside it.
			if !bytes.Contains(w.CABundle, bytes.TrimSpace(want)) {
				return false, nil
			}
		}
		return true, nil
	})
	if err != nil {
		t.Fatalf("the authority is not trusted: %v", err)
	}
}

// awaitServed waits until each replica serves what the Secret has. Whatever they serve until then must be verified by
// what is trusted then.
func awaitServed(ctx context.Context, t *testing.T) {
	t.Helper()
	block, _ := pem.Decode(secretData(ctx, t, webhookSecret)[corev1.TLSCertKey])
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, mountedSoon, true, func(ctx context.Context) (bool, error) {
		replicas := &corev1.PodList{}
		labels := client.MatchingLabels{"app.kubernetes.io/name": cluster.Namespace, "app.kubernetes.io/component": "webhook"}
		if err := c.Client.List(ctx, replicas, client.InNamespace(cluster.Namespace), labels); err != nil {
			return false, err
		}
		everywhere := len(replicas.Items) > 0
		for _, replica := range replicas.Items {
			leaf, err := shakeHands(ctx, t, replica.Status.PodIP)
			if err != nil {
				return false, fmt.Errorf("%s: %w", replica.Name, err)
			}
			everywhere = everywhere && bytes.Equal(block.Bytes, leaf.Raw)
		}
		return everywhere, nil
	})
	if err != nil {
		t.Fatalf("the certificate is not served: %v", err)
	}
}

// shakeHands connects to a replica as the API server would now, and returns the certificate that it showed. The API
// server itself keeps its connections and so would not notice each fault.
func shakeHands(ctx context.Context, t *testing.T, ip string) (*x509.Certificate, error) {
	t.Helper()
	w := clientConfigs(ctx, t)[0]
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(w.CABundle)
	dialer := &tls.Dialer{
		NetDialer: &net.Dialer{Timeout: 5 * time.Second},
		Config:    &tls.Config{RootCAs: trusted, ServerName: w.Service.Name + "." + w.Service.Namespace + ".svc", MinVersion: tls.VersionTLS12},
	}
	connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(ip, "9443"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close() }()
	secured, _ := connection.(*tls.Conn)
	return secured.ConnectionState().PeerCertificates[0], nil
}

// clientConfigs are how the API server is configured to call the webhook.
func clientConfigs(ctx context.Context, t *testing.T) []admissionv1.WebhookClientConfig {
	t.Helper()
	mutating, validating := configurations(ctx, t)
	var found []admissionv1.WebhookClientConfig
	for _, w := range mutating.Webhooks {
		found = append(found, w.ClientConfig)
	}
	for _, w := range validating.Webhooks {
		found = append(found, w.ClientConfig)
	}
	return found
}

func configurations(ctx context.Context, t *testing.T) (*admissionv1.MutatingWebhookConfiguration, *admissionv1.ValidatingWebhookConfiguration) {
	t.Helper()
	mutating, validating := &admissionv1.MutatingWebhookConfiguration{}, &admissionv1.ValidatingWebhookConfiguration{}
	for _, configuration := range []client.Object{mutating, validating} {
		if err := c.Client.Get(ctx, client.ObjectKey{Name: "spark-operator-webhook"}, configuration); err != nil {
			t.Fatal(err)
		}
	}
	return mutating, validating
}

// insist has requests refused that the webhook does not answer: a call that fails must not pass unseen.
func insist(ctx context.Context, t *testing.T) {
	t.Helper()
	mutating, validating := configurations(ctx, t)
	formerMutating, formerValidating := mutating.DeepCopy(), validating.DeepCopy()
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].FailurePolicy = new(admissionv1.Fail)
	}
	for i := range validating.Webhooks {
		validating.Webhooks[i].FailurePolicy = new(admissionv1.Fail)
	}
	// Patches, so that they do not compete with cert-manager, which writes the same objects.
	if err := c.Client.Patch(ctx, mutating, client.StrategicMergeFrom(formerMutating)); err != nil {
		t.Fatal(err)
	}
	if err := c.Client.Patch(ctx, validating, client.StrategicMergeFrom(formerValidating)); err != nil {
		t.Fatal(err)
	}
}

func secretData(ctx context.Context, t *testing.T, name string) map[string][]byte {
	t.Helper()
	secret := &corev1.Secret{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: name}, secret); err != nil {
		t.Fatal(err)
	}
	return secret.Data
}

// checkNothingOfCertManager asks that neither its kinds nor the Secrets that it has made are left.
func checkNothingOfCertManager(ctx context.Context, t *testing.T) {
	t.Helper()
	kinds := &metav1.PartialObjectMetadataList{}
	kinds.APIVersion, kinds.Kind = "apiextensions.k8s.io/v1", "CustomResourceDefinitionList"
	secrets := &corev1.SecretList{}
	if err := c.Client.List(ctx, kinds); err != nil {
		t.Fatal(err)
	}
	if err := c.Client.List(ctx, secrets, client.HasLabels{"controller.cert-manager.io/fao"}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds.Items {
		if strings.HasSuffix(kind.Name, "cert-manager.io") {
			t.Errorf("%s is left", kind.Name)
		}
	}
	for _, secret := range secrets.Items {
		t.Errorf("Secret %s/%s is left", secret.Namespace, secret.Name)
	}
}
