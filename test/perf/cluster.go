// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// namespace is where everything that is measured happens.
const namespace = "perf"

// The users that the binaries are, with the rights of their ServiceAccounts.
const (
	account        = "system:serviceaccount:spark-operator:spark-operator-controller"
	webhookAccount = "system:serviceaccount:spark-operator:spark-operator-webhook"
)

// cluster is an API server and its etcd, made for one measurement, so that none is burdened with the objects of
// another.
type cluster struct {
	environment *envtest.Environment
	config      *rest.Config
	client      client.WithWatch
	http        *http.Client
	core        rest.Interface
	// own counts the requests of this program.
	own             counter
	apiserver, etcd process
}

// withCluster calls measure with a new cluster.
func withCluster[R any](ctx context.Context, b *bench, measure func(*cluster) (R, error)) (_ R, err error) {
	c, err := startCluster(ctx, b)
	if err != nil {
		return *new(R), err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	return measure(c)
}

func startCluster(ctx context.Context, b *bench) (_ *cluster, err error) {
	c := &cluster{
		own:         counter{tally: tally{}},
		environment: &envtest.Environment{CRDDirectoryPaths: []string{filepath.Join(b.root, "config", "crd", "bases")}, ErrorIfCRDPathMissing: true},
	}
	// As clusters for so many applications have it: each run has a Service.
	c.environment.ControlPlane.GetAPIServer().Configure().Set("service-cluster-ip-range", "10.0.0.0/12")
	if c.config, err = c.environment.Start(); err != nil {
		return nil, fmt.Errorf("start kube-apiserver and etcd: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	c.config.QPS = -1
	c.own.wrap(c.config)
	if err := c.connect(); err != nil {
		return nil, err
	}
	if c.apiserver, err = child("kube-apiserver"); err != nil {
		return nil, err
	}
	if c.etcd, err = child("etcd"); err != nil {
		return nil, err
	}
	for _, name := range []string{namespace, "spark-operator"} {
		if err := c.client.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}); err != nil {
			return nil, fmt.Errorf("create namespace: %w", err)
		}
	}
	return c, c.grant(ctx, b)
}

func (c *cluster) stop() error { return c.environment.Stop() }

func (c *cluster) connect() (err error) {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1beta2.AddToScheme(scheme)); err != nil {
		return err
	}
	if c.client, err = client.NewWithWatch(c.config, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if c.http, err = rest.HTTPClientFor(c.config); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	set, err := kubernetes.NewForConfig(c.config)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	c.core = set.CoreV1().RESTClient()
	return nil
}

// grant gives the accounts the rights that the manifests give them.
func (c *cluster) grant(ctx context.Context, b *bench) error {
	manifests := filepath.Join(b.root, "config", "default")
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), manifests)
	if err != nil {
		return fmt.Errorf("build the manifests: %w", err)
	}
	for _, object := range built.Resources() {
		if object.GetGvk().Group != rbacv1.GroupName {
			continue
		}
		content, err := object.AsYAML()
		if err != nil {
			return err
		}
		rule := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(content, rule); err != nil {
			return err
		}
		if err := c.client.Create(ctx, rule); err != nil {
			return fmt.Errorf("create %s: %w", object.CurId(), err)
		}
	}
	return nil
}

// settle waits until the API server has done what it does after its start, and after CRDs were installed.
func (c *cluster) settle(ctx context.Context) error {
	const look, idle, limit = 500 * time.Millisecond, 0.1, time.Minute
	deadline := time.Now().Add(limit)
	for quiet := 0; quiet < 2 && time.Now().Before(deadline); {
		before, err := c.apiserver.cpu()
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(look):
		}
		after, err := c.apiserver.cpu()
		if err != nil {
			return err
		}
		quiet++
		if float64(after-before) > idle*float64(look) {
			quiet = 0
		}
	}
	return nil
}
