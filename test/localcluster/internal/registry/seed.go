// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A seed has its blobs where the registry library's disk handler looks for them, blobs/ALGORITHM/HEX, and the manifests
// of its names in one file.
const (
	blobsDir  = "blobs"
	namesFile = "manifests.json"
)

// seedManifest is one manifest and the names it has, as REPOSITORY:TAG.
type seedManifest struct {
	Names     []string `json:"names"`
	MediaType string   `json:"mediaType"`
	Manifest  []byte   `json:"manifest"`
}

// WriteSeed writes an image to a folder to be served under the names.
func WriteSeed(dir string, img v1.Image, names ...string) error {
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for _, layer := range layers {
		digest, err := layer.Digest()
		if err != nil {
			return err
		}
		content, err := layer.Compressed()
		if err != nil {
			return err
		}
		if err := writeBlob(dir, digest, content); err != nil {
			return err
		}
	}
	return errors.Join(writeConfig(dir, img), writeManifest(dir, img, names))
}

func writeConfig(dir string, img v1.Image) error {
	digest, err := img.ConfigName()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	return os.WriteFile(blobFile(dir, digest), config, 0o644)
}

func writeManifest(dir string, img v1.Image, names []string) error {
	manifest, err := img.RawManifest()
	if err != nil {
		return err
	}
	mediaType, err := img.MediaType()
	if err != nil {
		return err
	}
	seed := seedManifest{MediaType: string(mediaType), Manifest: manifest}
	for _, each := range names {
		path, err := Path(each)
		if err != nil {
			return err
		}
		seed.Names = append(seed.Names, path)
	}
	content, err := json.MarshalIndent(seed, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, namesFile), content, 0o644)
}

// writeBlob puts the content in its place: by a link when it is a file of the same file system, else by a copy.
func writeBlob(dir string, digest v1.Hash, content io.ReadCloser) error {
	defer func() { _ = content.Close() }()
	target := blobFile(dir, digest)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if source, isFile := content.(*os.File); isFile && os.Link(source.Name(), target) == nil {
		return nil
	}
	file, err := os.Create(target)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}

func blobFile(dir string, digest v1.Hash) string {
	return filepath.Join(dir, blobsDir, digest.Algorithm, digest.Hex)
}

// Path returns REPOSITORY:TAG of an image name, without the host: "spark:4.0.1" is "library/spark:4.0.1".
func Path(image string) (string, error) {
	tag, err := name.NewTag(image)
	if err != nil {
		return "", fmt.Errorf("image name: %w", err)
	}
	return tag.RepositoryStr() + ":" + tag.TagStr(), nil
}

// FullName returns the image name with everything that people leave out: "spark" is "docker.io/library/spark:latest".
func FullName(image string) (string, error) {
	tag, err := name.NewTag(image)
	if err != nil {
		return "", fmt.Errorf("image name: %w", err)
	}
	host := tag.RegistryStr()
	if host == name.DefaultRegistry {
		// The host that answers for docker.io has another name than the images.
		host = "docker.io"
	}
	return host + "/" + tag.RepositoryStr() + ":" + tag.TagStr(), nil
}

func readSeed(dir string) (seedManifest, error) {
	var seed seedManifest
	content, err := os.ReadFile(filepath.Join(dir, namesFile))
	if err != nil {
		return seed, err
	}
	if err := json.Unmarshal(content, &seed); err != nil {
		return seed, fmt.Errorf("read seed %s: %w", dir, err)
	}
	return seed, nil
}

// linkBlobs makes the seed's blobs appear in the registry's folder.
func linkBlobs(seed, dir string) error {
	source := filepath.Join(seed, blobsDir)
	return filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		link := filepath.Join(dir, relative)
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(path, link); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return nil
	})
}
