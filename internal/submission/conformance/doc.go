// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conformance compares what we render with what Spark's own spark-submit makes of the same plan, object by
// object.
//
// Real spark-submit is run against a Recorder, an API server that says yes to everything and keeps what it was sent.
// What it sent is normalised (ids that are drawn at random, and the few differences that we mean, see Normalise) and
// kept under testdata, so that tests compare with it without a JVM. The files are rewritten from real Sparks by
//
//	make update-oracle
//
// To have an application recorded for one more release, make an empty file of that name first.
package conformance
