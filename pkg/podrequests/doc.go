// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package podrequests computes what an application will ask of a cluster, from the pods that it will have.
//
// Because it starts from rendered pods, everything counts that the scheduler counts: memory overhead, CPU requests that
// differ from cores, GPUs, sidecars, init containers, templates and the overhead of runtime classes.
package podrequests
