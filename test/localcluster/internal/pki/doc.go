// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package pki issues the keys and certificates of one cluster.
//
// A cluster lives from up to down, and so does its certificate authority: nothing signed for one cluster is worth
// anything to the next, and its key is never used for another purpose.
package pki
