// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package inquiry asks a Spark Connect server whether it serves, by a request of its own protocol.
//
// Kubernetes' own probe for gRPC is no help: it calls the standard health service, which Spark registers in no version,
// and takes the answer "unimplemented" for a failure. A probe of the port says only that something listens: the port is
// open before sessions can be made, and stays so when the server hangs. So the operator itself asks for the version of
// Spark, which makes the server start a session and costs it nothing more. The session is the same each time.
package inquiry
