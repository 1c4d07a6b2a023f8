// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package dependents makes the objects that an application owns beside those of Spark's client, whatever submits its
// driver.
//
// Which they are is for package features. Their names are the same in every attempt. So what an earlier attempt of the
// application left is replaced, or the operator that had it before; an object of anybody else's is left alone. They
// carry the labels of the attempt, by which package native releases them.
package dependents
