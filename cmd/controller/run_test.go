// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunRefusesBadInput(t *testing.T) {
	unknown := filepath.Join(t.TempDir(), "config.yaml")
	content := "apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: ControllerConfiguration\nworkerz: 3\n"
	if err := os.WriteFile(unknown, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":              {[]string{"--workers=3"}, "workers"},
		"a configuration that is gone": {[]string{"--config=/no/such/file.yaml"}, "/no/such/file.yaml"},
		"an unknown key":               {[]string{"--config=" + unknown}, "workerz"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			err := run(t.Context(), tc.args, &stderr)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("run() = %v, want an error that names %q", err, tc.want)
			}
		})
	}
}

func TestRunPrintsItsFlags(t *testing.T) {
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stderr); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"-config", "-kubeconfig", "-zap-log-level"} {
		if !strings.Contains(stderr.String(), flag) {
			t.Errorf("usage lacks %s:\n%s", flag, stderr.String())
		}
	}
}
