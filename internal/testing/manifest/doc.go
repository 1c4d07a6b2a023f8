// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manifest reads the applications that tests keep in files, and refuses fields that the API does not have.
package manifest
