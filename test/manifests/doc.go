// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manifests checks what the kustomizations under config/ build, without a cluster: that the parts fit together
// and that nothing is allowed that need not be.
package manifests
