// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/pki"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

const (
	// kueueAddress is where the API server reaches Kueue's webhooks.
	kueueAddress = network.NodeAddress + ":19443"
	kueueDir     = lib + "/kueue"
	// kueueMetricsCertificates is a folder that Kueue cannot be configured to look for elsewhere.
	kueueMetricsCertificates = "/etc/kueue/metrics/certs"
)

// kueueKinds are Kueue's kinds that have objects of people and of its own, in the order in which they can be deleted:
// by then nothing uses them.
const kueueKinds = "localqueues.kueue.x-k8s.io,workloads.kueue.x-k8s.io,clusterqueues.kueue.x-k8s.io,resourceflavors.kueue.x-k8s.io"

// kueue queues applications.
func (l Layout) kueue(bin string) Program {
	return Program{
		Spec: process.Spec{
			Name: string(addonKueue),
			Path: filepath.Join(bin, "kueue"),
			Args: []string{"--config=" + kueueDir + "/config.yaml", "--zap-log-level=2"},
			Env:  []string{"KUBECONFIG=" + Kubeconfig},
		},
		Version: component.Kueue.Version,
		Listens: []string{kueueAddress, "127.0.0.1:18281"},
		Healthy: httpHealth("http://127.0.0.1:18281/readyz"),
		Limit:   time.Minute,
	}
}

// AddKueue starts Kueue in the running cluster, from the folder with its executable and manifests. An applied
// SparkApplication CRD must be there: it looks for its kinds when it starts.
func (c *Cluster) AddKueue(ctx context.Context, bin string) error {
	if err := c.RemoveKueue(ctx); err != nil {
		return err
	}
	authority, err := c.Layout.prepareKueue(ctx, bin)
	if err != nil {
		return fmt.Errorf("prepare Kueue: %w", err)
	}
	if err := c.startAll(ctx, c.Layout.kueue(bin)); err != nil {
		return err
	}
	hooks, err := kueueWebhooks(filepath.Join(bin, "webhooks", "manifests.yaml"), authority)
	if err != nil {
		return err
	}
	return c.Layout.applyAddon(ctx, addonKueue, "-", hooks)
}

// prepareKueue makes all that must be there before Kueue starts, and returns the authority of its certificate, encoded.
func (l Layout) prepareKueue(ctx context.Context, bin string) (authority string, err error) {
	issuer, err := pki.NewAuthority(kueueDir)
	if err != nil {
		return "", err
	}
	if err := issuer.Issue("tls", pki.Identity{Name: "kueue", Hosts: []string{network.NodeAddress}}); err != nil {
		return "", err
	}
	ca, err := os.ReadFile(filepath.Join(kueueDir, "ca.crt"))
	if err != nil {
		return "", err
	}
	authority = base64.StdEncoding.EncodeToString(ca)
	config, err := render("kueue.yaml", struct{ NodeAddress, PKI string }{network.NodeAddress, kueueDir})
	if err != nil {
		return "", err
	}
	return authority, errors.Join(
		writeFile(kueueDir+"/config.yaml", config, 0o644),
		os.MkdirAll(filepath.Dir(kueueMetricsCertificates), 0o755),
		os.Symlink(kueueDir, kueueMetricsCertificates),
		l.applyKueueCRDs(ctx, filepath.Join(bin, "crds"), authority),
		l.applyAddon(ctx, addonKueue, "-", []byte(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kueue-system"}}`)),
	)
}

// applyKueueCRDs makes Kueue's kinds. Those in more than one version are converted by Kueue itself.
func (l Layout) applyKueueCRDs(ctx context.Context, dir, authority string) error {
	if err := l.applyAddon(ctx, addonKueue, dir, nil); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	conversion, err := json.Marshal(map[string]any{"spec": map[string]any{"conversion": map[string]any{
		"strategy": "Webhook",
		"webhook": map[string]any{
			"conversionReviewVersions": []string{"v1"},
			"clientConfig":             map[string]string{"url": "https://" + kueueAddress + "/convert", "caBundle": authority},
		},
	}}})
	if err != nil {
		return err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if bytes.Count(content, []byte("\n    served: true")) < 2 {
			continue
		}
		group, plural, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".yaml"), "_")
		if _, err := l.kubectl(ctx, nil, "patch", "crd", plural+"."+group, "--type=merge", "--patch="+string(conversion)); err != nil {
			return err
		}
	}
	return nil
}

// kueueService is how the manifests say where Kueue is.
var kueueService = regexp.MustCompile(`service:\n +name: webhook-service\n +namespace: system\n +path: (\S+)`)

// kueueWebhooks returns the webhooks of Kueue's own kinds and of SparkApplications, to be reached on this machine.
// Those of all other kinds would only be in the way of everybody else, pods included.
func kueueWebhooks(manifests, authority string) ([]byte, error) {
	content, err := os.ReadFile(manifests)
	if err != nil {
		return nil, err
	}
	var kept []string
	for configuration := range strings.SplitSeq(strings.TrimSpace(string(content)), "\n---\n") {
		head, hooks, _ := strings.Cut(configuration, "\n- ")
		var wanted []string
		for hook := range strings.SplitSeq(hooks, "\n- ") {
			if strings.Contains(hook, "- kueue.x-k8s.io") || strings.Contains(hook, "- sparkoperator.k8s.io") {
				wanted = append(wanted, hook)
			}
		}
		if len(wanted) > 0 {
			head = strings.Replace(head, "-webhook-configuration", "-webhook-configuration-kueue", 1)
			kept = append(kept, head+"\n- "+strings.Join(wanted, "\n- ")+"\n")
		}
	}
	if len(kept) != 2 {
		return nil, fmt.Errorf("%s has %d configurations with webhooks of Kueue, want 2", manifests, len(kept))
	}
	reached := "url: https://" + kueueAddress + "$1\n    caBundle: " + authority
	return kueueService.ReplaceAll([]byte(strings.Join(kept, "---\n")), []byte(reached)), nil
}

// RemoveKueue ends Kueue and removes what it has in the cluster. Its objects go while it still runs: they have
// finalizers.
func (c *Cluster) RemoveKueue(ctx context.Context) error {
	l := c.Layout
	if c.supervisor.Pid(string(addonKueue)) != 0 {
		if _, err := l.kubectl(ctx, nil, "delete", kueueKinds, "--all", "--all-namespaces", "--timeout=60s"); err != nil {
			return withLog(c.supervisor, string(addonKueue), err)
		}
	}
	_, err := l.kubectl(ctx, nil, "delete", "mutatingwebhookconfiguration,validatingwebhookconfiguration", addonKueue.selector())
	return errors.Join(err, c.endAddon(ctx, addonKueue), forgetKueue(), os.RemoveAll(kueueDir))
}

// forgetKueue removes what Kueue needs outside of the cluster's folders, if it is the cluster's.
func forgetKueue() error {
	if target, err := os.Readlink(kueueMetricsCertificates); err != nil || target != kueueDir {
		return nil
	}
	err := os.Remove(kueueMetricsCertificates)
	removeIfEmpty("/etc/kueue/metrics", "/etc/kueue")
	return err
}
