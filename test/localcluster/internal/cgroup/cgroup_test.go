// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cgroup

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	cases := map[string]struct {
		mounts    string
		want      Tree
		wantError bool
	}{
		"version 2": {
			mounts: "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
			want:   Tree{hierarchies: []string{"/sys/fs/cgroup"}, unified: true},
		},
		"version 1 with the empty version 2 beside it: version 1 counts": {
			mounts: "cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0\ncgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
			want:   Tree{hierarchies: []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/pids"}, idle: []string{"/sys/fs/cgroup/unified"}},
		},
		"none": {mounts: "proc /proc proc rw 0 0\n", wantError: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := parse(tc.mounts)
			if (err != nil) != tc.wantError {
				t.Fatalf("parse returned error %v, want error: %v", err, tc.wantError)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(Tree{})); diff != "" {
				t.Errorf("tree (-want +got):\n%s", diff)
			}
		})
	}
}
