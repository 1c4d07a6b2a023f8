// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	// maxOutput is how much of the end of spark-submit's output is kept.
	maxOutput = 4096
	// maxLine is the length up to which a line is kept until its end is seen; secrets are looked for in whole lines.
	maxLine = 64 << 10
	// minSecret is the length below which a value is not looked for in the output: as part of words it would be found
	// everywhere, and it is no secret.
	minSecret = 4
	// leftOut stands for a line that is longer than maxLine.
	leftOut = "(a very long line was left out)"
)

// output keeps the end of what is written to it, in whole lines without secrets. The frames of stack traces are left out:
// they would push out the line that says what happened.
type output struct {
	redact  func(line string) string
	kept    []byte
	partial []byte
	overrun bool
}

// Write implements io.Writer; it never fails.
func (o *output) Write(p []byte) (int, error) {
	written := len(p)
	for {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			o.extend(p)
			return written, nil
		}
		o.extend(p[:end])
		o.endLine()
		p = p[end+1:]
	}
}

func (o *output) extend(p []byte) {
	if o.overrun = o.overrun || len(o.partial)+len(p) > maxLine; o.overrun {
		o.partial = o.partial[:0]
		return
	}
	o.partial = append(o.partial, p...)
}

func (o *output) endLine() {
	line := string(bytes.TrimRight(o.partial, "\r"))
	if o.overrun {
		line = leftOut
	}
	o.partial, o.overrun = o.partial[:0], false
	if frame(line) {
		return
	}
	line = strings.ToValidUTF8(o.redact(line), "?")
	if len(line) >= maxOutput {
		line = strings.ToValidUTF8(line[:maxOutput-1], "")
	}
	o.kept = append(append(o.kept, line...), '\n')
	if excess := len(o.kept) - maxOutput; excess > 0 {
		rest := o.kept[excess:]
		if o.kept[excess-1] != '\n' {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
		o.kept = append(o.kept[:0], rest...)
	}
}

// String ends the line that is being written and returns what is kept.
func (o *output) String() string {
	if len(o.partial) > 0 || o.overrun {
		o.endLine()
	}
	return strings.TrimSpace(string(o.kept))
}

// frame returns whether a line is one of a stack trace.
func frame(line string) bool {
	return strings.HasPrefix(line, "\tat ") || strings.HasPrefix(line, "\t... ")
}

// assignment is what gives a value to a name in an output: name=value, name: value.
var assignment = regexp.MustCompile(`([\w.\-]+)(\s*[=:]\s*)([^\s,;)]+)`)

// redactor returns what masks in a line the values of the properties that look like secrets, and whatever is given to a
// name that does.
func redactor(conf *sparkconf.Conf) func(string) string {
	secrets := secretsOf(conf)
	return func(line string) string {
		for _, secret := range secrets {
			line = strings.ReplaceAll(line, secret, sparkconf.Redacted)
		}
		return assignment.ReplaceAllStringFunc(line, func(found string) string {
			parts := assignment.FindStringSubmatch(found)
			if sparkconf.Redact(parts[1], "") != sparkconf.Redacted {
				return found
			}
			return parts[1] + parts[2] + sparkconf.Redacted
		})
	}
}

// secretsOf returns the lines of the values that look like secrets, long ones before what may be part of them.
func secretsOf(conf *sparkconf.Conf) []string {
	var secrets []string
	for _, property := range conf.Redacted() {
		if property.Value != sparkconf.Redacted {
			continue
		}
		for line := range strings.Lines(conf.Get(property.Key)) {
			if line = strings.TrimSpace(line); len(line) >= minSecret {
				secrets = append(secrets, line)
			}
		}
	}
	slices.SortStableFunc(secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return secrets
}
