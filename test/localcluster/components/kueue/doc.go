// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build tools

// Package kueue pins the module of this component; what is built from it are the tools of go.mod.
package kueue
