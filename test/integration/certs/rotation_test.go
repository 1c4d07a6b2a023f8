// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onsi/gomega"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/webhooks"
)

// clock is the real one, set back or forward. The API server's cannot be moved, so a certificate that is due for renewal
// is one that was made in the past.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

// startInProcess runs the webhook's parts with a clock of the test's.
func startInProcess(t *testing.T, c *clock, propagation time.Duration) (port int) {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, admissionv1.AddToScheme, v1beta2.AddToScheme} {
		must(t, add(scheme))
	}
	keeping := certs.Options{
		Secret:                types.NamespacedName{Namespace: namespace, Name: secretName},
		Service:               types.NamespacedName{Namespace: namespace, Name: service},
		MutatingConfiguration: hooks,
		Validity:              2 * time.Hour,
		Propagation:           propagation,
	}
	keeper := certs.NewKeeper(keeping, c.now)
	port = freePort(t)
	mgr, err := ctrl.NewManager(webhookConfig, ctrl.Options{
		Scheme:  scheme,
		Cache:   cache.Options{ByObject: keeping.WatchedObjects()},
		Metrics: metricsserver.Options{BindAddress: "0"},
		// Controllers of several tests have the same name in this one process.
		Controller: config.Controller{SkipNameValidation: new(true)},
		WebhookServer: webhook.NewServer(webhook.Options{Port: port, TLSOpts: []func(*tls.Config){
			func(c *tls.Config) { c.GetCertificate = keeper.GetCertificate; c.NextProtos = []string{"http/1.1"} },
		}}),
	})
	must(t, err)
	must(t, keeper.SetupWithManager(mgr))
	webhooks.SetupWithManager(mgr)

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

	load := startLoad(t)
	c.offset.Store(0)
	wake(t)

	g := gomega.NewWithT(t)
	g.Eventually(func() []byte { return secret(t).Data["tls.crt"] }).WithTimeout(patience).WithPolling(interval).
		ShouldNot(gomega.Equal(before.Data["tls.crt"]))
	if !bytes.Contains(secret(t).Data["ca.crt"], before.Data["ca.crt"]) {
		t.Error("the bundle lost the former authority")
	}
	want := secret(t).Data["tls.crt"]
	g.Eventually(func() []byte { return presented(t, port) }).WithTimeout(patience).WithPolling(interval).Should(gomega.Equal(firstBlock(want)))
	load.awaitMore(t, 50)
	load.stop()
	if failure := load.failure.Load(); failure != nil {
		t.Errorf("of %d requests one failed: %v", load.done.Load(), *failure)
	}
	t.Logf("%d requests during rotation", load.done.Load())
}

func TestMountedCertificateIsReloaded(t *testing.T) {
	forget(t)
	dir := t.TempDir()
	profile := certs.Profile{Hosts: []string{service + "." + namespace + ".svc"}, Validity: time.Hour}
	first, err := profile.Mint(time.Now(), nil)
	must(t, err)
	mount(t, dir, first)
	r := startReplica(t, "{mode: Mounted, dir: "+dir+"}")
	r.awaitReady(t)
	route(t, r.port)
	inject(t, first.Trust)
	awaitDefaulting(t)

	second, err := profile.Mint(time.Now(), first.Trust)
	must(t, err)
	inject(t, second.Trust)
	mount(t, dir, second)
	gomega.NewWithT(t).Eventually(func() []byte { return presented(t, r.port) }).WithTimeout(patience).WithPolling(interval).
		Should(gomega.Equal(firstBlock(second.Certificate)))
	awaitDefaulting(t)
}

func mount(t *testing.T, dir string, m certs.Material) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, "tls.crt"), m.Certificate, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "tls.key"), m.Key, 0o600))
}

func inject(t *testing.T, trust []byte) {
	t.Helper()
	c := configuration(t)
	for i := range c.Webhooks {
		c.Webhooks[i].ClientConfig.CABundle = trust
	}
	must(t, admin.Update(t.Context(), c))
}

// wake has the keeper look at the Secret; in real life the time itself wakes it.
func wake(t *testing.T) {
	t.Helper()
	s := secret(t)
	s.Labels = map[string]string{"woken": "yes"}
	must(t, admin.Update(t.Context(), s))
}
