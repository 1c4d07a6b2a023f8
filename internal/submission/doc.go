// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package submission defines what starts the driver of a plan.
//
// Every Submitter takes the same plan (see package planning), and nothing writes to the application as a way to pass
// data.
package submission
