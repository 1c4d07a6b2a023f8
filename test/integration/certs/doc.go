// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certs runs the webhook binary and its certificate against a real API server: with the permissions that
// config/ grants and no others, and called by the API server as in a cluster.
package certs
