// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package render makes the objects that start a Spark application on Kubernetes: the driver pod, its ConfigMaps and its
// headless Service, as Spark's own client would make them, in milliseconds and without a JVM.
//
// Driver is the whole client: it first does what spark-submit does to the configuration, then applies Spark's feature
// steps in Spark's order, one file each (step_*.go), and last builds the ConfigMap that carries the configuration to
// the driver. What differs between Spark's minor versions is in Version, and nowhere else. Where Spark draws a random
// name or id, the caller gives one, so that equal inputs make equal objects.
//
// Deliberate differences from Spark's client, all of them additions: every object names its namespace, belongs to the
// given owner instead of to the driver pod (so that nothing is orphaned when the pod is never made), and carries the
// given labels; lists that Spark leaves in the order of a hash table are sorted.
package render
