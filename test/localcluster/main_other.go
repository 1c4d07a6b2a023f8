// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package main

import (
	"fmt"
	"os"
	"runtime"
)

// main refuses: what the cluster consists of exists for Linux only.
func main() {
	fmt.Fprintf(os.Stderr, "localcluster: the local cluster needs Linux, this is %s; use a cluster you have instead: "+
		"the Makefile's targets take CLUSTER=current and then use your kubeconfig\n", runtime.GOOS)
	os.Exit(1)
}
