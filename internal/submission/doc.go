// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package submission resolves an application into a plan of one attempt to run it, and defines what starts it.
//
// A Plan is made once and does not change: it holds the application with its defaults, the identity of the attempt, and the
// effective Spark configuration in a fixed order (see precedence in conf.go). Every Submitter takes the same plan, and
// nothing writes to the application as a way to pass data. What an application's author must not reach is refused here,
// whether or not admission looked at it before: see check.go.
package submission
