// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package panics keeps a panic about one object from ending the program for all. Reconcilers and webhooks are protected
// by controller-runtime; what runs in goroutines of informers, queues and workers is protected here: a panic is
// recovered, logged with the object and where it began, and counted.
package panics
