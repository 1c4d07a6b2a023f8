// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkoperator holds the tests that are about all kinds of the group sparkoperator.k8s.io, and the CRDs made
// from them.
package sparkoperator
