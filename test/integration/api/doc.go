// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package api tests the CRDs against a real kube-apiserver: what it accepts, what it refuses and with which words, and
// that nothing a user wrote is lost.
package api
