// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReleases(t *testing.T) {
	const known = "known are 3.5.9, 4.0.1, 4.1.4, 4.2.1, 4.3.0"
	cases := map[string]struct {
		args, want []string
		wantError  string
	}{
		"one version":           {args: []string{"3.5.9"}, want: []string{"3.5.9"}},
		"versions in any order": {args: []string{"4.3.0", "3.5.9"}, want: []string{"4.3.0", "3.5.9"}},
		"an unknown version":    {args: []string{"3.5.9", "1.0"}, wantError: `unknown version "1.0" of Spark; ` + known},
		"no version":            {wantError: "no version given; " + known},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			releases, err := parseReleases(tc.args)
			message := ""
			if err != nil {
				message = err.Error()
			}
			var got []string
			for _, release := range releases {
				got = append(got, release.Version)
			}
			if diff := cmp.Diff(tc.wantError, message); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("versions (-want +got):\n%s", diff)
			}
		})
	}
}
