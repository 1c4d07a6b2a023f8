// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/webhooks"
)

// clock is the real one, set back or forward. The API server's cannot be moved, so a certificate that is due for
// renewal is one that was made in the past.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// startInProcess runs the webhook's parts with a clock of the test's.
func startInProcess(t *testing.T, c *clock, propagation time.Duration) (port int) {
	t.Helper()
	keeping := certs.Options{
		Secret:                  types.NamespacedName{Namespace: namespace, Name: secretName},
		Service:                 types.NamespacedName{Namespace: namespace, Name: service},
		MutatingConfiguration:   hooks,
		ValidatingConfiguration: hooks,
		Validity:                2 * time.Hour,
		Propagation:             propagation,
	}
	keeper := certs.NewKeeper(keeping, c.now)
	port = freePort(t)
	cfg := configv1alpha1.DefaultWebhookConfiguration()
	cfg.Port, cfg.ResourceQuota = int32(port), configv1alpha1.ResourceQuotaIgnore
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	options, err := webhooks.ManagerOptions(cfg, keeper)
	must(t, err)
	// Controllers of several tests have the same name in this one process.
	options.Controller.SkipNameValidation = new(true)
	mgr, err := ctrl.NewManager(webhookConfig, options)
	must(t, err)
	must(t, webhooks.Setup(t.Context(), mgr, cfg, keeper))

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run the manager: %v", err)
		}
	})
	return port
}

func TestRotationUnderLoad(t *testing.T) {
	forget(t)
	// Made an hour and a half ago for two hours, with an hour of backdating: due half an hour ago, and still valid.
	c := &clock{}
	c.offset.Store(int64(-90 * time.Minute))
	port := startInProcess(t, c, 2*time.Second)
	route(t, port)
	awaitDefaulting(t)
	before := secret(t)

	load := startLoad(t, port)
	c.offset.Store(0)
	wake(t)

	g := gomega.NewWithT(t)
	g.Eventually(func() []byte { return secret(t).Data["tls.crt"] }).WithTimeout(patience).WithPolling(interval).
		ShouldNot(gomega.Equal(before.Data["tls.crt"]))
	checkTrust(t, before)
	want := secret(t).Data["tls.crt"]
	awaitPresented(t, port, want)
	load.awaitMore(t, 50)
	load.end(t)
}

// checkTrust asks that both configurations have the bundle of the Secret, and that it has the former authority too.
func checkTrust(t *testing.T, former *corev1.Secret) {
	t.Helper()
	gomega.NewWithT(t).Eventually(func() bool {
		found := bundles(t)
		return len(found) == 1 && found[string(secret(t).Data["ca.crt"])]
	}).WithTimeout(patience).WithPolling(interval).Should(gomega.BeTrue(), "both configurations have the bundle of the Secret")
	if !bytes.Contains(secret(t).Data["ca.crt"], former.Data["ca.crt"]) {
		t.Error("the bundle lost the former authority")
	}
}

// awaitPresented waits until a server shows a certificate, for as long as a new one may take.
func awaitPresented(t *testing.T, port int, certificate []byte) {
	t.Helper()
	gomega.NewWithT(t).Eventually(func() []byte { return presented(t, port) }).WithTimeout(2 * patience).WithPolling(interval).
		Should(gomega.Equal(firstBlock(certificate)))
}

