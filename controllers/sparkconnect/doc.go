// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkconnect watches SparkConnects. So far it only reports those that cannot be decoded; no server is made.
package sparkconnect
