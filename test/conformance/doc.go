// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conformance submits applications by the native submitter and by Spark's own client to one real API server,
// and compares every object that is there afterwards, and the executor pod that Spark's driver makes of it.
//
// SPARK_VERSIONS names the releases of Spark, separated by blanks, 4.0.1 unless set; CONFORMANCE_SEEDS is the number of
// generated applications, 40 unless set; CONFORMANCE_FIRST_SEED is the first of them, 1 unless set;
// CONFORMANCE_PROCESSES is how many applications are given to a spark-submit of its own as well, 2 unless set;
// CONFORMANCE_BATCH is how many cases are tried in one application, 12 unless set.
package conformance
