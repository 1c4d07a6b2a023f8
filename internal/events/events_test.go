// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package events

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTruncate(t *testing.T) {
	for name, tc := range map[string]struct{ note, want string }{
		"short notes stay":               {"driver is running", "driver is running"},
		"a note at the limit stays":      {strings.Repeat("a", 1024), strings.Repeat("a", 1024)},
		"a longer note is cut":           {strings.Repeat("a", 1025), strings.Repeat("a", 1021) + "..."},
		"a character is never cut apart": {strings.Repeat("é", 600), strings.Repeat("é", 510) + "..."},
	} {
		t.Run(name, func(t *testing.T) {
			got := Truncate(tc.note)
			if got != tc.want {
				t.Errorf("Truncate() has %d bytes, want %d", len(got), len(tc.want))
			}
			if !utf8.ValidString(got) || len(got) > maxNoteBytes {
				t.Errorf("Truncate() = %q is not a valid note", got)
			}
		})
	}
}

func TestConstructorsFormatTheirNote(t *testing.T) {
	if got := Normalf("SparkDriverRunning", Observe, "Driver %s is running", "pi-driver"); got.Note != "Driver pi-driver is running" || got.Type != "Normal" {
		t.Errorf("Normalf() = %+v", got)
	}
	if got := Warningf("SparkDriverFailed", Observe, "exit code %d", 1); got.Note != "exit code 1" || got.Type != "Warning" {
		t.Errorf("Warningf() = %+v", got)
	}
}
