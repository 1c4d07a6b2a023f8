// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

// Loopback rather than the bridge: etcd asks nobody who they are, so pods must not reach it.
const (
	etcdClient = "127.0.0.1:12379"
	etcdPeer   = "127.0.0.1:12380"
)

// etcd is the database of the API server, its only client.
func (l Layout) etcd() Program {
	return Program{
		Spec: process.Spec{
			Name: "etcd",
			Path: filepath.Join(l.KubernetesBin, "etcd"),
			Args: []string{
				"--data-dir=" + lib + "/etcd",
				"--listen-client-urls=http://" + etcdClient,
				"--advertise-client-urls=http://" + etcdClient,
				"--listen-peer-urls=http://" + etcdPeer,
				"--initial-advertise-peer-urls=http://" + etcdPeer,
				"--initial-cluster=default=http://" + etcdPeer,
				// The data does not outlive the cluster, so no write waits for the disk.
				"--unsafe-no-fsync",
				"--log-level=warn",
			},
		},
		Version: component.EtcdVersion,
		Listens: []string{etcdClient, etcdPeer},
		Healthy: httpHealth("http://" + etcdClient + "/health"),
		Limit:   time.Minute,
	}
}
