// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
)

const (
	// shimSockets is where containerd's shims listen; root has no choice of the folder.
	shimSockets = "/run/containerd/s"
	// containerLinks is where the kubelet links the logs of containers; it has no choice either.
	containerLinks = "/var/log/containers"
)

// Remains tells whether anything of a cluster is on the machine, running or not.
func (c *Cluster) Remains() bool {
	for _, dir := range []string{lib, run} {
		if _, err := os.Stat(dir); err == nil {
			return true
		}
	}
	return network.Present() || len(c.groups.Processes()) > 0
}

// Down ends the cluster in six steps, each of which also works on what a crash left. A step that fails does not keep
// the next from being tried.
func (c *Cluster) Down(ctx context.Context) error {
	var failures []error
	// 1. The kubelet first, so that it restarts nothing; containerd in good order, because its database outlives it.
	c.supervisor.Stop("kubelet", 2*time.Second)
	c.supervisor.Stop("containerd", 3*time.Second)

	// 2. Every other process, containers included. No pod is given time to end: the cluster it could tell is going too.
	failures = append(failures, c.groups.Kill(15*time.Second))

	// 3. Volumes, container file systems and network namespaces.
	failures = append(failures, host.UnmountBelow(lib, run, c.Layout.ContainerdRoot))

	// 4. The network.
	failures = append(failures, network.Down(), c.cleanProxyRules(ctx))

	// 5. Control groups and kernel settings.
	failures = append(failures, c.groups.Remove(10*time.Second), host.RestoreKernel(settingsFile))

	// 6. Files.
	failures = append(failures, removeDeadSockets(shimSockets), removeLogLinks(containerLinks))
	for _, dir := range []string{run, lib} {
		failures = append(failures, os.RemoveAll(dir))
	}
	return errors.Join(failures...)
}

// cleanProxyRules removes the packet filter rules of kube-proxy, which knows them best.
func (c *Cluster) cleanProxyRules(ctx context.Context) error {
	if exec.Command("iptables", "--wait", "10", "-t", "nat", "-S", "KUBE-SERVICES").Run() != nil {
		return nil
	}
	clean := exec.CommandContext(ctx, filepath.Join(c.Layout.KubernetesBin, "kube-proxy"), "--cleanup")
	return clean.Run()
}

// removeDeadSockets removes the sockets nobody listens at any more. Those of another containerd on the machine stay.
func removeDeadSockets(dir string) error {
	var failures []error
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	failures = append(failures, err)
	for _, entry := range entries {
		socket := filepath.Join(dir, entry.Name())
		connection, err := net.DialTimeout("unix", socket, time.Second)
		if err == nil {
			_ = connection.Close()
			continue
		}
		failures = append(failures, os.Remove(socket))
	}
	// Fails, as it should, while something else is in them.
	_ = os.Remove(dir)
	_ = os.Remove(filepath.Dir(dir))
	return errors.Join(failures...)
}

// removeLogLinks removes the links into the cluster's folder of logs.
func removeLogLinks(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	failures := []error{err}
	for _, entry := range entries {
		link := filepath.Join(dir, entry.Name())
		if target, err := os.Readlink(link); err == nil && strings.HasPrefix(target, lib+"/") {
			failures = append(failures, os.Remove(link))
		}
	}
	_ = os.Remove(dir)
	return errors.Join(failures...)
}
