// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRemoval(t *testing.T) {
	cases := map[string]struct {
		listing string
		want    []string
	}{
		"nothing of ours": {listing: "-P INPUT ACCEPT\n-N DOCKER\n-A INPUT -j DOCKER\n"},
		"ours between those of others: theirs keep their places": {
			listing: `-P INPUT ACCEPT
-N DOCKER
-N KUBE-A
-N KUBE-B
-A INPUT -j KUBE-A
-A INPUT -s 10.0.0.1/32 -j ACCEPT
-A INPUT -m comment --comment "two words" -j KUBE-B
-A OUTPUT -j DOCKER
-A OUTPUT -j KUBE-A
-A KUBE-A -j KUBE-B
`,
			want: []string{"-D OUTPUT 2", "-D INPUT 3", "-D INPUT 1", "-F KUBE-A", "-F KUBE-B", "-X KUBE-A", "-X KUBE-B"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, removal(tc.listing, []string{"KUBE-"})); diff != "" {
				t.Errorf("removal (-want +got):\n%s", diff)
			}
		})
	}
}
