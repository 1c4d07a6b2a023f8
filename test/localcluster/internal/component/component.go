// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package component

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/alauda/spark-operator/test/localcluster/internal/cache"
)

// Component is a set of executables built from one module.
type Component struct {
	// Name is the folder of the module below components/, and the kind of its cache entries.
	Name string
	// Version is what people know it by.
	Version string
	// Packages are what is built, by the name of the executable.
	Packages map[string]string
	// Links are further names of the only executable, which behaves by the name it is started under.
	Links []string
	// LinkerFlags are passed to the linker, to stamp versions.
	LinkerFlags string
	// Tags are build tags.
	Tags string
	// Folders are folders of a module that come along with the executables, by the name they get.
	Folders map[string]ModuleFolder
}

// ModuleFolder is a folder of a module that the component requires.
type ModuleFolder struct{ Module, Path string }

// Kubernetes is etcd, the control plane, the node agents and kubectl.
var Kubernetes = Component{
	Name:     "kubernetes",
	Version:  "1.36.3",
	Packages: map[string]string{"kubernetes": "."},
	Links: []string{
		"etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet",
	},
	LinkerFlags: "-X k8s.io/component-base/version.gitVersion=v1.36.3" +
		" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36",
}

// EtcdVersion is the version of the etcd in Kubernetes.
const EtcdVersion = "3.6.8"

// Containerd is the container runtime, its shim and its command line client.
var Containerd = Component{
	Name:    "containerd",
	Version: "2.4.2",
	Packages: map[string]string{
		"containerd":              "github.com/containerd/containerd/v2/cmd/containerd",
		"containerd-shim-runc-v2": "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
		"ctr":                     "github.com/containerd/containerd/v2/cmd/ctr",
	},
	LinkerFlags: "-X github.com/containerd/containerd/v2/version.Version=v2.4.2",
	// Snapshotters and tracing that a single machine has no use for.
	Tags: "no_btrfs no_devmapper no_zfs no_tracing",
}

// CoreDNS is the cluster's name server.
var CoreDNS = Component{
	Name:     "coredns",
	Version:  "1.13.1",
	Packages: map[string]string{"coredns": "github.com/coredns/coredns"},
}

// Kueue is a queue for applications; the cluster has it when it is asked for.
var Kueue = Component{
	Name:        "kueue",
	Version:     "0.18.2",
	Packages:    map[string]string{"kueue": "sigs.k8s.io/kueue/cmd/kueue"},
	LinkerFlags: "-X sigs.k8s.io/kueue/pkg/version.GitVersion=v0.18.2",
	Folders: map[string]ModuleFolder{
		"crds":     {"sigs.k8s.io/kueue", "config/components/crd/bases"},
		"webhooks": {"sigs.k8s.io/kueue", "config/components/webhook"},
	},
}

// CertManager issues certificates; the cluster has it when it is asked for.
var CertManager = Component{
	Name:        "certmanager",
	Version:     "1.19.1",
	Packages:    map[string]string{"cert-manager": "."},
	LinkerFlags: "-X github.com/cert-manager/cert-manager/pkg/util.AppVersion=v1.19.1",
	Folders:     map[string]ModuleFolder{"crds": {"github.com/cert-manager/cert-manager", "deploy/crds"}},
}

// Pause is the program of the container that holds a pod's namespaces.
var Pause = Component{
	Name:     "pause",
	Version:  "1",
	Packages: map[string]string{"pause": "."},
}

// Key returns the hash of everything that decides what the executables are.
func (c Component) Key(source string) (string, error) {
	files, err := cache.FilesKey(os.DirFS(filepath.Join(source, "components", c.Name)))
	if err != nil {
		return "", fmt.Errorf("hash the sources of %s: %w", c.Name, err)
	}
	parts := []string{files, fmt.Sprint(c.Packages), fmt.Sprint(c.Links), c.LinkerFlags, c.Tags, runtime.Version(), runtime.GOARCH}
	if len(c.Folders) > 0 {
		parts = append(parts, fmt.Sprint(c.Folders))
	}
	return cache.Key(parts...), nil
}

// Build fills dir with the executables. Source is the folder of this program's own module.
func (c Component) Build(ctx context.Context, source, dir string) error {
	for executable, pkg := range c.Packages {
		// Niced: on a small machine a build of minutes should not freeze everything else.
		command := exec.CommandContext(ctx, "nice", "go", "build",
			"-trimpath", "-tags", c.Tags, "-ldflags", "-s -w "+c.LinkerFlags,
			"-o", filepath.Join(dir, executable), pkg)
		command.Dir = filepath.Join(source, "components", c.Name)
		// Static executables run in any container and need no libraries of the machine.
		command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
		var output bytes.Buffer
		command.Stdout, command.Stderr = &output, &output
		if err := command.Run(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", executable, err, tail(output.Bytes()))
		}
		for _, link := range c.Links {
			if err := os.Symlink(executable, filepath.Join(dir, link)); err != nil {
				return err
			}
		}
	}
	for name, folder := range c.Folders {
		if err := c.copyFolder(ctx, source, folder, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (c Component) copyFolder(ctx context.Context, source string, folder ModuleFolder, target string) error {
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", folder.Module)
	command.Dir = filepath.Join(source, "components", c.Name)
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
	root, err := command.Output()
	if err != nil {
		return fmt.Errorf("find module %s: %w", folder.Module, err)
	}
	return os.CopyFS(target, os.DirFS(filepath.Join(string(bytes.TrimSpace(root)), folder.Path)))
}

// tail returns the last lines of a tool's output, where the reason of a failure is.
func tail(output []byte) []byte {
	const most = 2000
	if len(output) > most {
		output = output[len(output)-most:]
	}
	return bytes.TrimSpace(output)
}
