// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkimage makes a container image of real Apache Spark out of packages.
//
// It is made in three parts, each cached by what goes into it: the distribution, which is inside PyPI's source archive
// of pyspark; a root file system of Debian with a Java runtime; and the image of both with an entry point of ours,
// since the archive has none. The distribution is also a SPARK_HOME for the machine itself.
package sparkimage
