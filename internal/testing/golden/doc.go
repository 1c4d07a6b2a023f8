// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package golden compares what the code makes with files under testdata that people review like code.
//
// It declares the one flag, -update, by which tests rewrite these files: "make update-golden" runs the tests of every
// package that imports this one.
package golden
