// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package wire is the connection of a client to the API server, with a fault injected into one of its requests.
//
// A Process is the client's process: every connection of it is cut when it dies, and a connection is an
// http.RoundTripper that wraps another. The Injector counts the requests of all processes by client, verb and resource,
// and injects its fault into the nth of a kind. Watches are not counted: their events can be withheld, and they can
// expire, by resource.
package wire
