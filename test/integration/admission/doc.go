// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package admission runs the webhook binary, with the permissions of its service account, behind a real API server that
// is configured as config/default configures it.
package admission
