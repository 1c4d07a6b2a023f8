// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command perf measures the operator against a real kube-apiserver and etcd on this machine, beside a bare client that
// only writes the same objects. Controller and webhook are the real binaries in processes of their own; the nodes are
// simulated. It reports and asserts nothing: figures depend on the machine. docs/performance.md says how to read them.
package main
