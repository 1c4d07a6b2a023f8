// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkapplication reconciles SparkApplications: it observes, lets package lifecycle decide, stores the status
// and acts. It takes no decision of its own, and remembers only what is expensive to find out again (see memories).
package sparkapplication
