// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package escalation lists the ways in which an application's author could escalate privileges through the operator,
// and what looks like such an attempt and is allowed. The tests of the plan, the webhook and the controller share both
// lists, so that none of the three lets an attempt past that the others refuse.
package escalation
