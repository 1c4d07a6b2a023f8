// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparklabels names what the operator puts on and into the objects of an application: labels, annotations,
// containers, environment variables, volumes, paths and the names of dependents.
//
// All of them are a contract with people's selectors, dashboards and other programs, so none may change. Names that are
// built from a user's own are bounded to what Kubernetes accepts, and two different long names never become the same
// short one.
package sparklabels
