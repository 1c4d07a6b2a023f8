// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The webhook answers while the controller is busy or down, and with a few permissions; code that submits has no place
// in it.
func TestLinksNoSubmission(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("list dependencies: %v", err)
	}
	const module = "github.com/alauda/spark-operator/"
	for dependency := range strings.Lines(string(out)) {
		dependency = strings.TrimSpace(dependency)
		for _, forbidden := range []string{"controllers", "internal/submission", "internal/lifecycle", "internal/apply"} {
			if dependency == module+forbidden || strings.HasPrefix(dependency, module+forbidden+"/") {
				t.Errorf("links %s", dependency)
			}
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	unknownKey := filepath.Join(t.TempDir(), "config.yaml")
	content := "apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: WebhookConfiguration\nports: 9443\n"
	if err := os.WriteFile(unknownKey, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"unknown flag":              {[]string{"--nonsense"}, "nonsense"},
		"no such configuration":     {[]string{"--config", "/does/not/exist"}, "/does/not/exist"},
		"configuration with a typo": {[]string{"--config", unknownKey}, `unknown field "ports"`},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), tc.args, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"--help"}, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "-config") {
		t.Errorf("help does not mention --config:\n%s", out.String())
	}
}
