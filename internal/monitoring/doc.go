// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package monitoring says what an application needs so that Prometheus can read its metrics.
//
// All that spec.monitoring asks for is decided here, in one value: the properties, the annotations, the options of the
// JVM and the files that these name. What the pods mount is decided by package podmutation, which the webhook asks as
// well: both must name the same files.
package monitoring
