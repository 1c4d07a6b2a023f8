// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

const (
	// suite is the Debian release of the image.
	suite = "bookworm"
	// basePackages come with the first stage; procps because Spark's scripts ask ps.
	basePackages = "ca-certificates,python3,tini,procps"
	// javaPackage needs a working /proc to install, so it comes second.
	javaPackage = "openjdk-17-jre-headless"
	// rootfsScript finishes the root file system: $1 is its folder.
	rootfsScript = `set -e
debootstrap --variant=minbase --include=` + basePackages + ` ` + suite + ` "$1"
cp /etc/resolv.conf "$1/etc/resolv.conf"
cp -r /etc/apt/apt.conf.d/. "$1/etc/apt/apt.conf.d/"
cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
mount -t proc proc "$1/proc"
chroot "$1" apt-get update
chroot "$1" apt-get install --yes --no-install-recommends ` + javaPackage + `
umount "$1/proc"
# What only an installer needs.
rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/* "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/*
rm -rf "$1"/dev/* "$1"/etc/apt/apt.conf.d/* "$1"/etc/resolv.conf "$1"/tmp/*
# Spark's user, as in the official image.
echo "spark:x:185:185::/opt/spark:/bin/bash" >>"$1/etc/passwd"
echo "spark:x:185:" >>"$1/etc/group"
# Group root may add the user a pod runs as: see entrypoint.sh.
chmod g+w "$1/etc/passwd"
`
)

// buildRootfs writes the root file system of Debian with Java to dir as layer.tar.
func buildRootfs(ctx context.Context, dir string) error {
	root := filepath.Join(dir, "root")
	// The file system's own top folder becomes the container's; nobody but root could enter it with the mode of a
	// private folder.
	if err := os.MkdirAll(root, 0o755); err != nil {
		return err
	}
	install := exec.CommandContext(ctx, "sh", "-c", rootfsScript, "rootfs", root)
	install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C",
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
	// A mount namespace of its own: /proc cannot stay mounted below the cache, however this ends.
	install.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if err := run(install); err != nil {
		return err
	}
	archive := exec.CommandContext(ctx, "tar", "--numeric-owner", "--sort=name", "-C", root, "-cf", filepath.Join(dir, "layer.tar"), ".")
	if err := run(archive); err != nil {
		return err
	}
	return os.RemoveAll(root)
}

// run runs a command and returns its last lines with its error.
func run(command *exec.Cmd) error {
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		lines := bytes.Split(bytes.TrimSpace(output.Bytes()), []byte("\n"))
		last := bytes.Join(lines[max(0, len(lines)-10):], []byte("\n"))
		return fmt.Errorf("%s: %w\n%s", filepath.Base(command.Path), err, last)
	}
	return nil
}
