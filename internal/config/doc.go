// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package config reads the configuration files of apis/config, and what a pod's environment adds to them.
//
// Nothing is guessed: a key that does not exist, a file of another kind or a value out of range is an error that names
// the field, the value and what to write instead, and all of a file's errors are reported together.
package config
