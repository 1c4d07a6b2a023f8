// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package overlays installs what test/e2e does not: the overlays and components that need something of others in the
// cluster, and the previous version, which is upgraded while an application runs. cert-manager is real; the part of the
// schedulers is played by the tests.
package overlays
