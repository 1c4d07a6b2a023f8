// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkconnect keeps Spark Connect servers up: it observes one, has package connect decide, stores the status
// and acts. One that cannot be decoded is only reported.
package sparkconnect
