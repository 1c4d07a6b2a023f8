// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestRenderedConfiguration(t *testing.T) {
	layouts := map[string]Layout{
		"small-machine": {ContainerdRoot: "/cache/containerd-root/2", RestrictOOMScoreAdj: true, MasqueradeAll: true},
	}
	for name, layout := range layouts {
		for file := range configFiles {
			t.Run(name+" "+file, func(t *testing.T) {
				got, err := render(file, layout)
				if err != nil {
					t.Fatal(err)
				}
				golden := filepath.Join("testdata", name, file)
				if *update {
					if err := writeFile(golden, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(golden)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", golden, diff)
				}
			})
		}
	}
}

func TestAwaitShowsTheLogOfAProgramThatEnded(t *testing.T) {
	supervisor := process.Supervisor{PidDir: t.TempDir(), LogDir: t.TempDir()}
	if err := writeFile(supervisor.LogFile("etcd"), []byte("starting\naddress already in use\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	program := Program{
		Spec:    process.Spec{Name: "etcd"},
		Healthy: func(context.Context) error { return errors.New("connection refused") },
		Limit:   time.Minute,
	}
	err := await(t.Context(), supervisor, program)
	if err == nil {
		t.Fatal("await succeeded")
	}
	want := "etcd: ended; the end of " + supervisor.LogFile("etcd") + ":\nstarting\naddress already in use"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestStaleImages(t *testing.T) {
	const table = `REF TYPE DIGEST SIZE PLATFORMS LABELS
docker.io/library/spark:4.0.1 application/x sha256:aa 800 MiB linux/amd64 -
docker.io/library/spark@sha256:aa application/x sha256:aa 800 MiB linux/amd64 -
docker.io/alauda/controller:v1 application/x sha256:bb 50 MiB linux/amd64 -
sha256:aa1 application/x sha256:aa 800 MiB linux/amd64 -
sha256:bb1 application/x sha256:bb 50 MiB linux/amd64 -
`
	want := []string{"docker.io/alauda/controller:v1", "sha256:bb1"}
	if diff := cmp.Diff(want, staleImages(table, []string{"docker.io/library/spark:4.0.1"})); diff != "" {
		t.Errorf("stale images (-want +got):\n%s", diff)
	}
}
