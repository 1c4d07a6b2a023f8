// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLoad(t *testing.T) {
	cases := map[string]struct {
		args      []string
		want      loadOptions
		wantError string
	}{
		"archive": {
			args: []string{"a/b:1", "--tar", "b.tar"},
			want: loadOptions{name: "a/b:1", tar: "b.tar", base: "static", user: "65532:65532", entrypoint: "/controller"},
		},
		"executable upon Spark": {
			args: []string{"a/b:1", "--binary", "b", "--base", "spark", "--user", "185", "--entrypoint", "/b"},
			want: loadOptions{name: "a/b:1", binary: "b", base: "spark", user: "185", entrypoint: "/b"},
		},
		"no name":         {args: []string{"--tar", "b.tar"}, wantError: "load: the name of the image comes first"},
		"neither":         {args: []string{"a"}, wantError: "load: give either --tar or --binary"},
		"both":            {args: []string{"a", "--tar", "b", "--binary", "c"}, wantError: "load: give either --tar or --binary"},
		"unknown base":    {args: []string{"a", "--binary", "c", "--base", "x"}, wantError: `load: --base is static or spark, not "x"`},
		"extra arguments": {args: []string{"a", "--tar", "b", "c"}, wantError: `load: unexpected argument "c"`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := parseLoad(tc.args)
			message := ""
			if err != nil {
				message, got = err.Error(), loadOptions{}
			}
			if diff := cmp.Diff(tc.wantError, message); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(loadOptions{})); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}
