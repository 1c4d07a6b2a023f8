// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package images

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// The stand-ins for the images that cannot be pulled, but for the tag, which is the architecture that they are for.
const (
	goStandIn     = "localhost/stand-in/golang:"
	staticStandIn = "localhost/stand-in/static:"
)

// goDockerfile has what Go's image has that the builds use: a shell and Go. They are those of this machine, whatever
// architecture the image is said to be of: Debian's buildah asks for the target's image also where the Dockerfile asks
// for that of the machine which builds.
const goDockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp /root /go
COPY certs /etc/ssl/certs
COPY --from=go . /usr/local/go
ENV PATH=/usr/local/go/bin:/bin GOPATH=/go HOME=/root GOTOOLCHAIN=local
`

// staticDockerfile has what the static base has that the binaries use: certificates.
const staticDockerfile = "FROM scratch\nCOPY certs /etc/ssl/certs\n"

// standIns makes the stand-ins for an architecture, unless they are there.
func (b *Builder) standIns(ctx context.Context, architecture string) error {
	if b.ready[architecture] {
		return nil
	}
	dir, err := os.MkdirTemp("", "stand-ins-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	goRoot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return err
	}
	for _, copied := range [][]string{{"-L", busybox, filepath.Join(dir, "busybox")}, {"-rL", "/etc/ssl/certs", filepath.Join(dir, "certs")}} {
		if _, err := output(exec.CommandContext(ctx, "cp", copied...)); err != nil {
			return err
		}
	}
	for tag, content := range map[string]string{goStandIn: goDockerfile, staticStandIn: staticDockerfile} {
		file := filepath.Join(dir, "Dockerfile")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
		if _, err := b.buildah(ctx, "build", "--platform", "linux/"+architecture, "--timestamp", "0", "--build-context", "go="+goRoot,
			"--tag", tag+architecture, "--file", file, dir); err != nil {
			return err
		}
	}
	b.ready[architecture] = true
	return nil
}
