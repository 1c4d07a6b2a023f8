// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kubelet is the one stand-in for scheduler and kubelet: it writes to the API server what they write about
// pods, where tests have no nodes. What a pod does, and when, its callers decide.
package kubelet
