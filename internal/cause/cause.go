// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cause

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxBytes is the length of a cause.
const maxBytes = 512

// rank says how sure it is that a line names the cause; less is surer.
type rank int

const (
	// fatal lines end the program.
	fatal rank = iota
	// failed lines are those of errors that nobody called harmless.
	failed
	// logged lines describe an error in words.
	logged
	// warned lines are of errors that a logger calls a warning.
	warned
	// consequent lines say no more than that the program ends.
	consequent
	none
)

// Of returns the line that says why a program failed, or nothing where none does.
func Of(log string) string {
	s := scan{best: none}
	lines := linesOf(log)
	for i := 0; i < len(lines); {
		i = s.look(lines, i)
	}
	if s.best == none {
		return usage(lines)
	}
	return oneLine(s.found)
}

// scan is a search for the cause, line by line.
type scan struct {
	best  rank
	found string
	// level is that of the last line that a logger wrote.
	level string
}

// propose takes a line for the cause if it is surer than what was found before.
func (s *scan) propose(r rank, line string) {
	if r < s.best {
		s.best, s.found = r, line
	}
}

// look looks at a line and those that belong to it, and returns where to go on.
func (s *scan) look(lines []string, i int) int {
	line := strings.TrimSpace(lines[i])
	if m := loggerLine.FindStringSubmatch(line); m != nil {
		s.level, line = m[1], m[2]
		if s.level == "ERROR" || s.level == "FATAL" {
			s.propose(logged, line)
		}
		if !exceptionLine.MatchString(line) {
			return i + 1
		}
	}
	switch {
	case line == "Traceback (most recent call last):":
		return s.traceback(lines, i)
	case exceptionLine.MatchString(line) || strings.HasPrefix(line, "Caused by: "):
		return s.trace(lines, i, line)
	case rError.MatchString(line):
		return s.rError(lines, i, line)
	case line == "Error occurred during initialization of VM" && i+1 < len(lines):
		s.propose(fatal, lines[i+1])
		return i + 2
	}
	if !isFrame(lines[i]) {
		s.words(line)
	}
	return i + 1
}

// words looks at a line that stands for itself.
func (s *scan) words(line string) {
	for _, w := range wordings {
		if w.are.MatchString(line) {
			if w.rank != logged || !harmless(s.level) {
				s.propose(w.rank, strings.TrimLeft(line, "# "))
			}
			return
		}
	}
}

func harmless(level string) bool { return level != "" && level != "ERROR" && level != "FATAL" }

// trace reads an exception of the JVM with its stack trace: the innermost cause is what went wrong, and the line above
// says in what.
func (s *scan) trace(lines []string, i int, first string) int {
	r := failed
	switch {
	case strings.HasPrefix(first, "Exception in thread") || strings.HasPrefix(first, "Exception: "):
		r = fatal
	case harmless(s.level):
		r = warned
	}
	head := strip(first)
	root, frame, suppressed := head, "", false
	for i++; i < len(lines) && belongsToTrace(lines[i]); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case strings.HasPrefix(line, "Suppressed: "):
			suppressed = true
		case strings.HasPrefix(line, "Caused by: ") && (!suppressed || !unicode.IsSpace(rune(lines[i][0]))):
			root, frame, suppressed = strip(line), "", false
		case frame == "" && !suppressed && strings.HasPrefix(line, "at "):
			frame = line
		}
	}
	if strings.Contains(head, "SparkUserAppException") {
		r = consequent
	}
	s.level = ""
	s.propose(r, describe(root, head, frame))
	return i
}

// describe puts an exception into one line.
func describe(root, head, frame string) string {
	class, message, hasMessage := strings.Cut(root, ": ")
	if !hasMessage && frame != "" {
		root = class + " " + frame
	}
	if _, above, says := strings.Cut(head, ": "); says && head != root && !strings.Contains(head, message) && above != "" && hasMessage {
		return root + " (in " + head + ")"
	}
	return root
}

// traceback reads one of Python: its last line is the error, unless the JVM has one behind it.
func (s *scan) traceback(lines []string, i int) int {
	for i++; i < len(lines) && (lines[i] == "" || unicode.IsSpace(rune(lines[i][0]))); i++ {
	}
	if i == len(lines) {
		return i
	}
	line := strings.TrimSpace(lines[i])
	i++
	if strings.Contains(line, "An error occurred while calling") && i < len(lines) && strings.HasPrefix(lines[i], ": ") {
		s.level = ""
		return s.trace(lines, i, strings.TrimPrefix(lines[i], ": "))
	}
	// The last of several is the one that nobody caught.
	s.best, s.found, s.level = fatal, line, ""
	return i
}

