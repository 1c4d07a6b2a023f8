// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	cases := map[string]struct{ version, want, wantError string }{
		"the default":     {version: "4.0.1", want: "4.0.1"},
		"an older series": {version: "3.5.9", want: "3.5.9"},
		"an unknown version": {
			version:   "2.4.8",
			wantError: `unknown version "2.4.8" of Spark; known are 3.5.9, 4.0.1, 4.1.4, 4.2.1, 4.3.0`,
		},
		"a series":   {version: "4.0", wantError: `unknown version "4.0" of Spark; known are 3.5.9, 4.0.1, 4.1.4, 4.2.1, 4.3.0`},
		"no version": {wantError: `unknown version "" of Spark; known are 3.5.9, 4.0.1, 4.1.4, 4.2.1, 4.3.0`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			release, err := Find(tc.version)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if diff := cmp.Diff([]string{tc.want, tc.wantError}, []string{release.Version, message}); diff != "" {
				t.Errorf("version and error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReleasesAreOrderedAndPinned(t *testing.T) {
	if !slices.IsSorted(Versions()) {
		t.Errorf("versions %v are not in ascending order", Versions())
	}
	sums := map[string]string{}
	for _, release := range releases {
		if !regexp.MustCompile("^[0-9a-f]{64}$").MatchString(release.sha256) {
			t.Errorf("%s: %q is not a SHA-256", release.Version, release.sha256)
		}
		if other, taken := sums[release.sha256]; taken {
			t.Errorf("%s and %s have the same SHA-256", other, release.Version)
		}
		sums[release.sha256] = release.Version
	}
}

func TestNames(t *testing.T) {
	release := Release{Version: "3.5.9", scala: "2.12"}
	want := []string{
		"docker.io/library/spark:3.5.9",
		"docker.io/library/spark:3.5.9-python3",
		"docker.io/library/spark:3.5.9-java17",
		"docker.io/library/spark:3.5.9-java17-python3",
		"docker.io/library/spark:3.5.9-scala2.12-java17-ubuntu",
		"docker.io/library/spark:3.5.9-scala2.12-java17-python3-ubuntu",
		"docker.io/apache/spark:3.5.9",
		"docker.io/apache/spark:3.5.9-python3",
		"docker.io/apache/spark:3.5.9-java17",
		"docker.io/apache/spark:3.5.9-java17-python3",
		"docker.io/apache/spark:3.5.9-scala2.12-java17-ubuntu",
		"docker.io/apache/spark:3.5.9-scala2.12-java17-python3-ubuntu",
	}
	if diff := cmp.Diff(want, release.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	wantPlain := []string{"docker.io/library/spark:3.5.9", "docker.io/apache/spark:3.5.9"}
	if diff := cmp.Diff(wantPlain, release.PlainNames()); diff != "" {
		t.Errorf("plain names (-want +got):\n%s", diff)
	}
}

func TestLayerScriptFollowsTheRelease(t *testing.T) {
	const jar, connect = `"$2/opt/spark/examples/jars/spark-examples_2.12-3.5.9.jar"`, "start-connect-server.sh"
	cases := map[string]struct {
		release     Release
		wantConnect bool
	}{
		"without scripts for Connect":         {release: Release{Version: "3.5.9", scala: "2.12"}, wantConnect: true},
		"with scripts for Connect of its own": {release: Release{Version: "3.5.9", scala: "2.12", connectScripts: true}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			script := tc.release.layerScript()
			if !strings.Contains(script, jar) {
				t.Errorf("the script does not make %s:\n%s", jar, script)
			}
			if got := strings.Contains(script, connect); got != tc.wantConnect {
				t.Errorf("the script adds our script for Connect: %t, want %t:\n%s", got, tc.wantConnect, script)
			}
		})
	}
}

func TestKeysDifferByRelease(t *testing.T) {
	keys := map[string]string{}
	for _, release := range releases {
		image, err := release.imageKey()
		if err != nil {
			t.Fatal(err)
		}
		for kind, key := range map[string]string{"distribution": release.distributionKey(), "image": image} {
			if other, taken := keys[key]; taken {
				t.Errorf("the %s of %s has the key of the %s", kind, release.Version, other)
			}
			keys[key] = kind + " of " + release.Version
		}
	}
}

func TestUnpackRefusesAnotherArchive(t *testing.T) {
	archive := tarball(t, map[string]string{"pyspark-1/deps/bin/spark-submit": "x", "pyspark-1/setup.py": "y"})
	err := unpack(strings.NewReader(archive), Release{Version: "1", sha256: "0"}, t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "the archive of pyspark 1 has the SHA-256 ") {
		t.Errorf("unpack returned %v, want a complaint about the SHA-256", err)
	}
}

// tarball returns a compressed archive of the files.
func tarball(t *testing.T, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	writer := tar.NewWriter(compressed)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(files[name]))}
		if err := writer.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := writer.Write([]byte(files[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(writer.Close(), compressed.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
