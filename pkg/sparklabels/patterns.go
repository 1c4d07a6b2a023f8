// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels

import (
	"errors"
	"regexp"
	"slices"
	"strings"
)

var pattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/\-]*\*?$`)

// CheckPattern returns why a text is no pattern of labels: the name of a label, or the beginning of one before a *.
func CheckPattern(text string) error {
	if !pattern.MatchString(text) {
		return errors.New("use the name of a label, such as team, or the beginning of names before a *, such as example.com/*")
	}
	return nil
}

// MatchesAny returns whether one of the patterns is of the label.
func MatchesAny(label string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		beginning, open := strings.CutSuffix(pattern, "*")
		return label == pattern || open && strings.HasPrefix(label, beginning)
	})
}
