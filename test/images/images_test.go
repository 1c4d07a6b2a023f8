// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	root = "../.."
	// maxSlim is the most that an image without Spark may weigh, in bytes.
	maxSlim = 60_000_000
)

// machines are the architectures that images are made for.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

func TestSlimImages(t *testing.T) {
	b, err := NewBuilder(root, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		image Image
		title string
	}{
		"controller": {ControllerSlim, "Spark operator controller"},
		"webhook":    {Webhook, "Spark operator webhook"},
	} {
		for architecture, machine := range machines {
			t.Run(name+" "+architecture, func(t *testing.T) {
				tc.image.Architecture = architecture
				id := build(t, b, tc.image)
				got, err := b.Settings(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(settings(architecture, tc.title, "/"+name), got); diff != "" {
					t.Errorf("settings (-want +got):\n%s", diff)
				}
				checkFiles(t, b, id, name, machine)
				if again := build(t, b, tc.image); again != id {
					t.Errorf("a second build of the same source made another image: %s and %s", id, again)
				}
			})
		}
	}
}

func build(t *testing.T, b *Builder, image Image) string {
	t.Helper()
	id, err := b.Build(t.Context(), image, "v9.9.9")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func settings(architecture, title, program string) Settings {
	return Settings{
		Architecture: architecture,
		User:         "65532:65532",
		Entrypoint:   []string{program},
		Labels: map[string]string{
			"org.opencontainers.image.title":    title,
			"org.opencontainers.image.source":   "https://github.com/alauda/spark-operator",
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.version":  "v9.9.9",
		},
	}
}

// checkFiles asks that the image's binary is static and for its machine, that the terms of what it is made of are
// there, and that the bill of materials names all of that.
func checkFiles(t *testing.T, b *Builder, id, program string, machine elf.Machine) {
	t.Helper()
	folder, release, err := b.Mount(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	binary, err := elf.Open(filepath.Join(folder, program))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = binary.Close() }()
	if libraries, err := binary.ImportedLibraries(); err != nil || len(libraries) > 0 || binary.Machine != machine {
		t.Errorf("the binary is for %v, want %v, and needs %v, %v", binary.Machine, machine, libraries, err)
	}
	for _, name := range []string{"LICENSE", "THIRD_PARTY_NOTICES"} {
		want, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(folder, "licenses", name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("/licenses/%s is not that of the repository: %v", name, err)
		}
	}
	checkArchive(t, b, id, filepath.Join(folder, program))
}

// checkArchive asks that the image is small, and that its bill of materials names every module of the binary.
func checkArchive(t *testing.T, b *Builder, id, binary string) {
	t.Helper()
	archive := filepath.Join(t.TempDir(), "image.tar")
	if err := b.Save(t.Context(), id, archive); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(archive); err != nil || info.Size() > maxSlim {
		t.Errorf("the image has %d bytes, want at most %d: %v", info.Size(), maxSlim, err)
	}
	materials, err := b.Materials(t.Context(), archive)
	if err != nil {
		t.Fatal(err)
	}
	linked, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if len(linked.Deps) == 0 {
		t.Error("the binary names no modules")
	}
	for _, m := range linked.Deps {
		if material := m.Path + "@" + m.Version; !slices.Contains(materials, material) {
			t.Errorf("the bill of materials lacks %s", material)
		}
	}
}
