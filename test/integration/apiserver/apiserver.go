// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apiserver starts a real kube-apiserver and etcd for the integration tests of a package.
package apiserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// assetsVariable names the folder with the binaries etcd, kube-apiserver and kubectl.
const assetsVariable = "KUBEBUILDER_ASSETS"

// CRDs is the folder with the project's CRDs.
func CRDs() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../config/crd/bases")
}

// Gangs is the folder with the kinds of batch schedulers.
func Gangs() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "testdata")
}

// Tests are those of a package: a *testing.M, or one that has something to end before the API server is stopped.
type Tests interface{ Run() int }

// Run starts the environment, calls setup, and runs the package's tests; it returns the exit code for TestMain. setup
// also gets a folder that is removed in the end.
func Run(m Tests, environment *envtest.Environment, setup func(folder string) error) int {
	code, err := run(m, environment, setup)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func run(m Tests, environment *envtest.Environment, setup func(folder string) error) (code int, err error) {
	if os.Getenv(assetsVariable) == "" {
		return 1, errors.New(assetsVariable + " is not set: run these tests by `make integration`, which builds a kube-apiserver and etcd")
	}
	folder, err := os.MkdirTemp("", "integration-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	// Of both families. The usual range has 254 addresses, and nothing deletes the Services of namespaces that are
	// left.
	environment.ControlPlane.GetAPIServer().Configure().Set("service-cluster-ip-range", "10.0.0.0/16,fd00:10::/112")
	if _, err := environment.Start(); err != nil {
		return 1, fmt.Errorf("start kube-apiserver and etcd: %w", err)
	}
	defer func() { err = errors.Join(err, environment.Stop()) }()
	if err := setup(folder); err != nil {
		return 1, err
	}
	return m.Run(), nil
}
