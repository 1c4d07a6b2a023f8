// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package process starts the cluster's components so that they outlive the command, and finds them again.
package process
