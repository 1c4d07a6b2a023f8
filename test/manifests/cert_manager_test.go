// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/internal/config"
)

// usualLife is how long a certificate of cert-manager lives that says nothing of it. It is renewed when a third is
// left.
const usualLife = 90 * 24 * time.Hour

// certificate and issuer are what matters of cert-manager's kinds.
type (
	certificate struct {
		Metadata metav1.ObjectMeta
		Spec     struct {
			SecretName, CommonName string
			IsCA                   bool
			Duration               metav1.Duration
			DNSNames               []string
			IssuerRef              struct{ Kind, Name string }
			PrivateKey             struct{ RotationPolicy string }
		}
	}
	issuer struct {
		Metadata metav1.ObjectMeta
		Spec     struct {
			SelfSigned *struct{}
			CA         *struct{ SecretName string }
		}
	}
)

// A renewal needs no window in which nobody is trusted: what is served is issued by an authority that stays, by its
// key, when it is renewed itself, and that outlives whatever it has issued.
func TestCertManagersAuthorityStays(t *testing.T) {
	resources := buildWith(t, "cert-manager")
	issuers := named(t, resources, "Issuer", func(i issuer) string { return i.Metadata.Name })
	secrets := named(t, resources, "Certificate", func(c certificate) string { return c.Spec.SecretName })
	served := 0
	for _, c := range secrets {
		by, exists := issuers[c.Spec.IssuerRef.Name]
		if !exists || c.Spec.IssuerRef.Kind != "Issuer" {
			t.Fatalf("Certificate %s is issued by %+v, which is not built", c.Metadata.Name, c.Spec.IssuerRef)
		}
		if c.Spec.IsCA {
			continue
		}
		served++
		if by.Spec.CA == nil {
			t.Fatalf("Certificate %s is issued by %s, which is no authority", c.Metadata.Name, by.Metadata.Name)
		}
		authority := secrets[by.Spec.CA.SecretName]
		if !authority.Spec.IsCA || authority.Spec.CommonName == "" || authority.Spec.PrivateKey.RotationPolicy != "Never" {
			t.Errorf("Certificate %s is issued by %+v, want an authority with a name and a key that stays", c.Metadata.Name, authority.Spec)
		}
		if left, life := authority.Spec.Duration.Duration/3, max(c.Spec.Duration.Duration, usualLife); left < life {
			t.Errorf("Certificate %s lives for %s, its authority may end in %s", c.Metadata.Name, life, left)
		}
	}
	if served != 2 {
		t.Errorf("%d Certificates are served, want the webhook's and that of the metrics", served)
	}
}

// The authority that is injected is that of what the webhook serves, under the name by which it is called.
func TestCertManagerInjectsWhatIsServed(t *testing.T) {
	o := operatorOf(t, buildWith(t, "cert-manager"))
	certificates := named(t, o.resources, "Certificate", func(c certificate) string { return namespace + "/" + c.Metadata.Name })
	webhook, err := config.LoadWebhook(o.mountConfiguration(t, "spark-operator-webhook"))
	if err != nil {
		t.Fatal(err)
	}
	for _, annotations := range []map[string]string{o.mutating[0].Annotations, o.validating[0].Annotations} {
		from := annotations["cert-manager.io/inject-ca-from"]
		if got, want := certificates[from].Spec.SecretName, o.mounted(t, "spark-operator-webhook", webhook.Certificate.Dir); got != want {
			t.Errorf("the authority of %q is injected, whose Secret is %q; served is that of %q", from, got, want)
		}
		service := o.mutating[0].Webhooks[0].ClientConfig.Service
		if host := service.Name + "." + service.Namespace + ".svc"; !slices.Contains(certificates[from].Spec.DNSNames, host) {
			t.Errorf("Certificate %q is for %v, not for %s", from, certificates[from].Spec.DNSNames, host)
		}
	}
}

// mounted returns the Secret that a Deployment mounts in a folder.
func (o operator) mounted(t *testing.T, deployment, folder string) string {
	t.Helper()
	pod := o.deployments[deployment].Spec.Template.Spec
	mount := slices.IndexFunc(pod.Containers[0].VolumeMounts, func(m corev1.VolumeMount) bool { return m.MountPath == folder })
	if mount < 0 {
		t.Fatalf("Deployment %s mounts nothing in %s", deployment, folder)
	}
	name := pod.Containers[0].VolumeMounts[mount].Name
	volume := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == name && v.Secret != nil })
	if volume < 0 {
		t.Fatalf("Deployment %s mounts no Secret in %s", deployment, folder)
	}
	return pod.Volumes[volume].Secret.SecretName
}

// named returns the objects of a kind by a name for each.
func named[T any](t *testing.T, resources []*resource.Resource, kind string, name func(T) string) map[string]T {
	t.Helper()
	found := map[string]T{}
	for _, r := range resources {
		if r.GetKind() == kind {
			object := decode[T](t, r, lenient)
			found[name(object)] = object
		}
	}
	return found
}
