// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package engine proves of a controller, against a real API server, that it comes to the same end whatever fails and
// whenever.
//
// # A trial
//
// A trial runs a scenario in a namespace of its own. Its parts are a user, who follows the scenario's script; a
// kubelet, who binds and removes pods and asks the scenario what else happens in them; a garbage collector; and a
// controller, which a supervisor starts anew whenever it ends. The controller talks to the API server by package wire,
// which counts its calls and injects a fault into one of them.
//
// # Every call
//
// A scenario runs without faults first. The calls that the controller makes then meet a fault in turn: one trial for
// each call and each fault. So a call that is added to a controller is covered by being made. The faults are those of
// package wire: the process dies before or after the call or with the request on its way, the call is refused, its
// answer is lost, the events of what the controller watches are withheld, its watches have expired.
//
// The end must be the end without faults: the same status (less times and ids), the same objects, each owned through
// living owners, hardly more events and calls, the same metrics; but for what a crash or a lost answer may lose of
// events and metrics.
//
// Every write meets every fault chosen for it: a trial in which it does not come fails. Reads and events depend on how
// busy the machine is: of their trials some may be missed.
//
// # What a controller brings
//
// A Subject: its kinds. Scenarios: each a name, what its end is, and a World: how the controller is started, the user's
// script and, where it takes more, what its pods do, what must never be seen on the way, and what it says of the end.
// Nothing else; engine_test.go has a small controller that does.
package engine
