// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/internal/chartvalues"
	"github.com/alauda/spark-operator/internal/config"
	"github.com/alauda/spark-operator/internal/version"
)

const convertUsage = `Makes a kustomization and configuration files of the values of the Kubeflow Spark Operator's Helm chart, or of its flags, and prints each value that
has no counterpart, with the reason. A value that the chart has anyway is taken as not chosen.

Usage:
  spark-operator convert-values --out FOLDER [flags] [FILE]      FILE has the values, - is standard input

Flags:
`

// convertOptions are the flags of convert-values.
type convertOptions struct {
	values, controllerFlags, webhookFlags string
	out                                   string
	chartvalues.Options
}

func parseConvertFlags(args []string, help io.Writer) (*convertOptions, error) {
	o := &convertOptions{}
	flags := flag.NewFlagSet("convert-values", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.out, "out", "", "`folder` to write, which must not be there or be empty")
	flags.StringVar(&o.Base, "base", "..", "way from that folder to this operator's repository, or the repository's URL")
	flags.StringVar(&o.Ref, "ref", version.Version, "version of the repository, where --base is a URL")
	flags.StringVar(&o.controllerFlags, "controller-flags", "", "`file` with the arguments of the controller, one or more a line")
	flags.StringVar(&o.webhookFlags, "webhook-flags", "", "`file` with the arguments of the webhook, one or more a line")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(help)
			fmt.Fprint(help, convertUsage)
			flags.PrintDefaults()
			return nil, err
		}
		return nil, &usageError{err.Error()}
	}
	o.values = flags.Arg(0)
	switch {
	case flags.NArg() > 1:
		return nil, &usageError{fmt.Sprintf("argument %q is not expected; name one file", flags.Arg(1))}
	case o.values+o.controllerFlags+o.webhookFlags == "":
		return nil, &usageError{"no values are given; name a file of values, - for standard input, or files of flags"}
	case o.out == "":
		return nil, &usageError{"--out is not given; name the folder to write"}
	}
	return o, nil
}

// runConvertValues writes what values and flags become.
func runConvertValues(args []string, s streams) error {
	o, err := parseConvertFlags(args, s.out)
	if err != nil {
		return err
	}
	values, notes, err := readValues(o, s.in)
	if err != nil {
		return err
	}
	result, err := chartvalues.Convert(values, o.Options)
	if err != nil {
		return err
	}
	if err := writeFolder(o.out, result.Files); err != nil {
		return err
	}
	for _, note := range append(notes, result.Notes...) {
		fmt.Fprintf(s.out, "%s: %s\n", note.Path, note.Why)
	}
	if err := readable(o.out, result.Files); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d files written to %s; build them with kubectl kustomize %s\n", len(result.Files), o.out, o.out)
	return err
}

// readable asks that the binaries can read their files: values may contradict one another in ways that only they know.
func readable(folder string, files map[string][]byte) error {
	load := map[string]func(string) error{
		"controller.yaml": func(file string) error { _, err := config.LoadController(file); return err },
		"webhook.yaml":    func(file string) error { _, err := config.LoadWebhook(file); return err },
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(load)) {
		if _, written := files[name]; written {
			errs = append(errs, load[name](filepath.Join(folder, name)))
		}
	}
	return errors.Join(errs...)
}

// readValues returns the values of the file and those that stand for flags.
func readValues(o *convertOptions, stdin io.Reader) (map[string]any, []chartvalues.Note, error) {
	values := map[string]any{}
	if o.values != "" {
		content, err := readAll(o.values, stdin)
		if err != nil {
			return nil, nil, fmt.Errorf("read values: %w", err)
		}
		converted, err := yaml.YAMLToJSONStrict(content)
		if err == nil {
			err = strictjson.UnmarshalCaseSensitivePreserveInts(converted, &values)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: it has no values of a chart: %w", o.values, unwritable(err))
		}
	}
	var notes []chartvalues.Note
	for _, of := range []struct{ binary, file string }{{"controller", o.controllerFlags}, {"webhook", o.webhookFlags}} {
		if of.file == "" {
			continue
		}
		content, err := readAll(of.file, stdin)
		if err != nil {
			return nil, nil, fmt.Errorf("read flags: %w", err)
		}
		found, more := chartvalues.FromFlags(of.binary, arguments(string(content)))
		notes = append(notes, more...)
		chartvalues.Merge(values, found)
	}
	return values, notes, nil
}

// arguments are the words of a file, as they stand in a manifest or on a command line.
func arguments(content string) []string {
	var all []string
	for line := range strings.Lines(content) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "- ")
		for word := range strings.FieldsSeq(line) {
			all = append(all, strings.Trim(word, "\"'"))
		}
	}
	return all
}

func readAll(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// writeFolder writes files into a folder, and overwrites nothing.
func writeFolder(folder string, files map[string][]byte) error {
	if found, err := os.ReadDir(folder); err == nil && len(found) > 0 {
		return fmt.Errorf("--out %s: it is not empty; name another folder", folder)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}
