// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kueue has a real Kueue queue real Spark applications on the local cluster.
package kueue
