// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package component builds the programs a cluster consists of from their Go modules.
//
// Each component has a module of its own below components/, because their dependencies contradict one another and the
// product's. The module's go.mod and go.sum pin every byte that goes into the executable, so their hash names it.
package component
