// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package faults proves, against a real API server, that nothing is lost and nothing runs twice, whatever fails and whenever.
//
// # A trial
//
// A trial plays a scenario (a first run, a failure and its retry, suspend and resume, a changed spec, deletion, time to live, and further ones: what
// outlives a driver, a driver that cannot start, a refused submission, restart policy Always) in a namespace of its own. Its parts are a user, who
// follows the scenario's script; a kubelet, who moves the pods, and is Spark's driver too; a garbage collector; and
// a controller, wired as in cmd/controller, that a supervisor starts anew whenever it ends. Where the scenario is submitted by spark-submit, a small program stands in for the
// JVM: it makes the driver's objects in the order in which Spark's own client does, and dies with the controller. Kubelet and driver wait for the
// status to tell of each step before they take the next, so that a trial takes the same course each time.
//
// # Every call
//
// The controller, and what stands in for spark-submit, speak to the API server over a wire (an http.RoundTripper) that knows every request by verb,
// resource and ordinal. A scenario is played in peace first; what was asked then is what is struck after that: one trial for each of these calls
// and each fault. So a call that is added to the controller is covered without anybody's remembering. The faults are:
//
//   - the controller dies before the call, after it, or with the request on its way, which then arrives when the next controller is at work;
//   - the call is answered with a conflict, too many requests, or a server error; its answer is lost; its connection is reset;
//   - the events of applications or of pods are withheld from the call on, so that the controller decides on what is past;
//   - all watches are closed at the call, and what they ask for next has expired;
//   - the leader cannot renew its lease from the call on, and the call arrives after it has stopped.
//
// # What is asked of each
//
// The end must be the end of peace: the same status (less times and ids), the same objects, hardly more events and calls; the same counters and the
// events that people wait for, but for what a crash or a lost answer may lose of them. On the way, judged by a
// watch of all pods: one driver per attempt, no driver while a pod of another attempt exists. In the end every object is of the current attempt and owned,
// through living owners, by the application.
//
// Beside that there are two controllers at once, 200 applications at once, restarts of API server and etcd, and objects of somebody else's in the way.
//
// # Slices
//
// By default one trial in four is left to `make test`, another selection for each call, but for two kinds of calls that every fault strikes: those that
// change something in native submission, and spark-submit's own. Each call of the further scenarios is struck by two faults, in native submission. With FAULTS=all in the environment (make faults-all, make test-all) all are played.
package faults
