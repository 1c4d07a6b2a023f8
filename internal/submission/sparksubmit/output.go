// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"bytes"
	"strings"
)

const (
	// maxOutput is how much of the end of spark-submit's output is kept.
	maxOutput = 4096
	// maxLine is the length up to which a line is kept until its end is seen; secrets are looked for in whole lines.
	maxLine = 64 << 10
	// leftOut stands for a line that is longer than maxLine.
	leftOut = "(a very long line was left out)"
)

// output keeps the end of what is written to it, in whole lines without secrets. The frames of stack traces and the
// text on how to use spark-submit are left out: they would push out the line that says what happened.
type output struct {
	redact  func(line string) string
	kept    []byte
	partial []byte
	overrun bool
	// usage is whether the text on how to use spark-submit has begun. It is the last that it prints.
	usage bool
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
	o.usage = o.usage || strings.HasPrefix(line, "Usage: spark-submit ")
	if o.usage || frame(line) {
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