// Two replicas as they are installed renew their certificate when its time has come, which is soon: it was made in the
// past.
func TestReplicasRotateUnderLoad(t *testing.T) {
	forget(t)
	base := service + "." + namespace
	profile := certs.Profile{Hosts: []string{base + ".svc", base, base + ".svc.cluster.local"}, Validity: 2 * time.Hour}
	// Of three hours of life, one of them before it was made, two thirds are over 15 seconds from now.
	made, err := profile.Mint(time.Now().Add(15*time.Second-time.Hour), nil)
	must(t, err)
	before := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: secretName}, Type: corev1.SecretTypeTLS,
		Data: map[string][]byte{"tls.crt": made.Certificate, "tls.key": made.Key, "ca.crt": made.Trust},
	}
	must(t, admin.Create(t.Context(), before))
	replicas := []*replica{startReplica(t, "{mode: SelfManaged}"), startReplica(t, "{mode: SelfManaged}")}
	ports := []int{replicas[0].port, replicas[1].port}
	for _, r := range replicas {
		r.awaitReady(t)
		if !bytes.Equal(presented(t, r.port), firstBlock(made.Certificate)) {
			t.Fatal("it was renewed before there was any load")
		}
	}
	// Every application goes to both: one defaults it and the other checks it.
	route(t, ports[0])
	routeChecks(t, ports[1])
	awaitDefaulting(t)

	load := startLoad(t, ports...)
	gomega.NewWithT(t).Eventually(func() []byte { return secret(t).Data["tls.crt"] }).WithTimeout(patience).WithPolling(interval).
		ShouldNot(gomega.Equal(made.Certificate))
	checkTrust(t, before)
	for _, port := range ports {
		awaitPresented(t, port, secret(t).Data["tls.crt"])
	}
	load.awaitMore(t, 50)
	load.end(t)
}

func TestMountedCertificateIsReloadedUnderLoad(t *testing.T) {
	forget(t)
	dir := newMount(t)
	profile := certs.Profile{Hosts: []string{service + "." + namespace + ".svc"}, Validity: time.Hour}
	first, err := profile.Mint(time.Now(), nil)
	must(t, err)
	dir.swap(t, first)
	r := startReplica(t, "{mode: Mounted, dir: "+dir.path+"}")
	r.awaitReady(t)
	route(t, r.port)
	inject(t, first.Trust)
	awaitDefaulting(t)

	load := startLoad(t, r.port)
	second, err := profile.Mint(time.Now(), first.Trust)
	must(t, err)
	inject(t, second.Trust)
	dir.swap(t, second)
	awaitPresented(t, r.port, second.Certificate)
	load.awaitMore(t, 50)
	load.end(t)
	must(t, r.ready(t.Context()))
}

// mount is a folder of files that are changed as the kubelet changes them: each is a link through ..data, which is a
// link to a folder of one version, and is replaced by renaming.
type mount struct {
	path     string
	versions int
}

func newMount(t *testing.T) *mount {
	t.Helper()
	m := &mount{path: t.TempDir()}
	for _, name := range []string{"tls.crt", "tls.key"} {
		must(t, os.Symlink(filepath.Join("..data", name), filepath.Join(m.path, name)))
	}
	return m
}

func (m *mount) swap(t *testing.T, material certs.Material) {
	t.Helper()
	former, _ := os.Readlink(filepath.Join(m.path, "..data"))
	m.versions++
	version := fmt.Sprintf("..version_%d", m.versions)
	must(t, os.Mkdir(filepath.Join(m.path, version), 0o700))
	must(t, os.WriteFile(filepath.Join(m.path, version, "tls.crt"), material.Certificate, 0o600))
	must(t, os.WriteFile(filepath.Join(m.path, version, "tls.key"), material.Key, 0o600))
	link := filepath.Join(m.path, "..data_tmp")
	must(t, os.Symlink(version, link))
	must(t, os.Rename(link, filepath.Join(m.path, "..data")))
	if former != "" {
		must(t, os.RemoveAll(filepath.Join(m.path, former)))
	}
}

func inject(t *testing.T, trust []byte) {
	t.Helper()
	changeWebhooks(t, func(c *admissionv1.WebhookClientConfig) { c.CABundle = trust })
}

// wake has the keeper look at the Secret; in real life the time itself wakes it. It may write the Secret at the same
// time, which a merge patch does not mind.
func wake(t *testing.T) {
	t.Helper()
	patch := client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"labels":{"woken":"yes"}}}`))
	must(t, admin.Patch(t.Context(), secret(t), patch))
}
