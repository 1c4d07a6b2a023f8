// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConvertValues(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	flags := filepath.Join(t.TempDir(), "flags")
	if err := os.WriteFile(flags, []byte("args:\n- controller\n- start\n- --zap-log-level=debug\n- \"--namespaces=team-a\"\n- --colour red\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	values := "controller: {workers: 20, wrokers: 3}\nspark: {jobNamespaces: [team-b]}\n"
	got := execute(values, "convert-values", "--out", folder, "--base", "../repository", "--controller-flags", flags, "-")
	want := result{Stdout: "controller --colour: there is no such flag; correct or remove it\n" +
		"controller.wrokers: the chart has no such value; correct or remove it\n" +
		"5 files written to " + folder + "; build them with kubectl kustomize " + folder + "\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for file, part := range map[string]string{
		"controller.yaml": "workers: 20\n", "webhook.yaml": "- team-a\n", "kustomization.yaml": "../repository/config/default",
		"deployment_controller.yaml": "--zap-log-level=debug", "drivers/team-a/kustomization.yaml": "../../../repository/config/rbac/spark",
	} {
		content, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil || !strings.Contains(string(content), part) {
			t.Errorf("%s: error %v, want %q in it:\n%s", file, err, part, content)
		}
	}
	if again := execute(values, "convert-values", "--out", folder, "-"); again.Code != exitInvalid || !strings.Contains(again.Stderr, "it is not empty") {
		t.Errorf("into a folder that is not empty: %+v", again)
	}
}

// What the binaries would refuse to start with is said when it is written.
func TestConvertValuesReadsWhatItWrites(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	got := execute("controller: {kubeAPIQPS: 200, kubeAPIBurst: 10}\nwebhook: {kubeAPIQPS: 0, kubeAPIBurst: 1}\n", "convert-values", "--out", folder, "-")
	for _, part := range []string{"controller.yaml: clientConnection.burst", "webhook.yaml: clientConnection.qps"} {
		if got.Code != exitInvalid || !strings.Contains(got.Stderr, part) {
			t.Errorf("got %+v, want %q", got, part)
		}
	}
}

func TestConvertValuesRefusesBadInput(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	for name, tc := range map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"nothing":          {"", []string{"--out", folder}, exitUsage, "no values are given"},
		"no folder":        {"", []string{"-"}, exitUsage, "--out is not given"},
		"two files":        {"", []string{"--out", folder, "a", "b"}, exitUsage, `argument "b"`},
		"a file gone":      {"", []string{"--out", folder, "/no/such/file"}, exitInvalid, "/no/such/file"},
		"no YAML":          {"a: [", []string{"--out", folder, "-"}, exitInvalid, "it has no values of a chart"},
		"a list":           {"- a", []string{"--out", folder, "-"}, exitInvalid, "it has no values of a chart"},
		"a key twice":      {"a: 1\na: 2\n", []string{"--out", folder, "-"}, exitInvalid, "it has no values of a chart"},
		"flags of no file": {"", []string{"--out", folder, "--webhook-flags", "/no/such/file"}, exitInvalid, "/no/such/file"},
	} {
		t.Run(name, func(t *testing.T) {
			got := execute(tc.stdin, append([]string{"convert-values"}, tc.args...)...)
			if got.Code != tc.code || !strings.Contains(got.Stderr, tc.want) {
				t.Errorf("got %+v, want exit code %d and %q", got, tc.code, tc.want)
			}
			if _, err := os.Stat(folder); err == nil {
				t.Error("something is written")
			}
		})
	}
}
