// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package image

import (
	"fmt"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// fileLayer is an uncompressed tar file as a layer. The library's own would compress it.
type fileLayer struct {
	path string
	hash v1.Hash
	size int64
}

// LayerFromFile returns the uncompressed tar file as a layer.
func LayerFromFile(path string) (v1.Layer, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	hash, size, err := v1.SHA256(file)
	if err != nil {
		return nil, fmt.Errorf("hash layer %s: %w", path, err)
	}
	return &fileLayer{path: path, hash: hash, size: size}, nil
}

// Digest implements v1.Layer.
func (l *fileLayer) Digest() (v1.Hash, error) { return l.hash, nil }

// DiffID implements v1.Layer. It is the digest of the uncompressed layer, so the same.
func (l *fileLayer) DiffID() (v1.Hash, error) { return l.hash, nil }

// Compressed implements v1.Layer.
func (l *fileLayer) Compressed() (io.ReadCloser, error) { return os.Open(l.path) }

// Uncompressed implements v1.Layer.
func (l *fileLayer) Uncompressed() (io.ReadCloser, error) { return os.Open(l.path) }

// Size implements v1.Layer.
func (l *fileLayer) Size() (int64, error) { return l.size, nil }

// MediaType implements v1.Layer.
func (l *fileLayer) MediaType() (types.MediaType, error) { return types.OCIUncompressedLayer, nil }
