// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers sets up all controllers of the operator in one manager, one folder a kind. What they share is
// made here, once: the limits and indexes of the cache, the namespaces that are served, the writing of events.
package controllers
