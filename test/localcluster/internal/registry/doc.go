// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package registry serves container images from folders, under whatever host name they are asked for.
//
// The container runtime sends every request here, so a manifest that names docker.io or quay.io runs unchanged, also
// with imagePullPolicy Always. The host is dropped: docker.io/apache/spark and quay.io/apache/spark are one repository.
//
// Images that are made once (Spark's, 850 MB) are seeds: folders in the cache that the registry serves in place, so
// that no start copies them. What is pushed lives in the registry's own folder and goes with the cluster.
package registry
