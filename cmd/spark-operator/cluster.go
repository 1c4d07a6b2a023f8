// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// pageSize is how many objects are asked for at once: large enough to be quick, small enough for any API server.
const pageSize = 500

// checkedResources are what is read of a cluster.
var checkedResources = []schema.GroupVersionResource{
	v1beta2.GroupVersion.WithResource("sparkapplications"),
	v1beta2.GroupVersion.WithResource("scheduledsparkapplications"),
	v1alpha1.GroupVersion.WithResource("sparkconnects"),
}

// eachOfCluster calls a function with each object of a cluster. It only lists.
func eachOfCluster(ctx context.Context, o *checkOptions, each func(manifest)) error {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = o.kubeconfig
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil).ClientConfig()
	if err != nil {
		return fmt.Errorf("find the cluster: %w", err)
	}
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("connect to the cluster: %w", err)
	}
	for _, resource := range checkedResources {
		if err := eachOf(ctx, client.Resource(resource).Namespace(o.namespace), each); err != nil {
			return fmt.Errorf("list %s: %w", resource.Resource, err)
		}
	}
	return nil
}

// eachOf reads one kind, page by page. A kind that the cluster does not have has no objects.
func eachOf(ctx context.Context, of dynamic.ResourceInterface, each func(manifest)) error {
	options := metav1.ListOptions{Limit: pageSize}
	for {
		page, err := of.List(ctx, options)
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range page.Items {
			content, err := page.Items[i].MarshalJSON()
			if err != nil {
				return err
			}
			each(manifest{json: content, place: "cluster"})
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return nil
		}
	}
}
