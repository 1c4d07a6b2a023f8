// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package identity derives every name and id of a submission attempt.
//
// Nothing is drawn at random: equal (application UID, attempt number) give equal ids for ever, in every process. So
// whatever a crash leaves behind can be attributed to its attempt by looking at it, and submitting an attempt twice
// finds the first submission instead of making a second one.
package identity
