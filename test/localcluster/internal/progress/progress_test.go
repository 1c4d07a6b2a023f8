// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"bytes"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStepWritesOneLine(t *testing.T) {
	cases := map[string]struct {
		err  error
		want string
	}{
		"success": {want: `^Build it \.\.\. \(0\.0s\)\n$`},
		"failure": {err: errors.New("no"), want: `^Build it \.\.\. \(0\.0s\) failed\n$`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := New(&out).Step("Build it", func() error { return tc.err })
			if !errors.Is(err, tc.err) {
				t.Errorf("Step returned %v, want %v", err, tc.err)
			}
			if !regexp.MustCompile(tc.want).MatchString(out.String()) {
				t.Errorf("wrote %q, want a match of %s", out.String(), tc.want)
			}
		})
	}
}

func TestElapsed(t *testing.T) {
	cases := map[string]struct {
		duration time.Duration
		want     string
	}{
		"short": {duration: 1250 * time.Millisecond, want: "1.2s"},
		"long":  {duration: 352*time.Second + 700*time.Millisecond, want: "353s"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, elapsed(tc.duration)); diff != "" {
				t.Errorf("elapsed (-want +got):\n%s", diff)
			}
		})
	}
}
