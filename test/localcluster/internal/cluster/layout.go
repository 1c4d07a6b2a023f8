// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/alauda/spark-operator/test/localcluster/internal/cgroup"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

// Everything the cluster keeps is in these two folders, and in the part of the cache that the container runtime keeps.
const (
	// lib has configuration, certificates, data and logs.
	lib = "/var/lib/spark-operator-localcluster"
	// run has sockets, whose paths are limited to 108 characters.
	run = "/run/spark-operator-localcluster"

	// networkName is what the network plug-ins call the pods' network.
	networkName = "spark-operator-localcluster"
	// domain is what the names of services end in.
	domain = "cluster.local"
)

// PauseImage is the image that holds the namespaces of each pod.
const PauseImage = "docker.io/localcluster/pause:1"

// Self is where this program's own executable is while the cluster runs: that of "go run" is temporary.
const Self = lib + "/bin/localcluster"

// Kubeconfig is the file with an administrator's credentials.
const Kubeconfig = lib + "/kubeconfig"

//go:embed config
var configs embed.FS

//go:embed manifests
var manifests embed.FS

// Layout is where things are, and what is different from one machine to another. The templates in config/ read it.
type Layout struct {
	// KubernetesBin, ContainerdBin and CoreDNSBin are folders of executables.
	KubernetesBin, ContainerdBin, CoreDNSBin string
	// Self is this program's executable, which is also the registry.
	Self string
	// Seeds are folders of images for the registry.
	Seeds []string
	// ContainerdRoot is where containerd keeps images, also unpacked. It outlives the cluster.
	ContainerdRoot string

	// RestrictOOMScoreAdj is set where the machine lacks CAP_SYS_RESOURCE.
	RestrictOOMScoreAdj bool
	// FailCgroupV1 is unset where the machine has the first version of control groups.
	FailCgroupV1 bool
	// MasqueradeAll is set where the kernel does not filter bridged packets.
	MasqueradeAll bool
}

// The templates call these like fields.

// Lib returns the folder of configuration and data.
func (Layout) Lib() string { return lib }

// Run returns the folder of sockets.
func (Layout) Run() string { return run }

// PKI returns the folder of certificates.
func (Layout) PKI() string { return lib + "/pki" }

// Domain returns what the names of services end in.
func (Layout) Domain() string { return domain }

// NetworkName returns what the network plug-ins call the pods' network.
func (Layout) NetworkName() string { return networkName }

// PauseImage returns the image that holds the namespaces of each pod.
func (Layout) PauseImage() string { return PauseImage }

// Registry returns the address of the registry.
func (Layout) Registry() string { return registry.Address }

// Bridge returns the interface that pods hang on.
func (Layout) Bridge() string { return network.Bridge }

// PodRange returns the addresses of pods.
func (Layout) PodRange() string { return network.PodRange }

// NodeAddress returns the machine's address for pods.
func (Layout) NodeAddress() string { return network.NodeAddress }

// CgroupRoot returns the cluster's control group.
func (Layout) CgroupRoot() string { return cgroup.Root }

// configFiles are the rendered templates, by where they go.
var configFiles = map[string]string{
	"audit-policy.yaml": lib + "/audit-policy.yaml",
	"containerd.toml":   lib + "/containerd.toml",
	"hosts.toml":        lib + "/registries/_default/hosts.toml",
	"pods.conflist":     lib + "/cni/pods.conflist",
	"kubelet.yaml":      lib + "/kubelet.yaml",
	"kube-proxy.yaml":   lib + "/kube-proxy.yaml",
	"Corefile":          lib + "/Corefile",
}

// render returns a file of config/ with its blanks filled.
func render(file string, data any) ([]byte, error) {
	t, err := template.New(file).Option("missingkey=error").ParseFS(configs, "config/"+file)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", file, err)
	}
	return out.Bytes(), nil
}

// writeConfigs writes all configuration files.
func (l Layout) writeConfigs() error {
	for file, target := range configFiles {
		content, err := render(file, l)
		if err != nil {
			return err
		}
		if err := writeFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeKubeconfig writes a file with the credentials of one user, so that it works on its own.
func (l Layout) writeKubeconfig(file, user string) error {
	data := struct{ NodeAddress, User, CA, Certificate, Key string }{NodeAddress: network.NodeAddress, User: user}
	for source, field := range map[string]*string{
		"ca.crt":      &data.CA,
		user + ".crt": &data.Certificate,
		user + ".key": &data.Key,
	} {
		content, err := os.ReadFile(filepath.Join(l.PKI(), source))
		if err != nil {
			return err
		}
		*field = base64.StdEncoding.EncodeToString(content)
	}
	content, err := render("kubeconfig", data)
	if err != nil {
		return err
	}
	return writeFile(file, content, 0o600)
}

func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, mode)
}
