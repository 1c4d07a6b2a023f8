// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkapplication proves of the controller of SparkApplications, against a real API server, that nothing is
// lost and nothing runs twice, whatever fails and whenever. How that is proved, package engine says.
//
// The scenarios are a first run, a failure and its retry, suspend and resume, a changed spec, deletion, time to live,
// and further ones: what outlives a driver, a driver that cannot start, a refused submission, restart policy Always.
// Where an application is submitted by spark-submit, a small program stands in for the JVM: it makes the driver's
// objects in the order in which Spark's own client does, and dies with the controller. Kubelet and driver wait for the
// status to show each step before they take the next, so that a trial goes the same way each time.
//
// What is asked on the way, by a watch of all pods: one driver per attempt, and no driver while a pod of another
// attempt exists. In the end every object is of the current attempt. Beside that there are two controllers at once, 200
// applications at once, restarts of API server and etcd, and objects of somebody else's in the way.
//
// # Slices
//
// By default one trial in four is run, another selection for each call, but for two kinds of calls that meet every
// fault: the writes of native submission, and spark-submit's own. Each call of the further scenarios meets two faults,
// in native submission. With FAULTS=all in the environment (make faults-all, make test-all) all are run.
package sparkapplication
