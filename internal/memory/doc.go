// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package memory keeps what a controller remembers of objects between reconciles. A memory is of one object, known by
// name and UID: another object of the name begins without, and an object that is gone is forgotten. There is never more
// to remember than there are objects.
package memory
