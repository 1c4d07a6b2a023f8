// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package audit compares what the operator's service accounts ask of an API server, by its audit log, with what an
// installation lets them do.
package audit
