// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func TestJoinJavaOptions(t *testing.T) {
	type result struct {
		Joined     string
		Overridden []string
	}
	for name, tc := range map[string]struct {
		first, second string
		want          result
	}{
		"different options are all kept, in order": {
			first: "-Dzone=a -Duser.timezone=UTC", second: "-Xss4m", want: result{Joined: "-Dzone=a -Duser.timezone=UTC -Xss4m"},
		},
		"nothing comes before": {second: " -Da=b ", want: result{Joined: "-Da=b"}},
		"nothing comes after":  {first: "-Da=b", want: result{Joined: "-Da=b"}},
		"the later value of a system property": {
			first: "-Dzone=a -Dother=c", second: "-Dzone=b", want: result{"-Dother=c -Dzone=b", []string{"-Dzone"}},
		},
		"what says the same is no difference": {first: "-Dzone=a -Xss4m", second: "-Dzone=a", want: result{Joined: "-Xss4m -Dzone=a"}},
		"a JVM starts with one garbage collector": {
			first: "-XX:+UseG1GC -XX:MaxGCPauseMillis=100", second: "-XX:+UseParallelGC",
			want: result{"-XX:MaxGCPauseMillis=100 -XX:+UseParallelGC", []string{"-XX:+UseG1GC"}},
		},
		"a switch that is turned off": {
			first: "-XX:+ExitOnOutOfMemoryError", second: "-XX:-ExitOnOutOfMemoryError",
			want: result{"-XX:-ExitOnOutOfMemoryError", []string{"-XX:+ExitOnOutOfMemoryError"}},
		},
		"an agent is loaded once": {
			first: "-javaagent:/jmx.jar=8090:/mine.yaml -javaagent:/other.jar", second: "-javaagent:/jmx.jar=8090:/ours.yaml",
			want: result{"-javaagent:/other.jar -javaagent:/jmx.jar=8090:/ours.yaml", []string{"-javaagent:/jmx.jar"}},
		},
		"options that add up, and their values": {
			first: "--add-opens java.base/java.nio=ALL-UNNAMED -Xlog:gc", second: "--add-opens java.base/java.nio=ALL-UNNAMED -Xlog:gc",
			want: result{Joined: "--add-opens java.base/java.nio=ALL-UNNAMED -Xlog:gc --add-opens java.base/java.nio=ALL-UNNAMED -Xlog:gc"},
		},
		"quotes stay as they are": {
			first: `-Dgreeting="a -Dzone=x" '-Dname=b c' -Dzone=y`, second: `-Dzone=z "-Dname=d\" e"`,
			want: result{`-Dgreeting="a -Dzone=x" -Dzone=z "-Dname=d\" e"`, []string{"-Dname", "-Dzone"}},
		},
		"lines of a block are options": {
			first: "-Da=1\n-Db=2\n", second: "-Da=3", want: result{"-Db=2 -Da=3", []string{"-Da"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got result
			got.Joined, got.Overridden = sparkconf.JoinJavaOptions(tc.first, tc.second)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever is written, the later options arrive as they are and last, and joining them again changes nothing.
func FuzzJoinJavaOptions(f *testing.F) {
	f.Add("-Da=b -XX:+UseG1GC", "-Da=c")
	f.Add(`-Da="b c`, `'-Dd`)
	f.Add("\u00a0-Da=1", "-Da=2\\")
	f.Fuzz(func(t *testing.T, first, second string) {
		joined, _ := sparkconf.JoinJavaOptions(first, second)
		if !strings.HasSuffix(joined, strings.TrimSpace(second)) {
			t.Errorf("%q and %q join as %q: the later ones are not last", first, second, joined)
		}
		if again, overridden := sparkconf.JoinJavaOptions(joined, ""); again != joined || overridden != nil {
			t.Errorf("%q becomes %q", joined, again)
		}
	})
}
