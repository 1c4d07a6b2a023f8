// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/test/cluster"
	"github.com/alauda/spark-operator/test/installation"
)

// prometheusAddress is where the test's own Prometheus answers.
const prometheusAddress = "127.0.0.1:19090"

// A real Prometheus reads the metrics of both binaries as the ServiceMonitors say: found by their labels, by TLS that
// it verifies, with the token of its service account.
func TestPrometheus(t *testing.T) {
	certified(t.Context(), t)
	ctx := limited(t)
	monitored(ctx, t)
	resources, err := installation.With("prometheus", "cert-manager")
	if err != nil {
		t.Fatal(err)
	}
	install(ctx, t, resources)
	complete(ctx, t, sample(ctx, t, "overlay-measured"))
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "token"), readerToken(ctx, t))
	writeFile(t, filepath.Join(folder, "ca.crt"), metricsAuthority(ctx, t))
	startPrometheus(ctx, t, folder, monitors(ctx, t, resources))

	want := map[string]string{"spark-operator-controller": "up", "spark-operator-webhook": "up"}
	var last string
	err = wait.PollUntilContextTimeout(ctx, time.Second, time.Minute, true, func(ctx context.Context) (bool, error) {
		found, err := targets(ctx)
		last = fmt.Sprint(found, err)
		health := map[string]string{}
		for _, target := range found {
			if health[target.ScrapePool] == "" || target.Health != "up" {
				health[target.ScrapePool] = target.Health
			}
		}
		return cmp.Equal(want, health), nil
	})
	if err != nil {
		t.Fatalf("targets %s, want %v", last, want)
	}
	const measured = `spark_application_success_execution_time_seconds_count{job="spark-operator-controller"} > 0`
	if got, err := query(ctx, measured); err != nil || got == 0 {
		t.Errorf("Prometheus has %d of %s: %v", got, measured, err)
	}
	found, err := targets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range found {
		checkMetrics(ctx, t, folder, target)
	}
}

// checkMetrics has promtool read what a target says. Its advice on names is logged only: users' dashboards have them.
func checkMetrics(ctx context.Context, t *testing.T, folder string, target target) {
	t.Helper()
	authority, err := os.ReadFile(filepath.Join(folder, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	verifying := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: trusted, ServerName: target.ScrapePool + "-metrics." + cluster.Namespace + ".svc", MinVersion: tls.VersionTLS12,
	}}}
	token, err := os.ReadFile(filepath.Join(folder, "token"))
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := get(ctx, verifying, target.ScrapeURL, string(token))
	if err != nil {
		t.Fatal(err)
	}
	const advice = 3
	check := exec.CommandContext(ctx, "promtool", "check", "metrics")
	check.Stdin = bytes.NewReader(metrics)
	said, err := check.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == advice {
		t.Logf("%s: %s", target.ScrapePool, said)
		err = nil
	}
	if err != nil {
		t.Errorf("%s: %v: %s", target.ScrapePool, err, said)
	}
}

// monitors returns what Prometheus's operator would make of the ServiceMonitors, as far as they say something. The
// endpoints are looked up here: Debian's Prometheus cannot do that.
func monitors(ctx context.Context, t *testing.T, resources []*resource.Resource) (jobs []map[string]any) {
	t.Helper()
	for _, r := range resources {
		if r.GetKind() != "ServiceMonitor" {
			continue
		}
		var monitor struct {
			Spec struct {
				Selector  metav1.LabelSelector
				Endpoints []struct {
					Port, Scheme, Path string
					HonorLabels        bool
					TLSConfig          struct{ ServerName string }
				}
			}
		}
		content, err := r.AsYAML()
		if err == nil {
			err = yaml.Unmarshal(content, &monitor)
		}
		if err != nil || len(monitor.Spec.Endpoints) != 1 {
			t.Fatalf("ServiceMonitor %s: %d endpoints, %v", r.GetName(), len(monitor.Spec.Endpoints), err)
		}
		e := monitor.Spec.Endpoints[0]
		jobs = append(jobs, map[string]any{
			"job_name": r.GetName(), "scheme": e.Scheme, "metrics_path": e.Path, "honor_labels": e.HonorLabels, "scrape_interval": "2s", "scrape_timeout": "2s",
			"authorization":  map[string]any{"type": "Bearer", "credentials_file": "token"},
			"tls_config":     map[string]any{"ca_file": "ca.crt", "server_name": e.TLSConfig.ServerName},
			"static_configs": []map[string]any{{"targets": endpoints(ctx, t, r.GetNamespace(), monitor.Spec.Selector.MatchLabels, e.Port)}},
		})
	}
	return jobs
}

