// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package main generates the CRDs of config/crd/bases from the Go types under apis/sparkoperator.
//
// controller-gen does the work; this program then removes the descriptions inside types that are not ours, such as
// core/v1 containers and volumes. They are nine tenths of a CRD, and with them it would not fit into the 262,144 bytes
// that the annotation of a plain "kubectl apply" may have. The descriptions of Spark's own fields stay, for "kubectl
// explain", which prints nothing else: so the rules that the API server checks of a field are added to its description.
//
// Run it at the root of the repository: go run ./hack/crdgen
package main
