// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command configtable writes the fields of docs/configuration.md from the types of the configuration files, their
// comments and their defaults.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/hack/page"
)

// types is the folder of the types' source.
const types = "apis/config/v1alpha1"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "configtable:", err)
		os.Exit(1)
	}
}

func run() error {
	texts, err := comments()
	if err != nil {
		return err
	}
	w := writer{comments: texts}
	controller, webhook := configv1alpha1.DefaultControllerConfiguration(), configv1alpha1.DefaultWebhookConfiguration()
	w.table("Both files", reflect.ValueOf(controller.SharedConfiguration))
	w.table("ControllerConfiguration", reflect.ValueOf(*controller))
	w.table("WebhookConfiguration", reflect.ValueOf(*webhook))
	if w.err != nil {
		return w.err
	}
	return page.Replace("docs/configuration.md", "hack/configtable", w.out.Bytes())
}

// comments returns what the source says of each field, by "Type.Field".
func comments() (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(types, "*_types.go"))
	if err != nil {
		return nil, err
	}
	texts := map[string]string{}
	for _, name := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			spec, isType := node.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if structure, isStruct := spec.Type.(*ast.StructType); isStruct {
				for _, field := range structure.Fields.List {
					for _, id := range field.Names {
						texts[spec.Name.Name+"."+id.Name] = sentence(field.Doc.Text())
					}
				}
			}
			return false
		})
	}
	return texts, nil
}

// sentence joins the lines of a comment and leaves out the markers.
func sentence(comment string) string {
	var lines []string
	for line := range strings.Lines(comment) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "+") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

type writer struct {
	out      bytes.Buffer
	comments map[string]string
	err      error
}

func (w *writer) table(title string, defaults reflect.Value) {
	fmt.Fprintf(&w.out, "\n### %s\n\n| Field | Type | Default | Meaning |\n|---|---|---|---|\n", title)
	w.fields("", defaults)
	w.out.WriteString("\n")
}

func (w *writer) fields(prefix string, defaults reflect.Value) {
	t := defaults.Type()
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			continue // embedded: described by its own table
		}
		value := defaults.FieldByIndex(field.Index)
		if field.Type.Kind() == reflect.Struct && field.Type.PkgPath() == t.PkgPath() {
			w.fields(prefix+name+".", value)
			continue
		}
		about := w.comments[t.Name()+"."+field.Name]
		if about == "" {
			w.err = fmt.Errorf("field %s of %s has no comment", field.Name, t.Name())
		}
		fmt.Fprintf(&w.out, "| `%s%s` | %s | %s | %s |\n", prefix, name, typeName(field.Type), w.written(value), about)
	}
}

// written is a default as one would write it; nothing where there is none.
func (w *writer) written(value reflect.Value) string {
	if value.IsZero() && value.Kind() != reflect.Bool && !value.CanInt() {
		return ""
	}
	content, err := json.Marshal(value.Interface())
	if err != nil {
		w.err = err
	}
	return "`" + strings.Trim(string(content), `"`) + "`"
}

func typeName(t reflect.Type) string {
	switch {
	case t.Name() == "Duration":
		return "duration"
	case t.Kind() == reflect.Pointer:
		return typeName(t.Elem())
	case t.Kind() == reflect.Slice:
		return "list of " + typeName(t.Elem())
	case t.Kind() == reflect.Map:
		return "map of " + typeName(t.Elem())
	case t.Kind() == reflect.Struct:
		return t.Name()
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.String:
		return "string"
	default:
		return "number"
	}
}
