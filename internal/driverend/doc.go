// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package driverend keeps driver pods until their end has been recorded.
//
// A pod that has ended can be deleted before anybody looked at it: by its owner, by the drain of a node, by the garbage
// collection of finished pods. A driver pod is made with a finalizer, so that it then stays, with its exit code. Once the end is in the
// status of the application, or nobody cares for it any more, the finalizer is removed.
package driverend
