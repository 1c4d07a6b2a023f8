// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cluster configures the components, starts them in order, and takes them down without a trace.
//
// One file per component says how it is started and why each flag is there; config/ has the files they read. up.go has
// the order: registry, containerd and etcd stand alone; the API server needs etcd; everything else needs the API
// server.
package cluster
