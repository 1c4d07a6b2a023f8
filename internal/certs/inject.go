// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"context"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// injectAll puts the trust bundle into our webhook configurations. A configuration that is not installed is no error:
// its creation is seen by the watch.
func (k *Keeper) injectAll(ctx context.Context, trust []byte) error {
	if name := k.options.MutatingConfiguration; name != "" {
		configuration := &admissionv1.MutatingWebhookConfiguration{}
		err := k.inject(ctx, name, configuration, func() bool {
			return trustIn(k.options.Service, trust, clientConfigs(configuration.Webhooks, mutatingClientConfig))
		})
		if err != nil {
			return fmt.Errorf("inject trust into MutatingWebhookConfiguration %s: %w", name, err)
		}
	}
	if name := k.options.ValidatingConfiguration; name != "" {
		configuration := &admissionv1.ValidatingWebhookConfiguration{}
		err := k.inject(ctx, name, configuration, func() bool {
			return trustIn(k.options.Service, trust, clientConfigs(configuration.Webhooks, validatingClientConfig))
		})
		if err != nil {
			return fmt.Errorf("inject trust into ValidatingWebhookConfiguration %s: %w", name, err)
		}
	}
	return nil
}

// inject fetches a configuration, and writes it back if change says that it changed it. The write is guarded by the
// resourceVersion: what somebody else changed meanwhile is never undone.
func (k *Keeper) inject(ctx context.Context, name string, configuration client.Object, change func() bool) error {
	if err := k.reader.Get(ctx, types.NamespacedName{Name: name}, configuration); err != nil {
		if apierrors.IsNotFound(err) {
			ctrl.LoggerFrom(ctx).V(1).Info("Webhook configuration is not installed", "configuration", name)
			return nil
		}
		return fmt.Errorf("get: %w", err)
	}
	if !change() {
		return nil
	}
	if err := k.writer.Update(ctx, configuration); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	ctrl.LoggerFrom(ctx).Info("Injected trust bundle into webhook configuration", "configuration", name)
	return nil
}

// trustIn sets the bundle on the webhooks that service serves and reports whether that changed any. Webhooks that point
// elsewhere are somebody else's, even in a configuration with our name.
func trustIn(service types.NamespacedName, trust []byte, webhooks []*admissionv1.WebhookClientConfig) bool {
	changed := false
	for _, w := range webhooks {
		ours := w.Service != nil && w.Service.Namespace == service.Namespace && w.Service.Name == service.Name
		if ours && !bytes.Equal(w.CABundle, trust) {
			w.CABundle = trust
			changed = true
		}
	}
	return changed
}

func clientConfigs[W any](webhooks []W, of func(*W) *admissionv1.WebhookClientConfig) []*admissionv1.WebhookClientConfig {
	configs := make([]*admissionv1.WebhookClientConfig, 0, len(webhooks))
	for i := range webhooks {
		configs = append(configs, of(&webhooks[i]))
	}
	return configs
}

func mutatingClientConfig(w *admissionv1.MutatingWebhook) *admissionv1.WebhookClientConfig {
	return &w.ClientConfig
}

func validatingClientConfig(w *admissionv1.ValidatingWebhook) *admissionv1.WebhookClientConfig {
	return &w.ClientConfig
}
