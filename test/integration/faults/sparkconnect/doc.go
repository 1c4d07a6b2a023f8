// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkconnect proves that Connect servers come to the same end whatever the controller meets: each call of
// each scenario meets each fault (see package engine), and no two servers of a SparkConnect are ever there.
package sparkconnect
