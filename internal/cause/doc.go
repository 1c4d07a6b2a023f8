// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cause finds in the end of a program's log the line that says why it failed: the error and not the stack trace
// below it, what is wrong with an option and not the end of the usage text.
//
// A log is written by the program, and so by whoever wrote that: what is returned is one line of bounded length without
// control characters. Secrets are hidden in the log before it comes here, for what is returned may be cut.
package cause
