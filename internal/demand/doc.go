// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package demand is what an application asks of a cluster when it starts: its driver and the executors without which it
// makes no progress.
//
// There is one, computed from the pods as they will be made, and everybody who counts resources counts it: the plugins
// of batch schedulers, the check of ResourceQuotas, and what is printed for people.
package demand
