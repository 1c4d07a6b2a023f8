// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package features is the list of what an application may have beside its run: metrics, a web UI, ports, a disruption
// budget, a scheduler.
//
// Each feature is one entry of All, and nobody else knows it by name. It says what it adds to the configuration and the
// pods, which objects the application owns because of it, what of them goes when the driver has ended, and what its
// author asks for in vain. Nothing here reads or writes a cluster.
package features
