// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package network lays the bridge that pods are attached to.
//
// The cluster has one address on the machine, the first of the pods' range, on a bridge of its own: the API server, the
// kubelet and the name server listen there. It is reachable from pods and from the machine and from nowhere else, and
// it is the same on every machine, whatever network the machine is in.
package network
