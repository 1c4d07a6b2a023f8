// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command bundle makes the OLM bundle and the file-based catalog of the operator, and checks the bundle.
//
// The bundle is a function of config/manifests, config/scorecard and the images that it is asked for, and of nothing
// else: the same input gives the same files. Everything that config/manifests builds is in the bundle, in the form that
// OLM has for it; an object for which it has none is an error, because OLM would drop it silently.
package main
