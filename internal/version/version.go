// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package version says which build this is.
package version

// Version is the release, set by the linker; "dev" in a build without one.
var Version = "dev"
