// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// noticesFile is where the licence texts go, at the top of the repository.
const noticesFile = "THIRD_PARTY_NOTICES"

// maxNotices is the most that they may be, in bytes: what is more has got in by mistake.
const maxNotices = 200_000

// legal are the patterns of the files that licences ask to be passed on.
var legal = []string{"[LC][IO][CP][EY]*", "NOTICE*"}

const preamble = `The binaries of the Spark operator contain the following software of others, under the terms that follow each list. Where terms are the
same to the letter, they are here once. This file is generated (make licenses).
`

// notice is one text, with those who ask for it.
type notice struct {
	text string
	of   []string
}

// writeNotices writes the licence texts and notices of Go's own library and of the modules.
func writeNotices(file string, modules []module) error {
	goRoot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	root := strings.TrimSpace(string(goRoot))
	var notices []notice
	for _, m := range append([]module{{Path: "Go's standard library", Dir: root, folders: []string{root}}}, modules...) {
		texts, err := texts(m)
		if err != nil {
			return err
		}
		for _, text := range texts {
			i := slices.IndexFunc(notices, func(n notice) bool { return n.text == text })
			if i < 0 {
				i, notices = len(notices), append(notices, notice{text: text})
			}
			notices[i].of = append(notices[i].of, strings.TrimSpace(m.Path+" "+m.Version))
		}
	}
	var b bytes.Buffer
	b.WriteString(preamble)
	for _, n := range notices {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 100), strings.Join(n.of, "\n"), n.text)
	}
	if b.Len() > maxNotices {
		return fmt.Errorf("the notices have %d bytes, want at most %d", b.Len(), maxNotices)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// texts returns what is in the legal files of the folders of a module's linked packages and of those above them, each
// text once.
func texts(m module) ([]string, error) {
	var found []string
	for _, folder := range above(m) {
		for _, pattern := range legal {
			files, err := filepath.Glob(filepath.Join(folder, pattern))
			if err != nil {
				return nil, err
			}
			for _, file := range files {
				if filepath.Ext(file) == ".go" {
					continue
				}
				content, err := os.ReadFile(file)
				if err != nil {
					return nil, err
				}
				text := strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n"))
				if !slices.Contains(found, text) {
					found = append(found, text)
				}
			}
		}
	}
	return found, nil
}

// above returns the folders of a module from its own to those of its linked packages, sorted.
func above(m module) []string {
	folders := []string{m.Dir}
	for _, folder := range m.folders {
		for ; len(folder) > len(m.Dir); folder = filepath.Dir(folder) {
			folders = append(folders, folder)
		}
	}
	slices.Sort(folders)
	return slices.Compact(folders)
}
