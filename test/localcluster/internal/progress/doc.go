// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package progress shows the person who waits what is being done and how long it took.
//
// Every step is one line, written when the step ends, so that steps which run side by side do not tear each other's
// lines. A step that takes long is named every half minute before that: silence is indistinguishable from a hang.
package progress
