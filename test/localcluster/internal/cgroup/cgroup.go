// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cgroup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Root is the cluster's control group. The kubelet is configured to make its own below it.
const Root = "/spark-operator-localcluster"

// components holds the processes that are no containers. In version 2 a group with subgroups must not hold processes
// itself.
const components = "components"

// Tree is the cluster's group in every hierarchy of the machine: one in version 2, one per controller in version 1.
type Tree struct {
	// hierarchies are where the controllers are.
	hierarchies []string
	// idle is the hierarchy of version 2 that systems mount beside those of version 1. Nothing is limited by it, but
	// the kubelet makes its groups there as well.
	idle    []string
	unified bool
}

// Detect finds the hierarchies that are mounted.
func Detect() (Tree, error) {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return Tree{}, err
	}
	return parse(string(mounts))
}

// parse reads the hierarchies from a list of mounts.
func parse(mounts string) (Tree, error) {
	var tree Tree
	var version2 []string
	scanner := bufio.NewScanner(strings.NewReader(mounts))
	for scanner.Scan() {
		fields := strings.Fields(scanner.Text())
		if len(fields) < 3 {
			continue
		}
		switch fields[2] {
		case "cgroup":
			tree.hierarchies = append(tree.hierarchies, fields[1])
		case "cgroup2":
			version2 = append(version2, fields[1])
		}
	}
	tree.idle = version2
	if len(tree.hierarchies) == 0 {
		tree.hierarchies, tree.idle, tree.unified = version2, nil, true
	}
	if len(tree.hierarchies) == 0 {
		return Tree{}, errors.New("no control groups are mounted below /sys/fs/cgroup")
	}
	slices.Sort(tree.hierarchies)
	return tree, nil
}

// Version1 reports whether the machine has the old version of control groups, which the kubelet accepts only when
// configured to.
func (t Tree) Version1() bool { return !t.unified }

// Create makes the cluster's group, with its controllers enabled.
func (t Tree) Create() error {
	for _, hierarchy := range t.hierarchies {
		group := filepath.Join(hierarchy, Root)
		if t.unified {
			if err := enableControllers(hierarchy); err != nil {
				return err
			}
		}
		if err := os.MkdirAll(filepath.Join(group, components), 0o755); err != nil {
			return err
		}
		if t.unified {
			if err := enableControllers(group); err != nil {
				return err
			}
			continue
		}
		if err := inheritCPUSet(hierarchy); err != nil {
			return err
		}
	}
	return nil
}

// enableControllers passes the controllers of a version 2 group on to its subgroups.
func enableControllers(group string) error {
	available, err := os.ReadFile(filepath.Join(group, "cgroup.controllers"))
	if err != nil {
		return err
	}
	for controller := range strings.FieldsSeq(string(available)) {
		err := os.WriteFile(filepath.Join(group, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
		if err != nil {
			return fmt.Errorf("enable controller %s below %s: %w", controller, group, err)
		}
	}
	return nil
}

// inheritCPUSet copies the processors and memory nodes: in version 1 a new group has none and takes no process.
func inheritCPUSet(hierarchy string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		value, err := os.ReadFile(filepath.Join(hierarchy, file))
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another controller's hierarchy
		}
		if err != nil {
			return err
		}
		for _, group := range []string{Root, filepath.Join(Root, components)} {
			if err := os.WriteFile(filepath.Join(hierarchy, group, file), bytes.TrimSpace(value), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// Adopt moves a process into the cluster's group.
func (t Tree) Adopt(pid int) error {
	for _, hierarchy := range t.hierarchies {
		file := filepath.Join(hierarchy, Root, components, "cgroup.procs")
		if err := os.WriteFile(file, []byte(strconv.Itoa(pid)), 0o644); err != nil {
			return fmt.Errorf("move process %d into the cluster's control group: %w", pid, err)
		}
	}
	return nil
}

// Processes returns the ids of all processes in the cluster's group.
func (t Tree) Processes() []int {
	var pids []int
	for _, hierarchy := range t.all() {
		for _, group := range t.groups(hierarchy) {
			content, err := os.ReadFile(filepath.Join(group, "cgroup.procs"))
			if err != nil {
				continue // removed meanwhile
			}
			for field := range strings.FieldsSeq(string(content)) {
				if pid, err := strconv.Atoi(field); err == nil && pid > 0 {
					pids = append(pids, pid)
				}
			}
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}

// Kill ends every process of the group and waits until they are gone.
func (t Tree) Kill(limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		pids := t.Processes()
		if len(pids) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes %v survive SIGKILL for %s", pids, limit)
		}
		for _, pid := range pids {
			// A process that ended meanwhile is as good as killed.
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Remove deletes the cluster's group. The kernel may hold a group a moment longer than its last process.
func (t Tree) Remove(limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for {
		var failures []error
		for _, hierarchy := range t.all() {
			groups := t.groups(hierarchy)
			slices.Reverse(groups) // the innermost first
			for _, group := range groups {
				failures = append(failures, os.Remove(group))
			}
		}
		err := errors.Join(failures...)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// all returns every hierarchy that may have the cluster's group.
func (t Tree) all() []string { return slices.Concat(t.hierarchies, t.idle) }

// groups returns the folders of the cluster's group in one hierarchy, outermost first.
func (t Tree) groups(hierarchy string) []string {
	var groups []string
	_ = filepath.WalkDir(filepath.Join(hierarchy, Root), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			groups = append(groups, path)
		}
		return nil // a group may vanish while it is looked at
	})
	return groups
}
