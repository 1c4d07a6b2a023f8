// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package decoding decodes JSON that anybody may have written. Time and memory that it takes grow with the length of
// the text and with nothing else: what a value would cost is found out from the text, and the Go type that it is for,
// before any value is made. What cannot be decoded is named by its field, with the value and what to write instead.
package decoding
