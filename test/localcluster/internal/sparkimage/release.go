// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
)

// Release is a version of Spark that this package can make.
type Release struct {
	// Version is the version of Spark, and of pyspark.
	Version string
	// scala is the version of Scala in the names of jars.
	scala string
	// sha256 pins the source archive of pyspark.
	sha256 string
	// connectScripts says that the archive has the scripts of Spark Connect, so that ours are not needed.
	connectScripts bool
}

// releases are the known versions in ascending order: the newest of each series that PyPI has, and the one of every
// cluster.
//
// To add one: "pip download --no-deps --no-binary pyspark pyspark==VERSION" fetches its archive, and sha256sum has the
// sum.
var releases = []Release{
	{Version: "3.5.9", scala: "2.12", sha256: "ea27adc39ddac9413b8951e45aa748cbed6c785971b81386efc41938f6243d93"},
	{Version: defaultVersion, scala: "2.13", sha256: "9d1f22d994f60369228397e3479003ffe2dd736ba79165003246ff7bd48e2c73"},
	{Version: "4.1.4", scala: "2.13", sha256: "bcbd5e18690cf79d438e97210ad06fb8d451a251bb77becc2b0418868d2acd73"},
	{Version: "4.2.1", scala: "2.13", sha256: "d79b7c8ee41e66a9202fe6f600ca90b931ca571ae9dbdf31c58d2672e5102da0"},
	{Version: "4.3.0", scala: "2.13", sha256: "e8c517948eff7088a7aa07449aa8eafa4a15a8d50319de2525a6fd26622476c6", connectScripts: true},
}

// defaultVersion is the version that every cluster has an image of: the samples' and the one packaged with the
// controller.
const defaultVersion = "4.0.1"

// repositories are where the official images are found.
var repositories = []string{"docker.io/library/spark", "docker.io/apache/spark"}

// Default returns the release that every cluster has an image of.
func Default() Release {
	release, err := Find(defaultVersion)
	if err != nil {
		panic(err)
	}
	return release
}

// Versions returns the known versions in ascending order.
func Versions() []string {
	var versions []string
	for _, release := range releases {
		versions = append(versions, release.Version)
	}
	return versions
}

// Find returns the release of a version.
func Find(version string) (Release, error) {
	for _, release := range releases {
		if release.Version == version {
			return release, nil
		}
	}
	return Release{}, fmt.Errorf("unknown version %q of Spark; known are %s", version, strings.Join(Versions(), ", "))
}

// Names returns all names of the image.
func (r Release) Names() []string {
	var names []string
	for _, repository := range repositories {
		for _, tag := range r.tags() {
			names = append(names, repository+":"+tag)
		}
	}
	return names
}

// PlainNames returns the image's name in each repository with the version alone as its tag; the first is the usual one.
func (r Release) PlainNames() []string {
	var names []string
	for _, repository := range repositories {
		names = append(names, repository+":"+r.Version)
	}
	return names
}

// tags are the plain version and those under which the official images are found.
func (r Release) tags() []string {
	return []string{
		r.Version,
		r.Version + "-python3",
		r.Version + "-java17",
		r.Version + "-java17-python3",
		r.Version + "-scala" + r.scala + "-java17-ubuntu",
		r.Version + "-scala" + r.scala + "-java17-python3-ubuntu",
	}
}

// archiveRoot returns the archive's only folder.
func (r Release) archiveRoot() string { return "pyspark-" + r.Version }

// placement says where a part of the archive belongs in a Spark distribution, by prefix.
type placement struct{ archive, distribution string }

// placements returns where the parts of the archive belong.
func (r Release) placements() []placement {
	return []placement{
		{r.archiveRoot() + "/deps/", ""},
		{r.archiveRoot() + "/lib/", "python/lib/"},
		{r.archiveRoot() + "/pyspark/", "python/pyspark/"},
	}
}

// layerScript returns the script that makes the image's layer, as this release needs it.
func (r Release) layerScript() string {
	script := layerScript
	if r.connectScripts {
		script = strings.Replace(script, connectCommand, "", 1)
	}
	return strings.ReplaceAll(script, "EXAMPLES_JAR", "spark-examples_"+r.scala+"-"+r.Version+".jar")
}

// distributionKey returns the hash of all that goes into the distribution.
func (r Release) distributionKey() string {
	return cache.Key(r.Version, r.sha256, fmt.Sprint(r.placements()))
}

// imageKey returns the hash of all that goes into the image.
func (r Release) imageKey() (string, error) {
	ours, err := cache.FilesKey(files)
	if err != nil {
		return "", err
	}
	return cache.Key(r.Version, r.sha256, fmt.Sprint(r.placements()), rootfsScript, r.layerScript(), ours,
		fmt.Sprint(r.Names()), runtime.GOARCH), nil
}
