// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// fetchDistribution downloads a release of Spark and lays it out in dir as in a release.
func fetchDistribution(ctx context.Context, release Release, dir string) error {
	download, err := os.MkdirTemp(filepath.Dir(dir), "download-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(download) }()
	// pip rather than a download of our own: it knows the machine's index mirror, proxy and certificates.
	// Its own cache would keep the archive, which is of no use any more.
	command := exec.CommandContext(ctx, "python3", "-m", "pip", "download", "--no-cache-dir",
		"--quiet", "--no-deps", "--no-binary", "pyspark", "--dest", download, "pyspark=="+release.Version)
	if err := run(command); err != nil {
		return err
	}
	archive, err := os.Open(filepath.Join(download, release.archiveRoot()+".tar.gz"))
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	return unpack(archive, release, dir)
}

// unpack verifies the archive and writes its parts to their places below dir.
func unpack(archive io.Reader, release Release, dir string) error {
	hash := sha256.New()
	hashed := io.TeeReader(archive, hash)
	stream, err := gzip.NewReader(hashed)
	if err != nil {
		return err
	}
	reader := tar.NewReader(stream)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the archive of pyspark: %w", err)
		}
		target := release.place(header.Name)
		if header.Typeflag != tar.TypeReg || target == "" {
			continue
		}
		if err := writeFile(filepath.Join(dir, target), header.FileInfo().Mode().Perm(), reader); err != nil {
			return err
		}
	}
	// What follows the end of the tar stream belongs to the hash too.
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, hashed); err != nil {
		return err
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != release.sha256 {
		return fmt.Errorf("the archive of pyspark %s has the SHA-256 %s, expected %s", release.Version, sum, release.sha256)
	}
	return nil
}

// place returns where a file of the archive belongs in the distribution, or "" if nowhere.
func (r Release) place(name string) string {
	if !filepath.IsLocal(name) || strings.HasSuffix(name, ".cmd") {
		return ""
	}
	for _, p := range r.placements() {
		if rest, found := strings.CutPrefix(name, p.archive); found {
			return p.distribution + rest
		}
	}
	return ""
}

func writeFile(path string, mode os.FileMode, content io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode|0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
