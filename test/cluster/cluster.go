// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// The values of the environment variable CLUSTER.
const (
	// Local is the project's own cluster on this machine; it is brought up if need be, and the images are built here.
	Local = "local"
	// Current is the cluster of the current kubeconfig; it must be able to pull the images.
	Current = "current"
)

// Cluster is a reachable cluster.
type Cluster struct {
	// Kind is Local or Current.
	Kind string
	// Kubeconfig is the file that reaches the cluster; empty means the client's usual rules.
	Kubeconfig string
	Config     *rest.Config
	// Client reads and writes without a cache.
	Client client.WithWatch
	// Pods gives access to logs.
	Pods kubernetes.Interface

	// AuditLog is the file with what the operator's service accounts ask of the API server; only the local cluster has
	// one.
	AuditLog string
	// Replaced are the times in which the operator was being replaced.
	Replaced []Period

	root string
	// built is the image of each Deployment, once they are built.
	built map[string]string
	out   io.Writer
}

// Period is a time from one moment to another.
type Period struct{ From, To time.Time }

// Up returns the cluster that the environment variable CLUSTER names (Local unless set). Progress goes to out.
func Up(ctx context.Context, out io.Writer) (*Cluster, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	c := &Cluster{Kind: os.Getenv("CLUSTER"), root: root, out: out}
	switch c.Kind {
	case "", Local:
		c.Kind = Local
		if err := c.upLocal(ctx); err != nil {
			return nil, err
		}
	case Current:
	default:
		return nil, fmt.Errorf("CLUSTER=%s: want %s or %s", c.Kind, Local, Current)
	}
	if err := c.connect(); err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintf(out, "%s cluster, API server %s\n", c.Kind, c.Config.Host)
	return c, nil
}

func (c *Cluster) upLocal(ctx context.Context) error {
	if err := c.local(ctx, c.out, "up"); err != nil {
		return err
	}
	var path bytes.Buffer
	if err := c.local(ctx, &path, "kubeconfig"); err != nil {
		return err
	}
	c.Kubeconfig = strings.TrimSpace(path.String())
	c.AuditLog = filepath.Join(filepath.Dir(c.Kubeconfig), "audit.log")
	return nil
}

// local runs a command of the local cluster's program.
func (c *Cluster) local(ctx context.Context, stdout io.Writer, args ...string) error {
	return c.run(ctx, stdout, "go", append([]string{"-C", filepath.Join(c.root, "test/localcluster"), "run", "."}, args...)...)
}

// run runs a command of the repository.
func (c *Cluster) run(ctx context.Context, stdout io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.root, stdout, c.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

func (c *Cluster) connect() error {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	if c.Kubeconfig != "" {
		rules.ExplicitPath = c.Kubeconfig
	}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, nil).ClientConfig()
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	config.QPS, config.Burst = 100, 200
	c.Config = config
	if c.Client, err = client.NewWithWatch(config, client.Options{Scheme: scheme()}); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if c.Pods, err = kubernetes.NewForConfig(config); err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return nil
}

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1beta2.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}

// repositoryRoot returns the folder of the product's go.mod, from this folder upwards.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "PROJECT")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("run this inside of the repository: no PROJECT file here or above")
		}
		dir = parent
	}
}
