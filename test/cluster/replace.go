// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/resource"
)

// lastWords is how long the pods of what was installed before may go on after they are asked to end.
const lastWords = 30 * time.Second

// partOf is the label of everything that an installation consists of.
var partOf = client.MatchingLabels{"app.kubernetes.io/part-of": Namespace}

// replaceable are the kinds of which one installation may have more objects than another.
var replaceable = []schema.GroupVersionKind{
	{Group: "apps", Version: "v1", Kind: "Deployment"},
	{Version: "v1", Kind: "Service"},
	{Version: "v1", Kind: "ConfigMap"},
	{Version: "v1", Kind: "ServiceAccount"},
	{Group: "policy", Version: "v1", Kind: "PodDisruptionBudget"},
	{Group: "networking.k8s.io", Version: "v1", Kind: "NetworkPolicy"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "RoleBinding"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRole"},
	{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "ClusterRoleBinding"},
	{Group: "admissionregistration.k8s.io", Version: "v1", Kind: "MutatingWebhookConfiguration"},
	{Group: "admissionregistration.k8s.io", Version: "v1", Kind: "ValidatingWebhookConfiguration"},
}

// InstallThis installs what a kustomization has made in the place of what is installed: what that has more is deleted.
// It waits until the Deployments are available.
func (c *Cluster) InstallThis(ctx context.Context, resources []*resource.Resource) error {
	images, err := c.images(ctx)
	if err != nil {
		return err
	}
	return c.InstallWith(ctx, resources, images)
}

// InstallWith is InstallThis with images that are there already, by Deployment.
func (c *Cluster) InstallWith(ctx context.Context, resources []*resource.Resource, images map[string]string) error {
	replaced := Period{From: time.Now()}
	defer func() {
		replaced.To = time.Now().Add(lastWords)
		c.Replaced = append(c.Replaced, replaced)
	}()
	if err := c.applyAll(ctx, resources, images); err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, r := range resources {
		wanted[r.GetKind()+" "+r.GetName()] = true
	}
	for _, kind := range replaceable {
		if err := c.prune(ctx, kind, wanted); err != nil {
			return err
		}
	}
	for _, r := range resources {
		if r.GetKind() != "Deployment" {
			continue
		}
		if err := c.WaitAvailable(ctx, r.GetName()); err != nil {
			return err
		}
	}
	return nil
}

// prune deletes the objects of a kind that belong to an installation and are not wanted.
func (c *Cluster) prune(ctx context.Context, kind schema.GroupVersionKind, wanted map[string]bool) error {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(kind)
	if err := c.Client.List(ctx, list, partOf); err != nil {
		return fmt.Errorf("list %s: %w", kind.Kind, err)
	}
	for i := range list.Items {
		object := &list.Items[i]
		if wanted[kind.Kind+" "+object.GetName()] {
			continue
		}
		if err := c.Client.Delete(ctx, object); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("delete %s %s: %w", kind.Kind, object.GetName(), err)
		}
	}
	return nil
}

// Installed returns the names of the objects of a kind that belong to the installation.
func (c *Cluster) Installed(ctx context.Context, kind string) ([]string, error) {
	for _, candidate := range replaceable {
		if candidate.Kind != kind {
			continue
		}
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(candidate)
		if err := c.Client.List(ctx, list, partOf); err != nil {
			return nil, err
		}
		var names []string
		for i := range list.Items {
			names = append(names, list.Items[i].GetName())
		}
		return names, nil
	}
	return nil, fmt.Errorf("kind %s is not one that installations differ by", kind)
}
