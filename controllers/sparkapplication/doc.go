// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkapplication reconciles SparkApplications: it observes, lets package lifecycle decide, stores the status and
// acts. It holds no state and takes no decision of its own.
package sparkapplication
