// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package namespaces decides whose applications are served: those of all namespaces, of a list of them, of the
// operator's own, or of those with certain labels. Controller and webhook ask the same Filter, so neither acts where
// the other does not.
package namespaces
