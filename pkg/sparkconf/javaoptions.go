// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"slices"
	"strings"
	"unicode"
)

// collectors are the options that choose the garbage collector of a JVM, which starts with one choice only.
var collectors = []string{
	"UseSerialGC", "UseParallelGC", "UseParallelOldGC", "UseConcMarkSweepGC", "UseParNewGC", "UseG1GC", "UseZGC", "UseShenandoahGC", "UseEpsilonGC",
}

// JoinJavaOptions joins the options that two places give one JVM: those of first, without the ones that second sets as
// well, then those of second. A JVM takes the last of most options, but two agents or garbage collectors keep it from
// starting. It also returns the names of what second sets to something else, sorted.
func JoinJavaOptions(first, second string) (joined string, overridden []string) {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	if first == "" || second == "" {
		return first + second, nil
	}
	before, after := splitOptions(first), splitOptions(second)
	set, same := make(map[string]bool, len(after)), make(map[string]bool, len(after))
	for _, option := range after {
		if name := optionName(option); name != "" {
			set[name], same[option] = true, true
		}
	}
	kept := make([]string, 0, len(before))
	for _, option := range before {
		switch {
		case !set[optionName(option)]:
			kept = append(kept, option)
		case !same[option]:
			overridden = append(overridden, writtenName(option))
		}
	}
	slices.Sort(overridden)
	if len(kept) < len(before) {
		first = strings.Join(kept, " ")
	}
	return strings.TrimSpace(first + " " + second), slices.Compact(overridden)
}

// optionName returns what an option is about; nothing where a JVM may be given it more than once, or it is no option by
// itself.
func optionName(option string) string {
	name := writtenName(option)
	flag, isFlag := strings.CutPrefix(name, "-XX:")
	switch {
	case isFlag && slices.Contains(collectors, strings.TrimLeft(flag, "+-")):
		return "-XX:Use...GC"
	case isFlag:
		return "-XX:" + strings.TrimLeft(flag, "+-")
	case strings.HasPrefix(name, "-D"), strings.HasPrefix(name, "-javaagent:"), strings.HasPrefix(name, "-agentlib:"), strings.HasPrefix(name, "-agentpath:"):
		return name
	}
	return ""
}

// writtenName returns an option without its value, which may be a secret.
func writtenName(option string) string {
	name, _, _ := strings.Cut(strings.Trim(option, `"'`), "=")
	return name
}

// splitOptions returns the options of a line as they are written, with their quotes: by Spark's rules blanks within
// quotes are part of an option, as is what follows a backslash within double quotes.
func splitOptions(line string) []string {
	var options []string
	start, quote, escaped := -1, rune(0), false
	for i, r := range line {
		blank := unicode.IsSpace(r) && quote == 0
		switch {
		case blank && start >= 0:
			options, start = append(options, line[start:i]), -1
		case !blank && start < 0:
			start = i
		}
		switch {
		case escaped:
			escaped = false
		case quote == '"' && r == '\\':
			escaped = true
		case r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		}
	}
	if start >= 0 {
		options = append(options, line[start:])
	}
	return options
}
