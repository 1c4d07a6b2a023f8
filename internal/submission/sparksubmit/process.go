// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alauda/spark-operator/internal/cause"
	"github.com/alauda/spark-operator/internal/planning"
)

// errTimedOut is the cause of a context that ended because spark-submit took too long.
var errTimedOut = errors.New("time limit")

// run runs spark-submit for a plan and waits for its end. It returns nil where it exited with code 0, and the context's
// error where the caller ended it. When it returns, the process, its children and its files are gone.
func (s *Submitter) run(ctx context.Context, plan *planning.Plan) error {
	dir, err := os.MkdirTemp(s.options.Dir, "submission-")
	if err != nil {
		return fmt.Errorf("make a directory for spark-submit: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, name := range []string{"conf", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			return fmt.Errorf("make a directory for spark-submit: %w", err)
		}
	}
	files := filesIn(dir)
	if err := writeFiles(plan, files, s.options.Uploads); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.Timeout, errTimedOut)
	defer cancel()
	// What the application says elsewhere than in properties is as secret, and is hidden before the output is cut.
	ofApplication, ofProperties := planning.Secrets(plan.App()), plan.Masker()
	text := &output{redact: func(line string) string { return ofProperties.MaskOutput(ofApplication.Mask(line)) }}
	//nolint:gosec // the program is the operator's own, and what the user wrote cannot become an option: see Argv.
	command := exec.CommandContext(ctx, submitScript(s.options.Home), Argv(plan, files)...)
	command.Env = environment(os.Environ(), s.options.Home, dir, plan.SparkUser())
	command.Dir = dir
	command.Stdout, command.Stderr = text, text
	err = runGroup(command, s.options.Grace)
	if err == nil {
		return nil
	}
	return s.outcomeOf(ctx, err, text.String())
}

// runGroup runs a command as the leader of a process group of its own. When its context ends the whole group is asked
// to end, and killed after the grace period. In any case nobody of the group is left when it returns.
func runGroup(command *exec.Cmd, grace time.Duration) error {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	signal := func(number syscall.Signal) error { return syscall.Kill(-command.Process.Pid, number) }
	var last *time.Timer
	command.Cancel = func() error {
		// The group is still there: its leader has not been waited for.
		last = time.AfterFunc(grace, func() { _ = signal(syscall.SIGKILL) })
		return signal(syscall.SIGTERM)
	}
	// Should something outside of the group hold the output open, it is not waited for.
	command.WaitDelay = grace + time.Second
	err := command.Run()
	if last != nil {
		last.Stop()
	}
	if command.Process != nil {
		_ = signal(syscall.SIGKILL)
	}
	return err
}

// outcomeOf returns what the end of the process means.
func (s *Submitter) outcomeOf(ctx context.Context, err error, text string) error {
	if errors.Is(context.Cause(ctx), errTimedOut) {
		detail := fmt.Sprintf("it took longer than %s and was stopped", s.options.Timeout)
		return &FailedError{Reason: TimedOut, Detail: detail, Summary: cause.Of(text), Output: text}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, syscall.E2BIG) {
		return planning.Invalid(argumentsPath, "",
			"they are too long for a command line; put them into a file or a ConfigMap, or choose submission mode Native")
	}
	exit, exited := errors.AsType[*exec.ExitError](err)
	if !exited {
		return &FailedError{Reason: Exited, Detail: err.Error(), Summary: cause.Of(text), Output: text}
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		detail := fmt.Sprintf("it was ended by signal %d (%s); the controller may need more memory", int(status.Signal()), status.Signal())
		return &FailedError{Reason: Killed, Detail: detail, Summary: cause.Of(text), Output: text}
	}
	return failure(exit.ExitCode(), text)
}
