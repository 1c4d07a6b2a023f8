// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package host says whether the machine can carry the cluster, and changes it back afterwards.
package host
