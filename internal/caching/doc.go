// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package caching limits what the caches of the managers keep in memory. Each kind that is read through a cache has one
// Limit, whoever reads it: which objects are kept, and, by a transform, what of each. Limits of several readers merge;
// two of one kind are an error, because what one drops the other would miss.
package caching
