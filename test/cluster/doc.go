// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cluster brings up a cluster with the operator in it: the project's own local cluster, or the one of the
// current kubeconfig. The quick start and the end-to-end tests share it, so that what is tested is what a newcomer
// runs.
package cluster
