// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package image

import (
	"archive/tar"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// sample returns an image of one small executable.
func sample(t *testing.T) v1.Image {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("\x7fELF and so on"), 0o644); err != nil {
		t.Fatal(err)
	}
	executable, err := Executable("/controller", path)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := Files(executable)
	if err != nil {
		t.Fatal(err)
	}
	img, err := Build(Empty(), Settings{Entrypoint: []string{"/controller"}, User: "65532:65532", Env: []string{"A=b"}}, layer)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestBuiltImage(t *testing.T) {
	img := sample(t)
	if err := validate.Image(img, validate.Fast); err != nil {
		t.Errorf("image is broken: %v", err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	want := v1.Config{Entrypoint: []string{"/controller"}, User: "65532:65532", Env: []string{"A=b"}}
	if diff := cmp.Diff(want, file.Config); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(digest(t, img), digest(t, sample(t))); diff != "" {
		t.Errorf("the same content gives another image (-want +got):\n%s", diff)
	}
}

func TestExecutableRefusesScripts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Executable("/controller", path)
	want := path + " is not a Linux executable: build it with GOOS=linux CGO_ENABLED=0"
	if err == nil || err.Error() != want {
		t.Errorf("Executable returned %v, want %s", err, want)
	}
}

func TestFileLayerIsTheFileItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "layer.tar")
	writeTar(t, path, map[string]string{"file": "content"})
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	layer, err := LayerFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compressed, err := layer.Compressed()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = compressed.Close() }()
	hash, size, err := v1.SHA256(compressed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := partial.Descriptor(layer)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&v1.Descriptor{MediaType: types.OCIUncompressedLayer, Size: int64(len(want)), Digest: hash}, got); diff != "" {
		t.Errorf("descriptor of %d bytes (-want +got):\n%s", size, diff)
	}
}

func TestFromArchive(t *testing.T) {
	img := sample(t)
	archives := map[string]func(t *testing.T, path string){
		"as docker save writes it": func(t *testing.T, path string) {
			t.Helper()
			if err := tarball.WriteToFile(path, name.MustParseReference("example.com/a/b:1"), img); err != nil {
				t.Fatal(err)
			}
		},
		"in the OCI layout": func(t *testing.T, path string) {
			t.Helper()
			dir := t.TempDir()
			folder, err := layout.Write(dir, emptyIndex(t))
			if err != nil {
				t.Fatal(err)
			}
			if err := folder.AppendImage(img); err != nil {
				t.Fatal(err)
			}
			writeTar(t, path, readAll(t, dir))
		},
	}
	for name, write := range archives {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "image.tar")
			write(t, path)
			got, err := FromArchive(path)
			if err != nil {
				t.Fatal(err)
			}
			// The digest changes with the format of the manifest; what runs is named by the configuration.
			want, err := img.ConfigName()
			if err != nil {
				t.Fatal(err)
			}
			config, err := got.ConfigName()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, config); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFromArchiveRefusesOtherArchives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.tar")
	writeTar(t, path, map[string]string{"file": "content"})
	_, err := FromArchive(path)
	want := path + " is no image archive: it has neither manifest.json nor oci-layout"
	if err == nil || err.Error() != want {
		t.Errorf("FromArchive returned %v, want %s", err, want)
	}
}

func digest(t *testing.T, img v1.Image) v1.Hash {
	t.Helper()
	hash, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func emptyIndex(t *testing.T) v1.ImageIndex {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"schemaVersion": 2, "manifests": []}`), 0o644); err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// readAll returns the contents of all files below a folder, by their names in it.
func readAll(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, path)
		files[relative] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func writeTar(t *testing.T, path string, files map[string]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writer := tar.NewWriter(file)
	for name, content := range files {
		if err := writer.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(writer, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
