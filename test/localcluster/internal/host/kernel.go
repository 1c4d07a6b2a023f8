// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// settings are the kernel's settings that this program, the kubelet or kube-proxy change.
var settings = []string{
	"net/ipv4/ip_forward",                // pods reach services and the world through the machine
	"net/bridge/bridge-nf-call-iptables", // pods on one bridge reach one another's services
	"net/bridge/bridge-nf-call-ip6tables",
	"net/ipv4/conf/all/route_localnet",
	"vm/overcommit_memory", // the kubelet insists on its values for the rest
	"vm/panic_on_oom",
	"kernel/panic",
	"kernel/panic_on_oops",
	"kernel/keys/root_maxkeys",
	"kernel/keys/root_maxbytes",
}

// ConfigureKernel remembers the kernel's settings in file and makes those that pods need.
func ConfigureKernel(file string) error {
	// A predecessor that crashed left the machine's own values in the file; what the kernel has now are the cluster's.
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := saveSettings(file); err != nil {
			return err
		}
	}
	if err := writeSetting("net/ipv4/ip_forward", "1"); err != nil {
		return err
	}
	// Without the bridge filter module kube-proxy masquerades everything instead, see BridgeFilter.
	if BridgeFilter() {
		return writeSetting("net/bridge/bridge-nf-call-iptables", "1")
	}
	return nil
}

// BridgeFilter reports whether the kernel shows packets between two pods on one bridge to the packet filter.
func BridgeFilter() bool {
	_, err := os.Stat("/proc/sys/net/bridge/bridge-nf-call-iptables")
	return err == nil
}

// RestoreKernel sets the kernel's settings to what the file remembers, and removes it.
func RestoreKernel(file string) error {
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	saved := map[string]string{}
	if err := json.Unmarshal(content, &saved); err != nil {
		return errors.Join(fmt.Errorf("read %s: %w", file, err), os.Remove(file))
	}
	var failures []error
	for _, name := range settings {
		if value, known := saved[name]; known {
			failures = append(failures, writeSetting(name, value))
		}
	}
	return errors.Join(append(failures, os.Remove(file))...)
}

func saveSettings(file string) error {
	saved := map[string]string{}
	for _, name := range settings {
		if content, err := os.ReadFile(filepath.Join("/proc/sys", name)); err == nil {
			saved[name] = strings.TrimSpace(string(content))
		}
	}
	content, err := json.MarshalIndent(saved, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

func writeSetting(name, value string) error {
	path := filepath.Join("/proc/sys", name)
	// Not written when right already: a setting may be read-only in a container.
	if content, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(content)) == value {
		return nil
	}
	return os.WriteFile(path, []byte(value), 0o644)
}

// MountsBelow returns the mount points at and below the folders, innermost first.
func MountsBelow(dirs ...string) ([]string, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return nil, err
	}
	return mountsBelow(string(mounts), dirs), nil
}

func mountsBelow(mounts string, dirs []string) []string {
	var points []string
	for line := range strings.Lines(mounts) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		// The kernel writes blanks in names as octal numbers.
		point := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\134`, `\`).Replace(fields[1])
		if slices.ContainsFunc(dirs, func(dir string) bool { return point == dir || strings.HasPrefix(point, dir+"/") }) {
			points = append(points, point)
		}
	}
	// Later mounts may lie on top of earlier ones.
	slices.Reverse(points)
	return points
}
