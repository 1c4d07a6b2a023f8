// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorder is a test that notes its failure instead of failing.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) { r.failure = fmt.Sprintf(format, args...) }

func TestCheckFailsOnAnyDifferenceAndUpdatesOnDemand(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(path, []byte("a: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	failure := func(got string) string {
		r := &recorder{TB: t}
		Check(r, path, got)
		return r.failure
	}
	if got := failure("a: 1\n"); got != "" {
		t.Errorf("the same content fails: %s", got)
	}
	if got := failure("a: 2\n"); !strings.Contains(got, path) || !strings.Contains(got, "a: 2") {
		t.Errorf("another content fails with %q", got)
	}
	before := *update
	t.Cleanup(func() { *update = before })
	*update = true
	if got := failure("a: 2\n"); got != "" {
		t.Errorf("an update fails: %s", got)
	}
	*update = false
	if got := failure("a: 2\n"); got != "" {
		t.Errorf("the update was not written: %s", got)
	}
}
