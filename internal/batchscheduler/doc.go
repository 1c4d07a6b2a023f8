// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package batchscheduler puts the pods of an application under a scheduler that places them as a gang: only where there
// is room for all without which the application makes no progress, so that two applications that do not both fit never
// block each other.
//
// Each scheduler is a Plugin, which says what marks the pods and which object, if any, tells the scheduler of the gang.
// Plugins read and write no cluster. Package registry has the list of them.
//
// A gang is described by its resources and not by the number of its pods: executors come after the driver, because the
// driver makes them, and a scheduler that waited for so many pods would wait for ever.
package batchscheduler
