// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"regexp"
	"regexp/syntax"
)

const (
	// longestPattern is the length of a pattern that is looked at, and largestPattern the number of its steps when what
	// it repeats is written out.
	longestPattern = 4 << 10
	largestPattern = 10_000
	// patience is what matching may cost one masker: the steps of the pattern times the bytes of the texts.
	patience = 1 << 24
)

// ownPattern is an application's own pattern of what is secret. Matching costs the product of pattern and text, and an
// author writes both: what there is no time to look at is taken for a secret.
type ownPattern struct {
	pattern *regexp.Regexp
	// steps of the pattern.
	steps int
	// left of the patience.
	left int
}

// newOwnPattern returns nil for no pattern, and for one that Go does not read.
func newOwnPattern(pattern string) *ownPattern {
	if pattern == "" {
		return nil
	}
	if len(pattern) > longestPattern {
		return &ownPattern{steps: largestPattern}
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	o := &ownPattern{steps: steps(parsed), left: patience}
	if o.steps >= largestPattern {
		return &ownPattern{steps: o.steps}
	}
	if o.pattern, err = regexp.Compile(pattern); err != nil {
		return nil
	}
	return o
}

// matches returns whether a text is a secret, or there is no time to find out.
func (o *ownPattern) matches(text string) bool {
	if o == nil {
		return false
	}
	o.left -= o.steps * (len(text) + 1)
	return o.left < 0 || o.pattern.MatchString(text)
}

// steps returns about how many steps a pattern has when what it repeats is written out, up to largestPattern.
func steps(re *syntax.Regexp) int {
	sum := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		sum = min(sum+steps(sub), largestPattern)
	}
	if re.Op == syntax.OpRepeat {
		sum *= max(re.Min, re.Max, 1)
	}
	return min(sum, largestPattern)
}