// rError reads an error of R, whose message may stand on the next line.
func (s *scan) rError(lines []string, i int, line string) int {
	if strings.HasSuffix(line, ":") && i+1 < len(lines) && unicode.IsSpace(rune((lines[i+1] + "x")[0])) {
		i++
		line += " " + strings.TrimSpace(lines[i])
	}
	if consequence.MatchString(line) {
		s.propose(consequent, line)
	} else {
		s.propose(fatal, line)
	}
	return i + 1
}

// usage says what a usage text at the end of a log means: what was wrong stands before it, and is cut off.
func usage(lines []string) string {
	options := 0
	for _, line := range lines {
		if strings.Contains(line, "Usage: spark-submit") {
			options = minOptions
		}
		if usageLine.MatchString(line) {
			options++
		}
	}
	if options < minOptions {
		return ""
	}
	return "spark-submit could not use its options and printed how they are used; the beginning of the log says which"
}

// minOptions is how many lines of a usage text make one.
const minOptions = 3

// linesOf returns the lines of a log as a person sees them.
func linesOf(log string) []string {
	log = escapes.ReplaceAllString(strings.ToValidUTF8(log, "?"), "")
	lines := strings.FieldsFunc(log, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return lines
}

// oneLine returns a line without control characters, and not longer than a cause may be.
func oneLine(line string) string {
	line = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, line)
	line = strings.Join(strings.Fields(line), " ")
	if len(line) <= maxBytes {
		return line
	}
	const mark = "..."
	end := maxBytes - len(mark)
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return line[:end] + mark
}

// strip removes what stands before the class of an exception.
func strip(line string) string { return prefix.ReplaceAllString(line, "") }

func isFrame(line string) bool {
	trimmed := strings.TrimSpace(line)
	return strings.HasPrefix(trimmed, "at ") || strings.HasPrefix(trimmed, "... ") || strings.HasPrefix(trimmed, "File \"")
}

// belongsToTrace reports whether a line goes on with the stack trace above it.
func belongsToTrace(line string) bool {
	trimmed := strings.TrimSpace(line)
	return trimmed == "" || isFrame(line) || strings.HasPrefix(trimmed, "Caused by: ") || strings.HasPrefix(trimmed, "Suppressed: ") ||
		trimmed == "Driver stacktrace:" || unicode.IsSpace(rune(line[0]))
}

// wordings are asked in this order how sure a line is that stands for itself.
var wordings = []struct {
	are  *regexp.Regexp
	rank rank
}{
	{consequence, consequent},
	{bareThread, none},
	{fatalLine, fatal},
	{shellLine, failed},
	{errorWord, logged},
}

const class = `(?:[a-z_][\w$]*\.)+[A-Z][\w$.]*(?:Exception|Error|Throwable|Failure|Fault|Death|Abort)[\w$]*`

var (
	escapes       = regexp.MustCompile("\x1b(?:\\[[0-9;?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|[@-_])")
	prefix        = regexp.MustCompile(`^(?:Exception in thread "[^"]*" |Exception: |Caused by: |: )+`)
	exceptionLine = regexp.MustCompile(`^(?:Exception in thread "[^"]*" |Exception: )?` + class + `(?::|$| thrown)`)
	loggerLine    = regexp.MustCompile(`^\d{2,4}[-/]\d{2}[-/]\d{2}[ T]\d{2}:\d{2}:\d{2}\S*\s+(?:\[[^\]]*\]\s+)?\[?(ERROR|FATAL|WARN|INFO|DEBUG|TRACE)\]?\s+(?:\S+: )?(.*)$`)
	rError        = regexp.MustCompile(`^Error(?: in .*)?:(?:\s|$)|^Error in `)
	fatalLine     = regexp.MustCompile(`^(?:Unrecognized (?:VM )?option|Unknown/unsupported param|Improperly specified VM option|Invalid (?:maximum|initial) heap size|Conflicting .* combinations|` +
		`Initial heap size set|Too small maximum heap|# +(?:SIG[A-Z]+ |There is insufficient memory|Internal Error)|\[?FATAL|[\w./-]+: \[?FATAL|panic: )`)
	shellLine = regexp.MustCompile(`^[^ ].*: .*(?i:command not found|not found|no such file or directory|permission denied|cannot execute|exec format error|` +
		`can't open file|is a directory|out of memory|no space left on device)|^[\w./-]+: (?:error|unrecognized option|invalid option|illegal option)`)
	errorWord   = regexp.MustCompile(`(?i)\b(?:error|fatal|failed|failure|panic|exception|cannot|could not|unable to|refused|denied|aborted|segmentation fault|killed)\b`)
	consequence = regexp.MustCompile(`^(?:Error: (?:Could not create the Java Virtual Machine|A fatal exception has occurred|A JNI error has occurred)|Execution halted|Killed$|` +
		`.*SparkUserAppException)`)
	bareThread = regexp.MustCompile(`^Exception in thread "[^"]*"$`)
	usageLine  = regexp.MustCompile(`^\s+(?:-\w, )?--[a-z-]+(?: [A-Z_:=]+)?(?:\s|,|$)`)
)
