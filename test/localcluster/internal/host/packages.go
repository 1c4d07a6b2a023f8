// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/test/localcluster/internal/progress"
)

// Need is a file that must exist and the Debian package that brings it.
type Need struct {
	// File is a program's name or an absolute path.
	File string
	// Package is the Debian package.
	Package string
}

// ForRunning are what a running cluster needs from the machine.
var ForRunning = []Need{
	{"runc", "runc"},
	{"/usr/lib/cni/bridge", "containernetworking-plugins"},
	{"iptables", "iptables"},
	{"conntrack", "conntrack"}, // kube-proxy forgets connections to endpoints that went away with it
	{"ip", "iproute2"},
	{"mount", "mount"}, // the kubelet mounts volumes by it
}

// ForDownloading are what fetching a Spark distribution needs.
var ForDownloading = []Need{
	{"python3", "python3"},
	{"pip3", "python3-pip"},
}

// ForBuilding are what making a Spark image needs, besides its distribution.
var ForBuilding = []Need{
	{"debootstrap", "debootstrap"},
	{"javac", "openjdk-17-jdk-headless"},
	{"tar", "tar"},
	{"/etc/ssl/certs/ca-certificates.crt", "ca-certificates"},
}

// EnsurePackages installs the Debian packages of the needs that are not met.
func EnsurePackages(ctx context.Context, report *progress.Reporter, needs []Need) error {
	var packages []string
	for _, need := range needs {
		if !need.met() {
			packages = append(packages, need.Package)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	slices.Sort(packages)
	list := strings.Join(packages, " ")
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("missing on this machine: %s (as Debian calls it); there is no apt-get to install it with, so install it by hand", list)
	}
	return report.Step("Install Debian packages "+list, func() error {
		install := append([]string{"install", "--yes", "--no-install-recommends"}, packages...)
		if aptGet(ctx, install...) == nil {
			return nil
		}
		// The package lists are absent or old on a fresh machine.
		if err := aptGet(ctx, "update"); err != nil {
			return err
		}
		return aptGet(ctx, install...)
	})
}

func (n Need) met() bool {
	if _, err := exec.LookPath(n.File); err == nil {
		return true
	}
	// Plugins and certificates are not looked up in PATH, and daemons may live where PATH of a user does not lead.
	for _, dir := range []string{"", "/usr/sbin/", "/sbin/"} {
		if _, err := os.Stat(dir + n.File); err == nil {
			return true
		}
	}
	return false
}

func aptGet(ctx context.Context, args ...string) error {
	command := exec.CommandContext(ctx, "apt-get", append([]string{"--quiet"}, args...)...)
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		lines := bytes.Split(bytes.TrimSpace(output.Bytes()), []byte("\n"))
		last := bytes.Join(lines[max(0, len(lines)-8):], []byte("\n"))
		return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, last)
	}
	return nil
}
