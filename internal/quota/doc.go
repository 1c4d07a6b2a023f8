// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package quota says whether the pods of an application fit into what the ResourceQuotas of its namespace leave.
//
// It counts pods as the API server's own admission of pods does, so that an application learns immediately what its
// pods would run into one by one. It is pure: quotas, pods and what runs already are given.
package quota
