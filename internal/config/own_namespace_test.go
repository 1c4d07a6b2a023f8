// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOwnNamespace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "namespace")
	if err := os.WriteFile(file, []byte("of-the-pod\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ given, file, want string }{
		"given by the environment: is believed":             {"given", file, "given"},
		"in a cluster: the service account's":               {"", file, "of-the-pod"},
		"outside of a cluster and not given: cannot be had": {"", file + "-missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ownNamespace(tc.given, tc.file)
			if got != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("got %q and error %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestNamespacesNameTheOperatorsOwn(t *testing.T) {
	t.Setenv(namespaceVariable, "ops")
	c, err := LoadController(write(t, controllerHead+"namespaces: [$(POD_NAMESPACE), team-a, ops]\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"ops", "team-a"}, c.Namespaces); diff != "" {
		t.Errorf("namespaces (-want +got):\n%s", diff)
	}
	t.Setenv(namespaceVariable, "")
	_, err = LoadWebhook(write(t, webhookHead+"namespaces: [$(POD_NAMESPACE)]\n"))
	wantError(t, err, []string{"own namespace", namespaceVariable})
}
