// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package manager turns the configuration that both binaries share into the options of a controller-runtime manager, so
// that an address, a namespace list or a certificate means the same in both.
package manager
