// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package chartvalues turns the values of the established operator's Helm chart, or its flags, into a kustomization and
// configuration files of this operator.
//
// Nothing is dropped in silence: each value is converted, or is what the chart has anyway, or is named in a note that
// says why it has no counterpart. What a key becomes is one line of a table.
package chartvalues
