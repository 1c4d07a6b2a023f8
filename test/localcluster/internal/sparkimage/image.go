// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"context"
	"embed"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
	"github.com/alauda/spark-operator/test/localcluster/internal/image"
	"github.com/alauda/spark-operator/test/localcluster/internal/progress"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

//go:embed files
var files embed.FS

// connectCommand is the line of layerScript that adds our script for Spark Connect.
const connectCommand = `install -m 0755 "$4/start-connect-server.sh" "$2/opt/spark/sbin/start-connect-server.sh"
`

// layerScript gathers /opt/spark below $2 from the distribution $1, the jar $3 and the scripts in $4, and packs it as
// $5. EXAMPLES_JAR stands for the jar's name in a release.
const layerScript = `set -e
umask 022
mkdir -p "$2/opt/spark/examples/jars" "$2/opt/spark/examples/src/main" "$2/opt/spark/work-dir" "$2/opt/spark/conf"
for part in bin sbin jars data python; do cp -rl "$1/$part" "$2/opt/spark/"; done
cp -rl "$1/examples" "$2/opt/spark/examples/src/main/python"
cp "$3" "$2/opt/spark/examples/jars/spark-examples.jar"
# The name in a release, which users' manifests have.
ln "$2/opt/spark/examples/jars/spark-examples.jar" "$2/opt/spark/examples/jars/EXAMPLES_JAR"
install -m 0755 "$4/entrypoint.sh" "$2/opt/entrypoint.sh"
` + connectCommand + `# The driver copies its jar and Python file here. Group root, so that any user of a pod may.
chown -R 185:0 "$2/opt/spark/work-dir"
chmod 0775 "$2/opt/spark/work-dir"
tar --numeric-owner --sort=name -C "$2" -cf "$5" .
`

// Builder makes the image, or finds it in the cache.
type Builder struct {
	Store  cache.Store
	Report *progress.Reporter
}

// Distribution returns the folder of a Spark distribution, a SPARK_HOME.
func (b Builder) Distribution(ctx context.Context, release Release) (string, error) {
	return b.ensure("spark-distribution", release.distributionKey(), "Download Spark "+release.Version+" from PyPI (300 to 450 MB)",
		func(dir string) error { return fetchDistribution(ctx, release, dir) })
}

// DistributionCached reports whether the distribution exists already.
func (b Builder) DistributionCached(release Release) bool {
	return b.Store.Has("spark-distribution", release.distributionKey())
}

// Cached reports whether the image exists already.
func (b Builder) Cached(release Release) bool {
	key, err := release.imageKey()
	return err == nil && b.Store.Has("spark-image", key)
}

// Image returns the folder of the image, a seed for the registry.
func (b Builder) Image(ctx context.Context, release Release) (string, error) {
	key, err := release.imageKey()
	if err != nil {
		return "", err
	}
	if b.Store.Has("spark-image", key) {
		return b.Store.Path("spark-image", key), nil
	}
	distribution, err := b.Distribution(ctx, release)
	if err != nil {
		return "", err
	}
	rootfs, err := b.ensure("spark-rootfs", cache.Key(rootfsScript, runtime.GOARCH), "Install Debian "+suite+" with Java 17 into a root file system",
		func(dir string) error { return buildRootfs(ctx, dir) })
	if err != nil {
		return "", err
	}
	return b.ensure("spark-image", key, "Package the image of Spark "+release.Version, func(dir string) error {
		return buildImage(ctx, parts{
			release: release, distribution: distribution, rootfsLayer: filepath.Join(rootfs, "layer.tar"),
		}, dir)
	})
}

func (b Builder) ensure(kind, key, step string, build func(dir string) error) (dir string, err error) {
	if b.Store.Has(kind, key) {
		return b.Store.Path(kind, key), nil
	}
	err = b.Report.Step(step, func() error {
		dir, err = b.Store.Ensure(kind, key, build)
		return err
	})
	return dir, err
}

// parts are what an image is made of.
type parts struct {
	release                   Release
	distribution, rootfsLayer string
}

// buildImage writes the image of both layers to dir.
func buildImage(ctx context.Context, from parts, dir string) error {
	work := filepath.Join(dir, "work")
	scripts, jar := filepath.Join(work, "files"), filepath.Join(work, "spark-examples.jar")
	if err := extractFiles(scripts); err != nil {
		return err
	}
	if err := compileExamples(ctx, from.distribution, scripts, jar); err != nil {
		return err
	}
	sparkLayer := filepath.Join(work, "layer.tar")
	gather := exec.CommandContext(ctx, "sh", "-c", from.release.layerScript(), "layer", from.distribution,
		filepath.Join(work, "root"), jar, scripts, sparkLayer)
	if err := run(gather); err != nil {
		return err
	}
	base, err := image.LayerFromFile(from.rootfsLayer)
	if err != nil {
		return err
	}
	spark, err := image.LayerFromFile(sparkLayer)
	if err != nil {
		return err
	}
	img, err := image.Build(image.Empty(), image.Settings{
		Entrypoint: []string{"/opt/entrypoint.sh"},
		User:       "185",
		WorkingDir: "/opt/spark/work-dir",
		Env: []string{
			"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			"SPARK_HOME=/opt/spark",
			"JAVA_HOME=/usr/lib/jvm/java-17-openjdk-" + runtime.GOARCH,
			"LANG=C.UTF-8",
		},
	}, base, spark)
	if err != nil {
		return err
	}
	if err := registry.WriteSeed(dir, img, from.release.Names()...); err != nil {
		return err
	}
	return os.RemoveAll(work)
}

// compileExamples makes the jar of our stand-in for Spark's examples.
func compileExamples(ctx context.Context, distribution, scripts, jar string) error {
	classes := filepath.Join(filepath.Dir(jar), "classes")
	compile := exec.CommandContext(ctx, "javac", "--release", "17", "-proc:none",
		"-classpath", filepath.Join(distribution, "jars", "*"), "-d", classes, filepath.Join(scripts, "SparkPi.java"))
	if err := run(compile); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "jar", "--create", "--file", jar, "-C", classes, "."))
}

// extractFiles writes the embedded files to a folder.
func extractFiles(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, strings.TrimPrefix(path, "files/")), content, 0o644)
	})
}
