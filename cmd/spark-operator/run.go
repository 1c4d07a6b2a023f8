// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/alauda/spark-operator/internal/version"
)

// Exit codes; they are documented and scripts rely on them.
const (
	exitFine    = 0
	exitInvalid = 1
	exitUsage   = 2
)

const usageText = `Shows what becomes of SparkApplications, and helps to move to this operator.

Usage:
  spark-operator render -f FILE [flags]            print the objects of an application
  spark-operator check -f FILE|--cluster [flags]   report what would be refused, done otherwise or ignored here
  spark-operator convert-values [flags] [FILE]     make a kustomization of the values of the Kubeflow Spark Operator's chart
  spark-operator version                           print the version

"spark-operator COMMAND -h" lists the flags of a command.
`

const chooseCommand = "use render, check, convert-values or version"

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commands are what the first argument can name.
var commands = map[string]func([]string, streams) error{
	"render":         runRender,
	"check":          runCheck,
	"convert-values": runConvertValues,
	"version":        runVersion,
}

// usageError says that the command line is wrong, rather than an application.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// run executes a command line and returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := streams{in: stdin, out: stdout, err: stderr}
	err := dispatch(args, s)
	if err == nil {
		return exitFine
	}
	for _, one := range flatten(err) {
		fmt.Fprintln(stderr, "error:", one)
	}
	if _, isUsage := errors.AsType[*usageError](err); isUsage {
		return exitUsage
	}
	return exitInvalid
}

func dispatch(args []string, s streams) error {
	if len(args) == 0 {
		return &usageError{"no command is given; " + chooseCommand}
	}
	switch args[0] {
	case "-h", "-help", "--help", "help":
		_, err := io.WriteString(s.out, usageText)
		return err
	}
	command, known := commands[args[0]]
	if !known {
		return &usageError{fmt.Sprintf("command %q is not known; %s", args[0], chooseCommand)}
	}
	err := command(args[1:], s)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	return err
}

func runVersion(args []string, s streams) error {
	if len(args) > 0 {
		return &usageError{fmt.Sprintf("version takes no arguments, not %q", args[0])}
	}
	_, err := fmt.Fprintln(s.out, "spark-operator", version.Version)
	return err
}

// flatten takes joined errors apart, so that each has a line of its own.
func flatten(err error) []error {
	joined, isJoined := err.(interface{ Unwrap() []error })
	if !isJoined {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}
