// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// write prints documents one after another.
func write(out io.Writer, format string, documents []document) error {
	var b bytes.Buffer
	for i, d := range documents {
		text, err := encode(format, d)
		if err != nil {
			return fmt.Errorf("encode output: %w", err)
		}
		if i > 0 && format == formatYAML {
			b.WriteString("---\n")
		}
		b.Write(text)
	}
	_, err := out.Write(b.Bytes())
	return err
}

func encode(format string, d document) ([]byte, error) {
	if conf, isConf := d.body.(configuration); isConf && format == formatYAML {
		return conf.lines(), nil
	}
	encoded, err := encodeJSON(d.body)
	if err != nil {
		return nil, err
	}
	if format == formatJSON {
		var indented bytes.Buffer
		if err := json.Indent(&indented, encoded, "", "  "); err != nil {
			return nil, err
		}
		indented.WriteByte('\n')
		return indented.Bytes(), nil
	}
	text, err := yaml.JSONToYAML(encoded)
	if err != nil || d.comment == "" {
		return text, err
	}
	return append([]byte("# "+d.comment+"\n"), text...), nil
}

// encodeJSON leaves out the status of objects: nothing that is printed has one yet.
func encodeJSON(body any) ([]byte, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &members); err != nil {
		return nil, err
	}
	delete(members, "status")
	return json.Marshal(members)
}

// lines returns the configuration as lines of key=value.
func (c configuration) lines() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n", c.Application)
	for _, key := range slices.Sorted(maps.Keys(c.Conf)) {
		fmt.Fprintf(&b, "%s=%s\n", key, strings.ReplaceAll(c.Conf[key], "\n", "\\n"))
	}
	return b.Bytes()
}
