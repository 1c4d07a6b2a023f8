// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// Store is a folder of entries, one subfolder per kind.
type Store struct {
	Dir string
}

// Open returns the store of this program for the current user. It lies outside the checkout, so that a fresh clone or a
// clean checkout does not pay again.
func Open() (Store, error) {
	base, err := os.UserCacheDir() // honours XDG_CACHE_HOME
	if err != nil {
		return Store{}, fmt.Errorf("find the cache folder: %w", err)
	}
	return Store{Dir: filepath.Join(base, "spark-operator", "localcluster")}, nil
}

// Path returns where the entry is, or will be.
func (s Store) Path(kind, key string) string {
	return filepath.Join(s.Dir, kind, key)
}

// Has reports whether the entry is complete.
func (s Store) Has(kind, key string) bool {
	_, err := os.Stat(s.Path(kind, key))
	return err == nil
}

// Ensure returns the folder of the entry and has build fill it first if it does not exist yet.
func (s Store) Ensure(kind, key string, build func(dir string) error) (string, error) {
	final := s.Path(kind, key)
	if s.Has(kind, key) {
		return final, nil
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(final + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	// Another run may have built it while this one waited for the lock.
	if s.Has(kind, key) {
		return final, nil
	}
	// A fixed name, so that what a killed run left is found and removed instead of piling up.
	partial := final + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return "", err
	}
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return "", err
	}
	if err := build(partial); err != nil {
		return "", errors.Join(err, os.RemoveAll(partial))
	}
	return final, os.Rename(partial, final)
}

// lock waits for the exclusive lock on the file. The kernel drops it when the holder dies.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close())
	}
	return func() { _ = file.Close() }, nil
}

// Key returns the hash of the given parts. Their lengths take part, so that moving a byte from one to the next changes
// it.
func Key(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(hash, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

// FilesKey returns the hash of the names and contents of all files below a folder.
func FilesKey(root fs.FS) (string, error) {
	var names []string
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	slices.Sort(names)
	var parts []string
	for _, name := range names {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return "", err
		}
		parts = append(parts, name, string(content))
	}
	return Key(parts...), nil
}
