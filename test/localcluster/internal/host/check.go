// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// elsewhere is what to do on a machine that cannot carry the cluster.
const elsewhere = "use a cluster you have instead: the Makefile's targets take CLUSTER=current and then use your kubeconfig"

// CheckSystem returns why the cluster cannot run on this Linux, with what to do, or nil.
func CheckSystem() error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("the local cluster needs root (mounts, network interfaces, control groups): run it with sudo -E, or %s", elsewhere)
	}
	filesystems, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		return err
	}
	if !strings.Contains(string(filesystems), "\toverlay\n") && exec.Command("modprobe", "overlay").Run() != nil {
		return fmt.Errorf("the kernel has no overlay file system, which containers need; %s", elsewhere)
	}
	return nil
}

// CheckPorts returns an error that names every address on the list that another program listens at.
func CheckPorts(ctx context.Context, addresses []string) error {
	// Addresses need not exist yet: the bridge is made later, when nothing can fail for this reason any more.
	config := net.ListenConfig{Control: func(_, _ string, connection syscall.RawConn) error {
		var failure error
		err := connection.Control(func(descriptor uintptr) {
			failure = syscall.SetsockoptInt(int(descriptor), syscall.IPPROTO_IP, syscall.IP_FREEBIND, 1)
		})
		return errors.Join(err, failure)
	}}
	var taken []string
	for _, address := range addresses {
		listener, err := config.Listen(ctx, "tcp", address)
		if err != nil {
			taken = append(taken, address)
			continue
		}
		_ = listener.Close()
	}
	if len(taken) > 0 {
		return fmt.Errorf("another program listens at %s: stop it (ss -ltnp names it), or %s", strings.Join(taken, ", "), elsewhere)
	}
	return nil
}

// CheckNoOtherCluster refuses to run beside another Kubernetes node: both would write the same packet filter chains.
func CheckNoOtherCluster() error {
	if exec.Command("iptables", "--wait", "10", "-t", "nat", "-S", "KUBE-SERVICES").Run() == nil {
		return errors.New("kube-proxy of another cluster runs on this machine (iptables chain KUBE-SERVICES), and ours would overwrite its rules; " + elsewhere)
	}
	return nil
}

// MayLowerOOMScore reports whether processes may be made safer from the out-of-memory killer, which takes
// CAP_SYS_RESOURCE.
func MayLowerOOMScore() bool {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return false
	}
	return hasCapability(string(status), capSysResource)
}

// capSysResource is the number of the capability in the kernel's list.
const capSysResource = 24

// hasCapability reads the effective capabilities of a process from its status.
func hasCapability(status string, number int) bool {
	for line := range strings.Lines(status) {
		mask, found := strings.CutPrefix(line, "CapEff:")
		if !found {
			continue
		}
		set, err := strconv.ParseUint(strings.TrimSpace(mask), 16, 64)
		return err == nil && set&(1<<number) != 0
	}
	return false
}
