// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apiserver starts a real kube-apiserver and etcd with the project's CRDs for the integration tests of a package.
package apiserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// assetsVariable names the folder with the binaries etcd, kube-apiserver and kubectl.
const assetsVariable = "KUBEBUILDER_ASSETS"

// Start starts both and returns how to reach the API server as an administrator, and a function that ends them.
func Start() (config *rest.Config, stop func() error, err error) {
	if os.Getenv(assetsVariable) == "" {
		return nil, nil, errors.New(assetsVariable + " is not set: run these tests by `make integration`")
	}
	_, file, _, _ := runtime.Caller(0)
	environment := &envtest.Environment{
		CRDDirectoryPaths:     []string{filepath.Join(filepath.Dir(file), "../../../config/crd/bases")},
		ErrorIfCRDPathMissing: true,
	}
	if config, err = environment.Start(); err != nil {
		return nil, nil, fmt.Errorf("start kube-apiserver and etcd: %w", err)
	}
	return config, environment.Stop, nil
}
