// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package eventsink writes events to the API server. Events come after the work that they report and must not hold it
// up: few are written at a time, a bounded number waits, and beyond that they are left out. Nothing is remembered of
// those that are written.
package eventsink
