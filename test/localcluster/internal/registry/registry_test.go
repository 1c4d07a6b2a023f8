// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
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
	seed, want := newSeed(t, "spark:1", "quay.io/apache/spark:1")
	handler, err := newHandler(t.TempDir(), []string{seed}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	assertServed(t, server, want, "library/spark:1", "apache/spark:1")
}

func TestSeedIsPublishedToARunningRegistry(t *testing.T) {
	first, wantFirst := newSeed(t, "spark:1")
	dir := t.TempDir()
	handler, err := newHandler(dir, []string{first}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	second, wantSecond := newSeed(t, "spark:2", "quay.io/apache/spark:2")
	// Twice: what is there already stays.
	for range 2 {
		if err := publish(t.Context(), server.URL, dir, second); err != nil {
			t.Fatal(err)
		}
	}
	assertServed(t, server, wantFirst, "library/spark:1")
	assertServed(t, server, wantSecond, "library/spark:2", "apache/spark:2")
}

func TestPublishReportsARefusal(t *testing.T) {
	seed, _ := newSeed(t, "spark:1")
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	err := publish(t.Context(), server.URL, t.TempDir(), seed)
	if err == nil || err.Error() != "publish library/spark:1: 404 Not Found" {
		t.Errorf("publish returned %v, want the refusal", err)
	}
}

// newSeed returns a seed of a small image of its own under the names, and the image's digest.
func newSeed(t *testing.T, names ...string) (dir string, digest v1.Hash) {
	t.Helper()
	layer := static.NewLayer(bytes.Repeat([]byte(names[0]), 1024), types.OCIUncompressedLayer)
	img, err := mutate.AppendLayers(mutate.MediaType(empty.Image, types.OCIManifestSchema1), layer)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := WriteSeed(dir, img, names...); err != nil {
		t.Fatal(err)
	}
	if digest, err = img.Digest(); err != nil {
		t.Fatal(err)
	}
	return dir, digest
}

// assertServed asks that the server has the whole image under the paths.
func assertServed(t *testing.T, server *httptest.Server, want v1.Hash, paths ...string) {
	t.Helper()
	for _, path := range paths {
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
