// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkjvm keeps a JVM with a Spark distribution up, and asks it to do what spark-submit and Spark's driver do.
//
// A spark-submit of its own takes seconds for each application, most of them to start a JVM; asked in one that is warm,
// the same code takes a fraction of a second.
package sparkjvm
