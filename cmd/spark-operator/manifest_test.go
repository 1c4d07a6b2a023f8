// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

const pi = `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","metadata":{"name":"pi"},"spec":{"type":"Scala","mode":"cluster",` +
	`"sparkVersion":"4.0.1","image":"a","mainClass":"Pi","mainApplicationFile":"local:///pi.jar","driver":{},"executor":{}}}`

func listOf(items ...string) string {
	return `{"apiVersion":"v1","kind":"List","items":[` + strings.Join(items, ",") + `]}`
}

// Applications are found in lists of lists.
func TestNestedListsAreRendered(t *testing.T) {
	got := execute(listOf(listOf(pi), listOf(listOf(), listOf(pi))), "render", "-f", "-", "--requests")
	if got.Code != 0 || got.Stderr != "" || strings.Count(got.Stdout, "application: default/pi") != 2 {
		t.Errorf("result %+v", got)
	}
}

// What is no manifest is said in words of YAML and JSON, and not of Go.
func TestOddManifestsAreExplained(t *testing.T) {
	for name, tc := range map[string]struct{ given, want string }{
		"a name that is null":      {"kind: SparkApplication\nnull: a\n", "error: standard input: a name is null, a list or an object, which JSON does not have; write each name as a text\n"},
		"a name that is an object": {"? {a: b}\n: c\n", "error: standard input: a name is null, a list or an object, which JSON does not have; write each name as a text\n"},
		"not a number":             {"a: .nan\n", "error: standard input: a number is .nan or .inf, which JSON does not have; write a number, or a text in quotes\n"},
		"a list":                   {"- a\n", "error: standard input: it is no object; write one, with apiVersion and kind, or several with --- between them\n"},
		"a text":                   {"a\n", "error: standard input: it is no object; write one, with apiVersion and kind, or several with --- between them\n"},
		"a text in a list":         {listOf(`"a"`), "error: standard input, items[0]: it is no object; write one, with apiVersion and kind, or several with --- between them\n"},
		"nothing but comments":     {"---\n---\n# c\n---\n", "error: standard input: it is empty; write a SparkApplication into it\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := execute(tc.given, "render", "-f", "-"); got.Code == 0 || got.Stdout != "" || got.Stderr != tc.want {
				t.Errorf("result %+v, want %q", got, tc.want)
			}
		})
	}
}

func TestImpossibleIdentitiesAreRefused(t *testing.T) {
	for _, flags := range [][]string{
		{"--namespace", "Team"}, {"--namespace", "a/b"}, {"--namespace", ""}, {"--namespace", strings.Repeat("a", 64)},
		{"--uid", "1"}, {"--uid", "{11111111-2222-3333-4444-555555555555}"}, {"--uid", "urn:uuid:11111111-2222-3333-4444-555555555555"},
	} {
		got := execute(pi, append([]string{"render", "-f", "-"}, flags...)...)
		if got.Code == 0 || got.Stdout != "" || !strings.Contains(got.Stderr, flags[0]+" ") {
			t.Errorf("%v: result %+v", flags, got)
		}
	}
}
