// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/host"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
)

// Files that components put outside of the cluster's folders and cannot be configured to put elsewhere.
const (
	// shimSockets is where containerd's shims listen.
	shimSockets = "/run/containerd/s"
	// containerLinks is where the kubelet links the logs of containers.
	containerLinks = "/var/log/containers"
	// devicePlugins is where the kubelet listens for plug-ins that offer devices.
	devicePlugins = "/var/lib/kubelet/device-plugins"
	// networkResults is where the network plug-ins' library remembers what it answered, in files named by the network.
	networkResults = "/var/lib/cni/results"
)

// Remains reports whether anything of a cluster is on the machine, running or not.
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
func (c *Cluster) Down() error {
	var failures []error
	// 1. The kubelet first, so that it restarts nothing; containerd in good order, because its database outlives it.
	c.supervisor.Stop("kubelet", 2*time.Second)
	c.supervisor.Stop("containerd", 3*time.Second)

	// 2. Every other process, containers included. No pod is given time to end: the cluster that it would report to is
	// going, too.
	failures = append(failures, c.groups.Kill(15*time.Second))

	// 3. Volumes, container file systems and network namespaces.
	failures = append(failures, host.UnmountBelow(lib, run, c.Layout.ContainerdRoot))

	// 4. The network.
	failures = append(failures, network.Down())

	// 5. Control groups and kernel settings.
	failures = append(failures, c.groups.Remove(10*time.Second), host.RestoreKernel(settingsFile))

	// 6. Files.
	failures = append(failures, removeDeadSockets(shimSockets), removeDeadSockets(devicePlugins),
		removeLogLinks(containerLinks), removeNetworkResults(networkResults), forgetKueue())
	for _, dir := range []string{run, lib} {
		failures = append(failures, os.RemoveAll(dir))
	}
	return errors.Join(failures...)
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
	removeIfEmpty(dir, filepath.Dir(dir))
	return errors.Join(failures...)
}

// removeNetworkResults removes the files of the cluster's network.
func removeNetworkResults(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, networkName+"-*"))
	failures := []error{err}
	for _, file := range files {
		failures = append(failures, os.Remove(file))
	}
	removeIfEmpty(dir, filepath.Dir(dir))
	return errors.Join(failures...)
}

// removeIfEmpty removes folders in which nothing is, inner first. Others may keep something there, and then they stay.
func removeIfEmpty(dirs ...string) {
	for _, dir := range dirs {
		_ = os.Remove(dir)
	}
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
	removeIfEmpty(dir)
	return errors.Join(failures...)
}
