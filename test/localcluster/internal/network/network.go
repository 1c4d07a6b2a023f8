// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The ranges are those reserved for benchmarks (RFC 2544): no real network uses them, so no route of the machine is
// hidden.
const (
	// Bridge is the name of the interface (at most 15 characters).
	Bridge = "sparklocal0"
	// PodRange holds the addresses of pods and, first, the machine's.
	PodRange = "198.18.0.0/16"
	// ServiceRange holds the virtual addresses of services.
	ServiceRange = "198.19.0.0/16"
	// NodeAddress is the machine's address as pods see it.
	NodeAddress = "198.18.0.1"
	// KubernetesService is the virtual address of the API server: the first of ServiceRange.
	KubernetesService = "198.19.0.1"

	bothRanges = "198.18.0.0/15"
)

// chain is one of our own chains, entered from a chain of the kernel's.
type chain struct {
	table, parent, name string
	rules               []string
}

// chains are all packet filter rules that are ours. The rest are kube-proxy's.
var chains = []chain{
	{
		// Pods reach the world under the machine's address: nothing out there knows a way back to theirs.
		table: "nat", parent: "POSTROUTING", name: "SPARKLOCAL-MASQ",
		rules: []string{"-s " + PodRange + " ! -d " + bothRanges + " -j MASQUERADE"},
	},
	{
		// Where Docker runs, forwarding is dropped by default.
		table: "filter", parent: "FORWARD", name: "SPARKLOCAL-FORWARD",
		rules: []string{"-i " + Bridge + " -j ACCEPT", "-o " + Bridge + " -j ACCEPT"},
	},
	{
		// A firewall on the machine may refuse what it does not know; pods need the API server and the name server.
		table: "filter", parent: "INPUT", name: "SPARKLOCAL-INPUT",
		rules: []string{"-i " + Bridge + " -j ACCEPT"},
	},
}

// Up makes the bridge and the rules. The bridge exists before the first pod, because the cluster's servers bind its
// address.
func Up() error {
	steps := []string{
		"ip link add " + Bridge + " type bridge",
		"ip addr add " + NodeAddress + "/16 dev " + Bridge,
		"ip link set " + Bridge + " up",
	}
	for _, c := range chains {
		steps = append(steps, iptables(c.table, "-N "+c.name))
		for _, rule := range c.rules {
			steps = append(steps, iptables(c.table, "-A "+c.name+" "+rule))
		}
		// First, so that no rule of the machine decides before it.
		steps = append(steps, iptables(c.table, "-I "+c.parent+" 1 -j "+c.name))
	}
	for _, step := range steps {
		if err := run(step); err != nil {
			return err
		}
	}
	return nil
}

// Down removes what Up made, or what is left of it, with every interface that hangs on the bridge, and the rules of
// kube-proxy: its own clean-up leaves some, and a machine has one kube-proxy at most.
func Down() error {
	failures := []error{removeChains("SPARKLOCAL-", "KUBE-")}
	ports, err := filepath.Glob("/sys/class/net/" + Bridge + "/brif/*")
	failures = append(failures, err)
	for _, port := range ports {
		// The kernel removes a pod's pair of interfaces with its namespace, a moment after its last process: either may
		// win.
		if err := run("ip link delete " + filepath.Base(port)); err != nil && exists(filepath.Base(port)) {
			failures = append(failures, err)
		}
	}
	if exists(Bridge) {
		failures = append(failures, run("ip link delete "+Bridge))
	}
	return errors.Join(failures...)
}

// Present reports whether the bridge exists.
func Present() bool { return exists(Bridge) }

func exists(link string) bool {
	_, err := os.Stat("/sys/class/net/" + link)
	return err == nil
}

// iptables returns a command that waits for the lock of a concurrent one instead of failing.
func iptables(table, rest string) string {
	return "iptables --wait 10 -t " + table + " " + rest
}

func run(command string) error {
	words := strings.Fields(command)
	var output bytes.Buffer
	c := exec.Command(words[0], words[1:]...)
	c.Stdout, c.Stderr = &output, &output
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", command, err, bytes.TrimSpace(output.Bytes()))
	}
	return nil
}
