// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package mode chooses what submits an application: the native submitter, or Spark's own spark-submit.
//
// The choice follows from the plan and the operator's configuration alone, so that every call for an attempt takes the
// same way. Release goes both ways, for the choice may have been another one when the attempt was made.
package mode
