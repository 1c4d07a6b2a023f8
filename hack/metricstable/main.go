// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command metricstable writes the tables of docs/metrics.md from what the code registers its metrics by.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alauda/spark-operator/hack/page"
	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/internal/metrics"
)

func main() {
	const file = "docs/metrics.md"
	webhook := []metrics.Metric{{Name: certs.ExpiryMetric, Type: metrics.Gauge, Help: certs.ExpiryHelp}}
	err := errors.Join(
		page.Replace(file, "hack/metricstable", table(metrics.Table())),
		page.Replace(file, "hack/metricstable for the webhook", table(webhook)),
	)
	if err != nil {
		fmt.Fprintln(os.Stderr, "metricstable:", err)
		os.Exit(1)
	}
}

func table(of []metrics.Metric) []byte {
	var b bytes.Buffer
	b.WriteString("\n| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n")
	for _, m := range of {
		var labels []string
		if m.Configured {
			labels = append(labels, "configured")
		}
		for _, label := range m.Labels {
			labels = append(labels, "`"+label+"`")
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, strings.Join(labels, ", "), m.Help)
	}
	b.WriteString("\n")
	return b.Bytes()
}
