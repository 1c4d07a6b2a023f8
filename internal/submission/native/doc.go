// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package native starts drivers without a JVM: it writes the objects that the plan renders to the API server.
//
// What the driver needs is written before the driver: ConfigMaps, volume claims, Service, and the pod last, each owned
// by the application from the start. So there is nothing to write once the pod exists, and nothing is orphaned where it
// never does. The pod's name and labels follow from the attempt, which makes it the key by which a submission that was
// cut short is recognised and finished.
package native
