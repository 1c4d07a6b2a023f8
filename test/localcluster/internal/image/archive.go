// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package image

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// FromArchive returns the only image of an archive, as docker save writes it or in the OCI layout.
func FromArchive(path string) (v1.Image, error) {
	isOCI, err := contains(path, "oci-layout")
	if err != nil {
		return nil, fmt.Errorf("read archive %s: %w", path, err)
	}
	isDocker, err := contains(path, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("read archive %s: %w", path, err)
	}
	// Docker 25 and later write both into one archive; its older format needs no unpacking.
	if isDocker {
		return tarball.ImageFromPath(path, nil)
	}
	if !isOCI {
		return nil, fmt.Errorf("%s is no image archive: it has neither manifest.json nor oci-layout", path)
	}
	return fromLayout(path)
}

// fromLayout unpacks an OCI archive to a folder for temporary files, which the system cleans, and returns its only
// image.
func fromLayout(path string) (v1.Image, error) {
	dir, err := os.MkdirTemp("", "localcluster-image-*")
	if err != nil {
		return nil, err
	}
	if err := each(path, func(header *tar.Header, content io.Reader) error { return unpackEntry(dir, header, content) }); err != nil {
		return nil, err
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	if len(manifest.Manifests) != 1 {
		return nil, fmt.Errorf("%s has %d images, expected one", path, len(manifest.Manifests))
	}
	return index.Image(manifest.Manifests[0].Digest)
}

func unpackEntry(dir string, header *tar.Header, content io.Reader) error {
	if header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
		return nil
	}
	target := filepath.Join(dir, header.Name)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

// errFound ends the reading of an archive early.
var errFound = errors.New("found")

// contains reports whether the archive has a file of that name at its top.
func contains(path, name string) (bool, error) {
	err := each(path, func(header *tar.Header, _ io.Reader) error {
		if filepath.Clean(header.Name) == name {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return true, nil
	}
	return false, err
}

// each calls f for every entry of the archive.
func each(path string, f func(*tar.Header, io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	reader := tar.NewReader(file)
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(header, reader); err != nil {
			return err
		}
	}
}
