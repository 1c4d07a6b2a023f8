// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package images builds the operator's images from its Dockerfiles with buildah, on a machine that has no container
// engine and reaches no image registry.
//
// The Dockerfiles are used as they are. Only the images they start from are stand-ins, given as the build arguments
// that the Dockerfiles have for it: Go's image is the Go of this machine with a shell, the static base is a root of
// certificates, and Spark's image is the one of the local cluster. Go's caches of this machine are mounted, so a second
// build takes seconds.
package images
