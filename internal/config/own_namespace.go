// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"os"
	"strings"
)

const (
	namespaceVariable = "POD_NAMESPACE"
	namespaceFile     = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
)

// OwnNamespace returns the namespace the pod runs in: from the environment, or else from the service account's
// file.
func OwnNamespace() (string, error) {
	return ownNamespace(os.Getenv(namespaceVariable), namespaceFile)
}

func ownNamespace(given, file string) (string, error) {
	if given != "" {
		return given, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("find the operator's own namespace (set %s outside of a cluster): %w", namespaceVariable, err)
	}
	return strings.TrimSpace(string(content)), nil
}
