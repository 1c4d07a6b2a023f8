// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"strings"
	"testing"
)

// How to use spark-submit is longer than what is kept of its output, and stands behind what was wrong.
func TestTheUsageTextHidesNoCause(t *testing.T) {
	text := &output{redact: func(line string) string { return line }}
	for _, part := range []string{
		"26/11/22 18:45:06 WARN NativeCodeLoader: Unable to load native-hadoop library\n", "Error: Unrecognized option: --no-such\n", "\n",
		"Usage: spark-submit [options] <app jar | python file | R file> [app arguments]\n", strings.Repeat("  --conf, -c PROP=VALUE       Arbitrary Spark property.\n", 200),
	} {
		if _, err := text.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	const want = "Error: Unrecognized option: --no-such (failed to run spark-submit: it exited with code 1)"
	if got := failure(1, text.String()).Error(); got != want {
		t.Errorf("error %q, want %q", got, want)
	}
}
