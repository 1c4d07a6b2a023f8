// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func TestNames(t *testing.T) {
	cases := map[string]struct {
		image, wantPath, wantFullName string
	}{
		"official image":  {image: "spark:4.0.1", wantPath: "library/spark:4.0.1", wantFullName: "docker.io/library/spark:4.0.1"},
		"user's image":    {image: "alauda/op:v1", wantPath: "alauda/op:v1", wantFullName: "docker.io/alauda/op:v1"},
		"other registry":  {image: "quay.io/a/b/c:1", wantPath: "a/b/c:1", wantFullName: "quay.io/a/b/c:1"},
		"local registry":  {image: "localhost:5000/ab:1", wantPath: "ab:1", wantFullName: "localhost:5000/ab:1"},
		"without version": {image: "a/b", wantPath: "a/b:latest", wantFullName: "docker.io/a/b:latest"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			path, err := Path(tc.image)
			if err != nil {
				t.Fatal(err)
			}
			fullName, err := FullName(tc.image)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tc.wantPath, tc.wantFullName}, []string{path, fullName}); diff != "" {
				t.Errorf("path and full name (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeedIsServedUnderAllItsNames(t *testing.T) {
	layer := static.NewLayer(bytes.Repeat([]byte("x"), 1024), types.OCIUncompressedLayer)
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		t.Fatal(err)
	}
	seed := t.TempDir()
	if err := WriteSeed(seed, img, "spark:1", "quay.io/apache/spark:1"); err != nil {
		t.Fatal(err)
	}

	handler, err := newHandler(t.TempDir(), []string{seed}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	want, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"library/spark:1", "apache/spark:1"} {
		tag, err := name.NewTag(strings.TrimPrefix(server.URL, "http://") + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		served, err := remote.Image(tag)
		if err != nil {
			t.Fatal(err)
		}
		got, err := served.Digest()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("digest of %s (-want +got):\n%s", path, diff)
		}
		if err := validate.Image(served, validate.Fast); err != nil {
			t.Errorf("%s is broken: %v", path, err)
		}
	}
}
