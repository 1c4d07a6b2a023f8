// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkimage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlace(t *testing.T) {
	cases := map[string]struct{ archive, want string }{
		"script":            {archive: "pyspark-4.0.1/deps/bin/spark-submit", want: "bin/spark-submit"},
		"jar":               {archive: "pyspark-4.0.1/deps/jars/a.jar", want: "jars/a.jar"},
		"Python archive":    {archive: "pyspark-4.0.1/lib/pyspark.zip", want: "python/lib/pyspark.zip"},
		"Python source":     {archive: "pyspark-4.0.1/pyspark/sql/types.py", want: "python/pyspark/sql/types.py"},
		"Windows script":    {archive: "pyspark-4.0.1/deps/bin/pyspark.cmd"},
		"packaging":         {archive: "pyspark-4.0.1/setup.py"},
		"outside of itself": {archive: "pyspark-4.0.1/deps/../../../etc/passwd"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Release{Version: "4.0.1"}.place(tc.archive)); diff != "" {
				t.Errorf("place (-want +got):\n%s", diff)
			}
		})
	}
}
