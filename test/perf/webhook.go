// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// webhookOptions are the flags of webhook.
type webhookOptions struct {
	apps, rate int
	lasts      time.Duration
}

// webhook measures how fast the webhook answers, by TLS and without the API server in between, and what memory it
// takes. The applications that are stored are all kept whole, as are those that have not ended.
func webhook(ctx context.Context, b *bench, args []string) error {
	var o webhookOptions
	flags := flag.NewFlagSet("webhook", flag.ContinueOnError)
	flags.IntVar(&o.apps, "apps", 10_000, "applications that are stored")
	flags.IntVar(&o.rate, "rate", 200, "requests a second")
	flags.DurationVar(&o.lasts, "for", 30*time.Second, "how long requests are sent")
	if err := flags.Parse(args); err != nil {
		return err
	}
	result, err := withCluster(ctx, b, func(c *cluster) (*webhookResult, error) { return o.measure(ctx, b, c) })
	if err != nil {
		return fmt.Errorf("webhook: %w", err)
	}
	title := fmt.Sprintf("Webhook: %d requests a second for %s, beside %d applications that have not ended", o.rate, o.lasts, o.apps)
	b.table(title, append(webhookRows, rowAnswers, rowWebhookCPU, rowWebhookPeak), result.column())
	return nil
}

// Rows of the table.
const (
	rowAnswers     = "all of them"
	rowWebhookCPU  = "CPU, by the request"
	rowWebhookPeak = "peak memory, limit of the pod"
)

// webhookResult is what a measurement of the webhook found.
type webhookResult struct {
	answers map[string][]time.Duration
	cpu     time.Duration
	peak    int64
	limit   resource.Quantity
}

func (r *webhookResult) column() column {
	cells := map[string]string{}
	var all []time.Duration
	for name, durations := range r.answers {
		cells[name] = precise(durations)
		all = append(all, durations...)
	}
	cells[rowAnswers] = precise(all) + fmt.Sprintf(" (%d)", len(all))
	cells[rowWebhookCPU] = fmt.Sprintf("%.2f ms", float64(r.cpu.Microseconds())/1000/float64(len(all)))
	cells[rowWebhookPeak] = fmt.Sprintf("%d MiB, %s", r.peak>>20, r.limit.String())
	return column{name: "p50, p99, max", cells: cells}
}

// precise returns p50, p99 and the longest, which are around a millisecond.
func precise(durations []time.Duration) string {
	in := func(q float64) float64 { return float64(quantile(durations, q).Microseconds()) / 1000 }
	return fmt.Sprintf("%.2f, %.2f, %.2f ms", in(0.5), in(0.99), in(1))
}

func (o *webhookOptions) measure(ctx context.Context, b *bench, c *cluster) (_ *webhookResult, err error) {
	if err := burst(ctx, "kept", o.apps, func(ctx context.Context, name string) error { return c.client.Create(ctx, admittedApplication(name)) }); err != nil {
		return nil, fmt.Errorf("store applications: %w", err)
	}
	if err := c.createQuota(ctx); err != nil {
		return nil, err
	}
	deployment, err := b.deployment("spark-operator-webhook")
	if err != nil {
		return nil, err
	}
	op, port, err := c.startWebhook(ctx, b, deployment)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, op.stop()) }()
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	asker, err := newAsker(fmt.Sprintf("https://127.0.0.1:%d", port), o.apps)
	if err != nil {
		return nil, err
	}
	// Connections are made and code is warm, as in a webhook that has run for a while.
	if _, err := asker.ask(ctx, o.rate, 2*time.Second); err != nil {
		return nil, errors.Join(err, errors.New(op.lastWords()))
	}
	before, err := op.cpu()
	if err != nil {
		return nil, err
	}
	result := &webhookResult{limit: *deployment.Spec.Template.Spec.Containers[0].Resources.Limits.Memory()}
	if result.answers, err = asker.ask(ctx, o.rate, o.lasts); err != nil {
		return nil, err
	}
	after, err := op.cpu()
	result.cpu, result.peak = after-before, op.peak.Load()
	return result, err
}

// createQuota makes a quota that everything fits into, with the status that nobody writes here.
func (c *cluster) createQuota(ctx context.Context) error {
	hard, used := corev1.ResourceList{}, corev1.ResourceList{}
	for _, name := range []corev1.ResourceName{corev1.ResourcePods, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsMemory} {
		hard[name], used[name] = resource.MustParse("100Ti"), resource.MustParse("1Ti")
	}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "ample"}, Spec: corev1.ResourceQuotaSpec{Hard: hard}}
	if err := c.client.Create(ctx, quota); err != nil {
		return fmt.Errorf("create quota: %w", err)
	}
	quota.Status = corev1.ResourceQuotaStatus{Hard: hard, Used: used}
	if err := c.client.Status().Update(ctx, quota); err != nil {
		return fmt.Errorf("write the quota's status: %w", err)
	}
	return nil
}

// deployment returns a Deployment of the manifests.
func (b *bench) deployment(name string) (*appsv1.Deployment, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(b.root, "config", "default"))
	if err != nil {
		return nil, fmt.Errorf("build the manifests: %w", err)
	}
	for _, object := range built.Resources() {
		if object.GetKind() != "Deployment" || object.GetName() != name {
			continue
		}
		content, err := object.AsYAML()
		if err != nil {
			return nil, err
		}
		deployment := &appsv1.Deployment{}
		return deployment, yaml.Unmarshal(content, deployment)
	}
	return nil, fmt.Errorf("no Deployment %s", name)
}

// startWebhook runs the webhook with the memory limit that its pods give Go, and returns its port when it is ready.
func (c *cluster) startWebhook(ctx context.Context, b *bench, deployment *appsv1.Deployment) (op *operator, port int, err error) {
	kubeconfig, err := c.kubeconfig(webhookAccount, "")
	if err != nil {
		return nil, 0, err
	}
	health, err := freeAddress()
	if err != nil {
		return nil, 0, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, 0, err
	}
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, 0, err
	}
	environment := []string{"POD_NAMESPACE=spark-operator"}
	for _, variable := range deployment.Spec.Template.Spec.Containers[0].Env {
		if variable.Value != "" {
			environment = append(environment, variable.Name+"="+variable.Value)
		}
	}
	configuration := fmt.Sprintf(`apiVersion: config.sparkoperator.k8s.io/v1alpha1
kind: WebhookConfiguration
port: %d
health: {bindAddress: %q}
metrics: {bindAddress: "0"}
resourceQuota: Enforce
`, resolved.Port, health)
	op, err = launch(ctx, b, launched{binary: "webhook", kubeconfig: kubeconfig, configuration: configuration, environment: environment})
	if err != nil {
		return nil, 0, err
	}
	err = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, 2*time.Minute, true, func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+health+"/readyz", nil)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, nil
		}
		return response.StatusCode == http.StatusOK, response.Body.Close()
	})
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("wait for the webhook: %w\n%s", err, op.lastWords()), op.stop())
	}
	return op, resolved.Port, nil
}
