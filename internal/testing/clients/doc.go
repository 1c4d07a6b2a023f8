// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package clients judges a stored SparkApplication as programs do that know its status and not this operator: GitOps
// tools and workflow engines. Their rules are in docs/integrations.md; each is written here as a function of the stored
// JSON, so that a test can ask all of them at any moment.
package clients
