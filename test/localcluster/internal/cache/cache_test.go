// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestEnsureBuildsOnce(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	var builds atomic.Int32
	build := func(dir string) error {
		builds.Add(1)
		return os.WriteFile(filepath.Join(dir, "file"), []byte("content"), 0o644)
	}

	var runs sync.WaitGroup
	for range 8 {
		runs.Go(func() {
			dir, err := store.Ensure("kind", "key", build)
			if err != nil {
				t.Errorf("Ensure: %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "file")); err != nil {
				t.Errorf("entry is not complete: %v", err)
			}
		})
	}
	runs.Wait()

	if got := builds.Load(); got != 1 {
		t.Errorf("built %d times, want once", got)
	}
}

func TestEnsureLeavesNothingOfAFailedBuild(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	failure := errors.New("no network")

	_, err := store.Ensure("kind", "key", func(dir string) error {
		return errors.Join(os.WriteFile(filepath.Join(dir, "half"), nil, 0o644), failure)
	})

	if !errors.Is(err, failure) {
		t.Errorf("Ensure returned %v, want %v", err, failure)
	}
	if store.Has("kind", "key") {
		t.Error("the failed build is in the cache")
	}
}

func TestEnsureRemovesWhatAKilledBuildLeft(t *testing.T) {
	store := Store{Dir: t.TempDir()}
	if err := os.MkdirAll(store.Path("kind", "key")+".partial/old", 0o755); err != nil {
		t.Fatal(err)
	}

	dir, err := store.Ensure("kind", "key", func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}

	if _, err := os.Stat(filepath.Join(dir, "old")); err == nil {
		t.Error("the entry has a file of the killed build")
	}
}

func TestKey(t *testing.T) {
	keys := map[string]string{
		"two parts":               Key("ab", "c"),
		"the same, cut elsewhere": Key("a", "bc"),
		"joined":                  Key("abc"),
		"swapped":                 Key("c", "ab"),
	}
	seen := map[string]string{}
	for name, key := range keys {
		if other, taken := seen[key]; taken {
			t.Errorf("%q and %q have the same key", name, other)
		}
		seen[key] = name
	}
	if Key("ab", "c") != keys["two parts"] {
		t.Error("the same parts give another key")
	}
}

func TestFilesKey(t *testing.T) {
	base := fstest.MapFS{"go.mod": {Data: []byte("module a")}, "sub/main.go": {Data: []byte("package main")}}
	cases := map[string]struct {
		files    fstest.MapFS
		wantSame bool
	}{
		"same files": {
			files:    fstest.MapFS{"sub/main.go": {Data: []byte("package main")}, "go.mod": {Data: []byte("module a")}},
			wantSame: true,
		},
		"content differs": {
			files: fstest.MapFS{"go.mod": {Data: []byte("module b")}, "sub/main.go": {Data: []byte("package main")}},
		},
		"name differs": {
			files: fstest.MapFS{"go.mod": {Data: []byte("module a")}, "main.go": {Data: []byte("package main")}},
		},
	}
	want, err := FilesKey(base)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := FilesKey(tc.files)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.wantSame, got == want); diff != "" {
				t.Errorf("same key (-want +got):\n%s", diff)
			}
		})
	}
}
