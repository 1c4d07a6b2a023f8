// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/cgroup"
)

// Spec is how a component is started.
type Spec struct {
	// Name names the pid file and the log file.
	Name string
	// Path and Args are the command.
	Path string
	Args []string
	// Env are additions to the environment.
	Env []string
}

// Supervisor starts and finds processes by pid files in one folder, with their logs in another.
type Supervisor struct {
	PidDir, LogDir string
	Groups         cgroup.Tree
}

// Start starts the component in a session of its own and in the cluster's control group.
func (s Supervisor) Start(spec Spec) error {
	log, err := os.OpenFile(s.LogFile(spec.Name), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	command := exec.Command(spec.Path, spec.Args...)
	command.Stdout, command.Stderr = log, log
	command.Dir = "/"
	command.Env = Environment(spec.Env...)
	// A session of its own: neither Ctrl-C nor a closed terminal ends the cluster.
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("start %s: %w", spec.Name, err)
	}
	pid := command.Process.Pid
	// Collects it if it ends while this command waits for its health, so that Alive does not take a zombie for a
	// process.
	go func() { _ = command.Wait() }()
	if err := s.Groups.Adopt(pid); err != nil {
		return errors.Join(err, syscall.Kill(pid, syscall.SIGKILL))
	}
	return os.WriteFile(s.pidFile(spec.Name), []byte(strconv.Itoa(pid)+"\n"), 0o644)
}

// Environment returns this program's environment with additions, and without proxies: the components talk to one
// another, and a proxy for the world knows no way to them.
func Environment(additions ...string) []string {
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasSuffix(strings.ToLower(name), "_proxy")
	})
	return append(own, additions...)
}

// Pid returns the id of the running component, or 0. A pid file counts only if that process is one of the cluster's:
// the number may have gone to a stranger since.
func (s Supervisor) Pid(name string) int {
	content, err := os.ReadFile(s.pidFile(name))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || !slices.Contains(s.Groups.Processes(), pid) {
		return 0
	}
	return pid
}

// Stop asks the component to end and waits, up to a limit. It does not insist: see cgroup.Tree.Kill.
func (s Supervisor) Stop(name string, limit time.Duration) {
	pid := s.Pid(name)
	if pid == 0 {
		return
	}
	_ = syscall.Kill(pid, syscall.SIGTERM)
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if s.Pid(name) == 0 {
			return
		}
	}
}

// LogFile returns where the output of the component goes.
func (s Supervisor) LogFile(name string) string {
	return filepath.Join(s.LogDir, name+".log")
}

// LogTail returns the last lines of the component's output.
func (s Supervisor) LogTail(name string, lines int) string {
	content, err := os.ReadFile(s.LogFile(name))
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}

func (s Supervisor) pidFile(name string) string {
	return filepath.Join(s.PidDir, name+".pid")
}
