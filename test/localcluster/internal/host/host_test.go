// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMountsBelow(t *testing.T) {
	const mounts = `tmpfs /run tmpfs rw 0 0
tmpfs /lib/cluster/pods/a tmpfs rw 0 0
tmpfs /lib/cluster/pods/a/b\040c tmpfs rw 0 0
tmpfs /lib/cluster-of-others tmpfs rw 0 0
tmpfs /lib/cluster tmpfs rw 0 0
`
	want := []string{"/lib/cluster", "/lib/cluster/pods/a/b c", "/lib/cluster/pods/a"}
	if diff := cmp.Diff(want, mountsBelow(mounts, []string{"/lib/cluster"})); diff != "" {
		t.Errorf("mount points (-want +got):\n%s", diff)
	}
}

func TestHasCapability(t *testing.T) {
	cases := map[string]struct {
		status string
		want   bool
	}{
		"all capabilities":                    {status: "Name:\tgo\nCapEff:\t000001ffffffffff\n", want: true},
		"all but CAP_SYS_RESOURCE":            {status: "Name:\tgo\nCapEff:\t000001fffeffffff\n"},
		"permitted, but not in use":           {status: "CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n"},
		"status without the capability lines": {status: "Name:\tgo\n"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, hasCapability(tc.status, capSysResource)); diff != "" {
				t.Errorf("capability (-want +got):\n%s", diff)
			}
		})
	}
}
