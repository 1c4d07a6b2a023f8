// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package planning resolves an application into a plan of one attempt to run it.
//
// A Plan is made once and does not change: it holds the application with its defaults, the identity of the attempt, and
// the effective Spark configuration in a fixed order (see precedence in conf.go). The controller submits it; the
// webhook makes one to see what is wrong with an application and what it would ask of a cluster, so that both say the
// same. What is wrong is a list of errors of fields, each with its path in the object that the author wrote: those that
// the fields alone show are package validation's, and those that only the effective configuration or the finished pods
// show are found here. No plan is made of an application that has any, whether or not admission looked at it before.
package planning
