// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// kubectl runs kubectl as administrator of this cluster, whatever the user's own configuration says.
func (l Layout) kubectl(ctx context.Context, input []byte, args ...string) (string, error) {
	command := exec.CommandContext(ctx, l.Kubectl(), append([]string{"--kubeconfig", Kubeconfig}, args...)...)
	command.Stdin = bytes.NewReader(input)
	// Discovery is cached in the home folder otherwise.
	command.Env = process.Environment("KUBECACHEDIR="+lib+"/kubectl-cache", "KUBERC=off")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}

// Kubectl returns the path of the kubectl that fits the cluster.
func (l Layout) Kubectl() string { return filepath.Join(l.KubernetesBin, "kubectl") }

// applyManifests makes the objects that the cluster comes with.
func (l Layout) applyManifests(ctx context.Context) error {
	return fs.WalkDir(manifests, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := manifests.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = l.kubectl(ctx, content, "apply", "--server-side", "-f", "-")
		return err
	})
}

// awaitNode waits until pods can be scheduled and have what they mount: the node, and every namespace's service
// account.
func (l Layout) awaitNode(ctx context.Context) error {
	const limit = time.Minute
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		ready, err := l.kubectl(ctx, nil, "get", "node", network.NodeAddress,
			"-o", `jsonpath={.status.conditions[?(@.type=="Ready")].status}/{.status.conditions[?(@.type=="Ready")].message}`)
		if err == nil && strings.HasPrefix(ready, "True/") {
			_, err = l.kubectl(ctx, nil, "get", "serviceaccount/default", "configmap/kube-root-ca.crt", "--namespace", "default")
			if err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the node is not ready after %s: %s", limit, ready), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
