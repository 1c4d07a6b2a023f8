// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package dryrun asks the API server whether it would take the executors of an application, and makes none.
//
// Only the driver makes executors, and only its log says why it cannot. A creation that is a dry run passes through
// everything that the real one passes through: validation, the account, the priority class, quotas, Pod Security,
// policies and webhooks. What it does not pass through is the permission of the driver's own account.
//
// Nobody waits for an answer: where there is none, or none that says something of executors, nothing is said.
package dryrun
