// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package deputy lists the ways in which an application's author could try to make the operator use its rights for what the
// author may not do, and what looks alike and is allowed. The tests of the plan, the webhook and the controller share the list, so that
// none of them is a way around another.
package deputy
