// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/onsi/gomega"

	"github.com/alauda/spark-operator/internal/certs"
)

const (
	patience = 30 * time.Second
	interval = 100 * time.Millisecond
)

// replica is a running webhook binary.
type replica struct {
	port, health int
	command      *exec.Cmd
	log          *bytes.Buffer
}

// startReplica runs the binary with the permissions of its service account. It is stopped, and its log shown if the
// test failed.
func startReplica(t *testing.T, certificate string) *replica {
	t.Helper()
	r := &replica{port: freePort(t), health: freePort(t), log: &bytes.Buffer{}}
	file := filepath.Join(t.TempDir(), "config.yaml")
	must(t, os.WriteFile(file, fmt.Appendf(nil, `apiVersion: config.sparkoperator.k8s.io/v1alpha1
kind: WebhookConfiguration
port: %d
health: {bindAddress: "127.0.0.1:%d"}
metrics: {bindAddress: "0"}
certificate: %s
`, r.port, r.health, certificate), 0o600))
	r.command = exec.Command(binary, "--config", file, "--kubeconfig", webhookKubeconfig)
	r.command.Env = append(os.Environ(), "POD_NAMESPACE="+namespace)
	r.command.Stdout, r.command.Stderr = r.log, r.log
	must(t, r.command.Start())
	t.Cleanup(func() {
		r.stop(t)
		if t.Failed() {
			t.Logf("log of the webhook at port %d:\n%s", r.port, r.log)
		}
	})
	return r
}

// stop asks the binary to end as the kubelet does, and fails if it does not end well.
func (r *replica) stop(t *testing.T) {
	t.Helper()
	if r.command.ProcessState != nil {
		return
	}
	must(t, r.command.Process.Signal(syscall.SIGTERM))
	kill := time.AfterFunc(patience, func() { _ = r.command.Process.Kill() })
	defer kill.Stop()
	if err := r.command.Wait(); err != nil {
		t.Errorf("stop the webhook: %v", err)
	}
}

func (r *replica) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/readyz", r.health), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("readiness: %s", response.Status)
	}
	return nil
}

func (r *replica) awaitReady(t *testing.T) {
	t.Helper()
	gomega.NewWithT(t).Eventually(r.ready).WithContext(t.Context()).WithTimeout(patience).WithPolling(interval).Should(gomega.Succeed())
}

// awaitDefaulting waits until the API server gets an application defaulted.
func awaitDefaulting(t *testing.T) {
	t.Helper()
	g := gomega.NewWithT(t)
	g.Eventually(func(g gomega.Gomega) {
		app, err := defaulted(t.Context())
		g.Expect(err).NotTo(gomega.HaveOccurred())
		g.Expect(app.Spec.Executor.Instances).To(gomega.HaveValue(gomega.BeEquivalentTo(1)))
		g.Expect(app.Spec.Driver.Memory).To(gomega.HaveValue(gomega.Equal("1g")))
	}).WithTimeout(patience).WithPolling(interval).Should(gomega.Succeed())
}

func TestTwoReplicasStartAtOnce(t *testing.T) {
	forget(t)
	replicas := []*replica{startReplica(t, "{mode: SelfManaged}"), startReplica(t, "{mode: SelfManaged}")}
	for _, r := range replicas {
		r.awaitReady(t)
		route(t, r.port)
		awaitDefaulting(t)
	}
	s := secret(t)
	if len(s.Data) != 3 || len(s.Data["tls.crt"]) == 0 || len(s.Data["tls.key"]) == 0 || len(s.Data["ca.crt"]) == 0 {
		t.Errorf("the Secret holds %d keys, want tls.crt, tls.key and ca.crt", len(s.Data))
	}
	if found := bundles(t); len(found) != 1 || !found[string(s.Data["ca.crt"])] {
		t.Errorf("the configurations have %d trust bundles, want that of the Secret alone", len(found))
	}

	removeTrust(t)
	awaitDefaulting(t)

	for _, r := range replicas {
		r.stop(t)
	}
	replacement := startReplica(t, "{mode: SelfManaged}")
	replacement.awaitReady(t)
	if !bytes.Equal(secret(t).Data["tls.crt"], s.Data["tls.crt"]) {
		t.Error("a restart made another certificate")
	}
}

// A certificate that the API server could never accept is found out at the start, in words that say what to do.
func TestMountedCertificateForAnotherService(t *testing.T) {
	dir := newMount(t)
	other, err := certs.Profile{Hosts: []string{"other.spark-operator.svc"}, Validity: time.Hour}.Mint(time.Now(), nil)
	must(t, err)
	dir.swap(t, other)
	r := startReplica(t, "{mode: Mounted, dir: "+dir.path+"}")
	kill := time.AfterFunc(patience, func() { _ = r.command.Process.Kill() })
	defer kill.Stop()
	err = r.command.Wait()
	want := "certificate " + dir.path + "/tls.crt: it is for the names [other.spark-operator.svc], and the API server calls spark-operator-webhook-svc.spark-operator.svc; " +
		"have it issued for that name, or set certificate.serviceName to the Service's"
	if err == nil || !strings.Contains(r.log.String(), want) {
		t.Errorf("it ended with %v, and its log lacks %q:\n%s", err, want, r.log)
	}
}

func TestRequiredFieldsStayRequired(t *testing.T) {
	forget(t)
	r := startReplica(t, "{mode: SelfManaged}")
	r.awaitReady(t)
	route(t, r.port)
	awaitDefaulting(t)

	incomplete := application("incomplete")
	incomplete.Spec.MainApplicationFile = nil
	if err := admin.Create(t.Context(), incomplete); err == nil {
		t.Error("an application without a main file was accepted")
	}
}