// endpoints returns the addresses behind a named port of the Services with the labels.
func endpoints(ctx context.Context, t *testing.T, namespace string, labels map[string]string, port string) (addresses []string) {
	t.Helper()
	services := &corev1.ServiceList{}
	if err := c.Client.List(ctx, services, client.InNamespace(namespace), client.MatchingLabels(labels)); err != nil {
		t.Fatal(err)
	}
	for _, service := range services.Items {
		slices := &discoveryv1.EndpointSliceList{}
		if err := c.Client.List(ctx, slices, client.InNamespace(namespace), client.MatchingLabels{discoveryv1.LabelServiceName: service.Name}); err != nil {
			t.Fatal(err)
		}
		for _, slice := range slices.Items {
			for _, p := range slice.Ports {
				if ptr.Deref(p.Name, "") != port {
					continue
				}
				for _, e := range slice.Endpoints {
					addresses = append(addresses, fmt.Sprintf("%s:%d", e.Addresses[0], *p.Port))
				}
			}
		}
	}
	return addresses
}

// startPrometheus runs Debian's Prometheus until the test ends.
func startPrometheus(ctx context.Context, t *testing.T, folder string, jobs []map[string]any) {
	t.Helper()
	config, err := json.Marshal(map[string]any{"scrape_configs": jobs})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "prometheus.yml")
	writeFile(t, file, config)
	if said, err := exec.CommandContext(ctx, "promtool", "check", "config", file).CombinedOutput(); err != nil {
		t.Fatalf("apt-get install --no-install-recommends prometheus, if it is missing: %v: %s", err, said)
	}
	log := &bytes.Buffer{}
	running := exec.CommandContext(ctx, "prometheus", "--config.file="+file, "--web.listen-address="+prometheusAddress,
		"--storage.tsdb.path="+filepath.Join(folder, "data"), "--log.level=warn")
	running.Stdout, running.Stderr = log, log
	running.Cancel = func() error { return running.Process.Signal(os.Interrupt) }
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = running.Process.Signal(os.Interrupt)
		_ = running.Wait()
		if t.Failed() {
			t.Log(log)
		}
	})
}

// target is one that Prometheus reads.
type target struct{ ScrapePool, ScrapeURL, Health, LastError string }

func targets(ctx context.Context) ([]target, error) {
	var answer struct {
		Data struct{ ActiveTargets []target }
	}
	err := ask(ctx, "/api/v1/targets?state=active", &answer)
	return answer.Data.ActiveTargets, err
}

// query returns how many series an expression has.
func query(ctx context.Context, expression string) (int, error) {
	var answer struct{ Data struct{ Result []any } }
	err := ask(ctx, "/api/v1/query?query="+url.QueryEscape(expression), &answer)
	return len(answer.Data.Result), err
}

func ask(ctx context.Context, path string, into any) error {
	content, err := get(ctx, http.DefaultClient, "http://"+prometheusAddress+path, "")
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}

func get(ctx context.Context, client *http.Client, url, token string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.200s", url, response.Status, content)
	}
	return content, err
}

// readerToken makes the service account that the component gives the right to read, and returns its token.
func readerToken(ctx context.Context, t *testing.T) []byte {
	t.Helper()
	const monitoring = "monitoring"
	makeNamespace(ctx, t, monitoring)
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "prometheus-k8s", Namespace: monitoring}}
	if err := c.Client.Create(ctx, account); err != nil {
		t.Fatal(err)
	}
	token, err := c.Pods.CoreV1().ServiceAccounts(monitoring).CreateToken(ctx, account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return []byte(token.Status.Token)
}

// metricsAuthority returns the certificates to trust that the ServiceMonitors name.
func metricsAuthority(ctx context.Context, t *testing.T) []byte {
	t.Helper()
	secret := &corev1.Secret{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: "spark-operator-metrics-cert"}, secret); err != nil {
		t.Fatal(err)
	}
	return secret.Data["ca.crt"]
}

// certified starts cert-manager for the time of the test.
func certified(ctx context.Context, t *testing.T) {
	t.Helper()
	if err := c.AddCertManager(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.RemoveCertManager(context.WithoutCancel(ctx)); err != nil {
			t.Error(err)
		}
	})
}

// monitored installs the kinds of Prometheus's operator for the time of the test.
func monitored(ctx context.Context, t *testing.T) {
	t.Helper()
	file, err := os.Open(filepath.Join(installation.Root(), "test/integration/installation/testdata/crds/third_party.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for documents := yaml.NewYAMLOrJSONDecoder(file, 4096); ; {
		crd := &unstructured.Unstructured{}
		if err := documents.Decode(crd); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(crd.GetName(), ".monitoring.coreos.com") {
			continue
		}
		if err := c.Client.Create(ctx, crd); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Client.Delete(context.WithoutCancel(ctx), crd); client.IgnoreNotFound(err) != nil {
				t.Error(err)
			}
		})
	}
}

func writeFile(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
