// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path"
	"runtime"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Settings are what a container of the image runs as.
type Settings struct {
	// Entrypoint is the command.
	Entrypoint []string
	// User is the user and group, by number or name.
	User string
	// Env are variables, NAME=VALUE.
	Env []string
	// WorkingDir is where it starts.
	WorkingDir string
}

// Build returns an image of the base and further layers, with the settings that are not empty.
func Build(base v1.Image, settings Settings, layers ...v1.Layer) (v1.Image, error) {
	img, err := mutate.AppendLayers(base, layers...)
	if err != nil {
		return nil, fmt.Errorf("append layers: %w", err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", runtime.GOARCH
	if len(settings.Entrypoint) > 0 {
		// The base's default arguments belong to the base's entry point.
		file.Config.Entrypoint, file.Config.Cmd = settings.Entrypoint, nil
	}
	if settings.User != "" {
		file.Config.User = settings.User
	}
	if settings.WorkingDir != "" {
		file.Config.WorkingDir = settings.WorkingDir
	}
	file.Config.Env = append(file.Config.Env, settings.Env...)
	return mutate.ConfigFile(img, file)
}

// Empty returns an image with no layers.
func Empty() v1.Image {
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	return mutate.ConfigMediaType(img, types.OCIConfigJSON)
}

// Static returns the base for static executables: certificates to trust, users, and a folder for temporary files.
func Static() (v1.Image, error) {
	const bundle = "/etc/ssl/certs/ca-certificates.crt"
	certificates, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("read the machine's certificate authorities: %w", err)
	}
	layer, err := Files(
		Dir("/tmp", 0o1777), Dir("/etc", 0o755), Dir("/etc/ssl", 0o755), Dir("/etc/ssl/certs", 0o755), Dir("/home", 0o755),
		File(bundle, 0o644, certificates),
		File("/etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home:/sbin/nologin\n")),
		File("/etc/group", 0o644, []byte("root:x:0:\nnonroot:x:65532:\n")),
	)
	if err != nil {
		return nil, err
	}
	return Build(Empty(), Settings{
		User: "65532:65532",
		Env:  []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "SSL_CERT_FILE=" + bundle},
	}, layer)
}

// Entry is one file or folder of a layer.
type Entry struct {
	header  tar.Header
	content []byte
}

// Dir returns a folder of root's.
func Dir(name string, mode int64) Entry {
	return Entry{header: tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode}}
}

// File returns a file of root's.
func File(name string, mode int64, content []byte) Entry {
	return Entry{header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(content))}, content: content}
}

// Executable returns the executable file at the given place, as an entry of the given name.
func Executable(name, source string) (Entry, error) {
	content, err := os.ReadFile(source)
	if err != nil {
		return Entry{}, err
	}
	if !bytes.HasPrefix(content, []byte("\x7fELF")) {
		return Entry{}, fmt.Errorf("%s is not a Linux executable: build it with GOOS=linux CGO_ENABLED=0", source)
	}
	return File(path.Clean(name), 0o755, content), nil
}

// Files returns a layer of the entries. Its files bear no times, so that the same content is the same image.
func Files(entries ...Entry) (v1.Layer, error) {
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	for _, entry := range entries {
		header := entry.header
		header.Name = strings.TrimPrefix(header.Name, "/")
		if err := writer.WriteHeader(&header); err != nil {
			return nil, fmt.Errorf("write %s: %w", header.Name, err)
		}
		if _, err := writer.Write(entry.content); err != nil {
			return nil, fmt.Errorf("write %s: %w", header.Name, err)
		}
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return static.NewLayer(archive.Bytes(), types.OCIUncompressedLayer), nil
}
