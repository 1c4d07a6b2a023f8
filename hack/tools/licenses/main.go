// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command licenses names the licence of every module that is linked into the operator's binaries, and fails on one that
// Apache-2.0 software in an image may not be distributed with, or that it cannot tell. It writes what the licences ask
// to be passed on with the binaries, their texts and notices, into THIRD_PARTY_NOTICES at the top of the repository,
// which the images carry.
//
// Usage: licenses REPOSITORY
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/google/licensecheck"
)

// allowed are the licences, by SPDX identifier, that ask for no more than attribution.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unicode-DFS-2016"}

// minCoverage is how much of a licence file's text, in percent, must be that of known licences.
const minCoverage = 75

// module is what go list says of one.
type module struct {
	Path, Version, Dir string
	Main               bool
	// folders are those of its packages that are linked.
	folders []string
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licenses REPOSITORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string, out io.Writer) error {
	modules, err := linked(root)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var errs []error
	for _, m := range modules {
		found, err := licences(m)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", m.Path, m.Version, strings.Join(found, " "))
	}
	if err := errors.Join(append(errs, table.Flush())...); err != nil {
		return err
	}
	return writeNotices(filepath.Join(root, noticesFile), modules)
}

// linked returns the modules, other than the main one, of which the binaries for Linux contain packages.
func linked(root string) ([]module, error) {
	command := exec.Command("go", "list", "-deps", "-json=Dir,Module", "./cmd/...")
	command.Dir, command.Stderr = root, os.Stderr
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	listed, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	byPath := map[string]*module{}
	for decoder := json.NewDecoder(bytes.NewReader(listed)); ; {
		var pkg struct {
			Dir    string
			Module *module
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		if pkg.Module == nil || pkg.Module.Main {
			continue
		}
		if byPath[pkg.Module.Path] == nil {
			byPath[pkg.Module.Path] = pkg.Module
		}
		m := byPath[pkg.Module.Path]
		m.folders = append(m.folders, pkg.Dir)
	}
	var modules []module
	for _, m := range byPath {
		modules = append(modules, *m)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

// licences returns the licences in the files that a module has for them at its top.
func licences(m module) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(m.Dir, "[LC][IO][CP][EY]*"))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		coverage := licensecheck.Scan(text)
		if coverage.Percent < minCoverage {
			return nil, fmt.Errorf("%s %s: only %.0f%% of %s is the text of known licences; read it", m.Path, m.Version, coverage.Percent, filepath.Base(file))
		}
		for _, match := range coverage.Match {
			if !slices.Contains(allowed, match.ID) {
				return nil, fmt.Errorf("%s %s: licence %s in %s is not one of %s", m.Path, m.Version, match.ID, filepath.Base(file), strings.Join(allowed, ", "))
			}
			found = append(found, match.ID)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) == 0 {
		return nil, fmt.Errorf("%s %s: no licence found in %s", m.Path, m.Version, m.Dir)
	}
	return found, nil
}
