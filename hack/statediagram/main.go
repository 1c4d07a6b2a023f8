// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command statediagram writes the states, transitions and effects of spec changes in docs/state-machine.md from the
// tables that the code runs by.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/hack/page"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/lifecycle"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "statediagram:", err)
		os.Exit(1)
	}
}

func run() error {
	const file = "docs/state-machine.md"
	if err := page.Replace(file, "hack/statediagram fields", fields()); err != nil {
		return err
	}
	return page.Replace(file, "hack/statediagram", generated())
}

func fields() []byte {
	var b bytes.Buffer
	b.WriteString("\n| Field of the spec | A change is | |\n|---|---|---|\n")
	for _, f := range identity.Fields() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Effect, f.Note)
	}
	b.WriteString("\n")
	return b.Bytes()
}

func generated() []byte {
	var b bytes.Buffer
	b.WriteString("\n```mermaid\nstateDiagram-v2\n")
	for _, t := range lifecycle.Transitions() {
		fmt.Fprintf(&b, "  %s --> %s\n", word(t.From), word(t.To))
	}
	b.WriteString("```\n\n| From | To | When |\n|---|---|---|\n")
	for _, t := range lifecycle.Transitions() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", word(t.From), word(t.To), t.When)
	}
	b.WriteString("\n")
	return b.Bytes()
}

func word(state v1beta2.ApplicationStateType) string {
	if state == v1beta2.ApplicationStateNew {
		return "NEW"
	}
	return string(state)
}
