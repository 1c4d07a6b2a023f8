// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scope limits controllers and webhooks to the namespaces that are served, and has a controller take up what is
// in a namespace at the moment it begins to be served.
package scope
