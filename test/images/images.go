// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Image is one that the Dockerfiles describe.
type Image struct {
	// Dockerfile is the file's name at the top of the repository.
	Dockerfile string
	// Target is the stage to build; the last if empty.
	Target string
	// Architecture is what it is built for; this machine's if empty.
	Architecture string
}

// The images of the operator. Controller starts from Spark's image, which only a running local cluster has.
var (
	Controller     = Image{Dockerfile: "Dockerfile.controller", Target: "spark"}
	ControllerSlim = Image{Dockerfile: "Dockerfile.controller", Target: "slim"}
	Webhook        = Image{Dockerfile: "Dockerfile.webhook"}
)

// registry is the local cluster's; sparkBase is what it calls Spark's image.
const (
	registry  = "127.0.0.1:15000"
	sparkBase = registry + "/library/spark:4.0.1"
)

// Builder builds images of the repository at Root.
type Builder struct {
	// Root is the repository.
	Root string
	// store is buildah's own folder: images of other tools on this machine are neither seen nor touched.
	store string
	// ready are the architectures that there are stand-ins for.
	ready map[string]bool
}

// NewBuilder prepares buildah. Everything is kept below dir.
func NewBuilder(root, dir string) (*Builder, error) {
	for program, debian := range map[string]string{"buildah": "buildah", "busybox": "busybox-static"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is missing: apt-get install --no-install-recommends %s", program, debian)
		}
	}
	return &Builder{Root: root, store: dir, ready: map[string]bool{}}, nil
}

// Build builds the image and returns its id, which is a hash of its configuration and layers.
func (b *Builder) Build(ctx context.Context, image Image, version string) (id string, err error) {
	architecture := cmp.Or(image.Architecture, runtime.GOARCH)
	if err := b.standIns(ctx, architecture); err != nil {
		return "", fmt.Errorf("stand-ins for base images: %w", err)
	}
	modules, err := output(exec.CommandContext(ctx, "go", "env", "GOMODCACHE"))
	if err != nil {
		return "", err
	}
	compiled, err := output(exec.CommandContext(ctx, "go", "env", "GOCACHE"))
	if err != nil {
		return "", err
	}
	args := []string{
		"build", "--platform", "linux/" + architecture, "--timestamp", "0", "--tls-verify=false", "--quiet",
		"--build-arg", "VERSION=" + version,
		"--build-arg", "GO_IMAGE=" + goStandIn + architecture,
		"--build-arg", "BASE_IMAGE=" + staticStandIn + architecture,
		"--build-arg", "SPARK_IMAGE=" + sparkBase,
		"--volume", modules + ":/go/pkg/mod",
		"--volume", compiled + ":/root/.cache/go-build",
		"--file", filepath.Join(b.Root, image.Dockerfile),
	}
	if image.Target != "" {
		args = append(args, "--target", image.Target)
	}
	id, err = b.buildah(ctx, append(args, b.Root)...)
	if err != nil {
		return "", fmt.Errorf("build %s %s: %w", image.Dockerfile, image.Target, err)
	}
	return id, nil
}

// Push puts a built image into the local cluster's registry under a name.
func (b *Builder) Push(ctx context.Context, id, name string) error {
	_, err := b.buildah(ctx, "push", "--tls-verify=false", id, "docker://"+registry+"/"+name)
	return err
}

// Settings are those of a built image that matter to who runs it.
type Settings struct {
	Architecture string `json:"-"`

	User       string            `json:"User"`
	Entrypoint []string          `json:"Entrypoint"`
	Labels     map[string]string `json:"Labels"`
}

// Settings returns the settings of a built image.
func (b *Builder) Settings(ctx context.Context, id string) (Settings, error) {
	var inspected struct {
		OCIv1 struct {
			Architecture string   `json:"architecture"`
			Config       Settings `json:"config"`
		} `json:"OCIv1"`
	}
	described, err := b.buildah(ctx, "inspect", "--type", "image", id)
	if err != nil {
		return Settings{}, err
	}
	if err := json.Unmarshal([]byte(described), &inspected); err != nil {
		return Settings{}, fmt.Errorf("inspect %s: %w", id, err)
	}
	// The builder's own, whatever its configuration says.
	delete(inspected.OCIv1.Config.Labels, "io.buildah.version")
	inspected.OCIv1.Config.Architecture = inspected.OCIv1.Architecture
	return inspected.OCIv1.Config, nil
}

// Save writes an image to a file, as an archive of its layers, not compressed.
func (b *Builder) Save(ctx context.Context, id, file string) error {
	_, err := b.buildah(ctx, "push", id, "docker-archive:"+file)
	return err
}

// Mount returns a folder with the files of an image, and what lets it go again.
func (b *Builder) Mount(ctx context.Context, id string) (folder string, release func() error, err error) {
	container, err := b.buildah(ctx, "from", id)
	if err != nil {
		return "", nil, err
	}
	release = func() error {
		_, err := b.buildah(context.WithoutCancel(ctx), "rm", container)
		return err
	}
	if folder, err = b.buildah(ctx, "mount", container); err != nil {
		return "", nil, errors.Join(err, release())
	}
	return folder, release, nil
}

// Materials returns what the software bill of materials of a saved image names, each as NAME@VERSION.
func (b *Builder) Materials(ctx context.Context, archive string) ([]string, error) {
	file := archive + ".cdx.json"
	if _, err := output(exec.CommandContext(ctx, filepath.Join(b.Root, "hack/sbom.sh"), "docker-archive:"+archive, file)); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var bill struct {
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(content, &bill); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var found []string
	for _, c := range bill.Components {
		found = append(found, c.Name+"@"+c.Version)
	}
	return found, nil
}

// buildah runs it with a store of its own, without a container engine's isolation: the builds are ours.
func (b *Builder) buildah(ctx context.Context, args ...string) (string, error) {
	own := []string{"--root", filepath.Join(b.store, "images"), "--runroot", filepath.Join(b.store, "run"), "--storage-driver", "overlay"}
	command := exec.CommandContext(ctx, "buildah", append(own, args...)...)
	command.Env = append(os.Environ(), "BUILDAH_ISOLATION=chroot")
	return output(command)
}

// output runs a command and returns what it printed; an error carries the end of what it complained of.
func output(command *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("%s: %w\n%s", filepath.Base(command.Path), err, strings.Join(lines[max(0, len(lines)-15):], "\n"))
	}
	return strings.TrimSpace(stdout.String()), nil
}
