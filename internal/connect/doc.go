// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package connect decides about Spark Connect servers: which objects one is made of, what its status says, and what
// comes next. It reads and writes no cluster.
//
// A server is the driver of an application that never ends by itself. Application returns that application, and all
// that is known of applications is known of the server by it: its pods are rendered by the same steps, its fields are
// held to the same rules. What is different is the life: Decide keeps one server up, where an application runs to its
// end.
package connect
