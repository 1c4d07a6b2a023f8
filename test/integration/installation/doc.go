// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package installation runs the real binaries as their service accounts, with what config/ installs, against a real API
// server whose audit log says what they asked for. There is no kubelet: the tests play it by writing the status of
// pods.
package installation
