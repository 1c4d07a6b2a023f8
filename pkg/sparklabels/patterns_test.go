// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels_test

import (
	"testing"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func TestPatternsOfLabels(t *testing.T) {
	patterns := []string{"team", "argocd.argoproj.io/*", "app.kubernetes.io/instance"}
	for label, want := range map[string]bool{
		"team": true, "teams": false, "my/team": false, "argocd.argoproj.io/instance": true, "argocd.argoproj.io": false,
		"app.kubernetes.io/instance": true, "app.kubernetes.io/name": false, "": false,
	} {
		if got := sparklabels.MatchesAny(label, patterns); got != want {
			t.Errorf("%q matches: %t, want %t", label, got, want)
		}
	}
	for text, valid := range map[string]bool{
		"team": true, "a.b/c-d_e": true, "a/*": true, "a*": true, "*": false, "": false, "a*b": false, "**": false, "a b": false, "/a": false,
	} {
		if got := sparklabels.CheckPattern(text) == nil; got != valid {
			t.Errorf("%q is a pattern: %t, want %t", text, got, valid)
		}
	}
}
