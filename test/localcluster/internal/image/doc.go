// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package image makes container images from files, without a container engine.
//
// Layers stay uncompressed: they never travel farther than to the registry on the same machine, where compressing and
// decompressing them would take longer than copying.
package image
