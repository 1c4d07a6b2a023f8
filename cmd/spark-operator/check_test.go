// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const clientMode = "  mode: client\n"

func TestCheck(t *testing.T) {
	refused := strings.Replace(valid, "spec:\n", "spec:\n"+clientMode, 1)
	differs := strings.Replace(valid, "spec:\n", "spec:\n  restartPolicy: {type: Always}\n", 1)
	ignored := strings.Replace(valid, "spec:\n", "spec:\n  failureRetries: 3\n  colour: red\n", 1)
	other := "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\n"
	for name, tc := range map[string]struct {
		stdin  string
		args   []string
		code   int
		stdout []string
		stderr string
	}{
		"the same":                          {stdin: valid, stdout: []string{"objects: 1; refused: 0, differ: 0, have fields that are ignored: 0, the same: 1\n"}},
		"objects of others are passed over": {stdin: other + "---\n" + valid, stdout: []string{"objects: 1; ", "the same: 1\n"}},
		"refused": {
			stdin: valid + "---\n" + refused, code: exitInvalid, stderr: "error: 1 of 2 objects: refused\n",
			stdout: []string{"SparkApplication pi (standard input, document 2)\n  refused  spec.mode: \"client\": it would run", "objects: 2; refused: 1, differ: 0, have fields that are ignored: 0, the same: 1\n"},
		},
		"refused, and no failure": {stdin: refused, args: []string{"--fail-on", "never"}, stdout: []string{"refused: 1"}},
		"different":               {stdin: differs, stdout: []string{"  differs  spec.restartPolicy.type: ", "objects: 1; refused: 0, differ: 1, "}},
		"different, and a failure": {
			stdin: differs, args: []string{"--fail-on", "differs"}, code: exitInvalid, stderr: "error: 1 of 1 objects: refused or differs\n", stdout: []string{"differ: 1"},
		},
		"ignored": {stdin: ignored, stdout: []string{"  ignored  spec.colour: the field is not known", "  ignored  spec.failureRetries: has no effect", "have fields that are ignored: 1, "}},
		"a list, as kubectl prints it": {
			stdin: "apiVersion: v1\nkind: List\nitems:\n- " + strings.ReplaceAll(strings.TrimSpace(refused), "\n", "\n  ") + "\n- " + strings.ReplaceAll(strings.TrimSpace(valid), "\n", "\n  ") + "\n",
			code:  exitInvalid, stderr: "error: 1 of 2 objects: refused\n", stdout: []string{"(standard input, items[0])", "objects: 2; "},
		},
		"a version that is not known": {
			stdin: strings.Replace(valid, "v1beta2", "v1beta1", 1), code: exitInvalid, stderr: "error: 1 of 1 objects: refused\n", stdout: []string{"  refused  apiVersion: \"sparkoperator.k8s.io/v1beta1\""},
		},
		"a value of another type": {
			stdin: strings.Replace(valid, "sparkVersion: 4.0.1", "sparkVersion: 4.0", 1), code: exitInvalid, stderr: "error: 1 of 1 objects: refused\n", stdout: []string{"  refused  spec.sparkVersion: "},
		},
		"a broken document hides nothing": {stdin: "a: [\n---\n" + valid, code: exitInvalid, stderr: "error: standard input, document 1: ", stdout: []string{"objects: 1; "}},
	} {
		t.Run(name, func(t *testing.T) {
			got := execute(tc.stdin, append([]string{"check", "-f", "-"}, tc.args...)...)
			if got.Code != tc.code || !strings.HasPrefix(got.Stderr, tc.stderr) || tc.stderr == "" && got.Stderr != "" {
				t.Errorf("got exit code %d and errors %q, want %d and %q", got.Code, got.Stderr, tc.code, tc.stderr)
			}
			for _, part := range tc.stdout {
				if !strings.Contains(got.Stdout, part) {
					t.Errorf("output lacks %q:\n%s", part, got.Stdout)
				}
			}
		})
	}
}

func TestCheckAsJSON(t *testing.T) {
	got := execute(strings.Replace(valid, "spec:\n", "spec:\n"+clientMode, 1)+"---\n"+valid, "check", "-f", "-", "--output", "json")
	var r report
	if err := json.Unmarshal([]byte(got.Stdout), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Objects) != 1 || len(r.Objects[0].Findings) != 1 {
		t.Fatalf("report %+v", r)
	}
	r.Objects[0].Findings = nil
	want := report{
		Objects: []checked{{Kind: "SparkApplication", Name: "pi", Place: "standard input, document 1"}},
		Summary: summary{Objects: 2, Refused: 1, Same: 1},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	if got := execute("", "check", "-f", "-", "--output", "json"); !strings.Contains(got.Stdout, `"objects": []`) {
		t.Errorf("without objects: %s", got.Stdout)
	}
}

func TestCheckRefusesBadCommandLines(t *testing.T) {
	for name, args := range map[string][]string{
		"neither files nor a cluster": {}, "both": {"-f", "x", "--cluster"}, "a kubeconfig without a cluster": {"-f", "x", "--kubeconfig", "y"},
		"a namespace without a cluster": {"-f", "x", "--namespace", "y"}, "a format": {"-f", "x", "--output", "yaml"}, "an effect": {"-f", "x", "--fail-on", "all"},
		"an argument": {"-f", "x", "y"}, "a flag": {"--files", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := execute("", append([]string{"check"}, args...)...); got.Code != exitUsage || got.Stdout != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// fakeCluster answers lists page by page, and refuses everything else.
func fakeCluster(t *testing.T) (kubeconfig string, requests *[]string) {
	t.Helper()
	requests = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*requests = append(*requests, r.Method+" "+r.URL.String())
		w.Header().Set("Content-Type", "application/json")
		item := func(name, mode string) string {
			return fmt.Sprintf(`{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","metadata":{"name":%q,"namespace":"team"},"spec":{"type":"Scala","mode":%q,
				"sparkVersion":"4.0.1","image":"spark:4.0.1","mainClass":"A","mainApplicationFile":"local:///a.jar","driver":{"cores":1,"memory":"512m"},"executor":{"instances":1,"cores":1,"memory":"512m"}}}`, name, mode)
		}
		page := func(next, items string) {
			fmt.Fprintf(w, `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplicationList","metadata":{"continue":%q},"items":[%s]}`, next, items)
		}
		switch {
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/sparkapplications") && r.URL.Query().Get("continue") == "":
			page("more", item("first", "cluster"))
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/sparkapplications"):
			page("", item("second", "client"))
		default: // a cluster without the other kinds
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`)
		}
	}))
	t.Cleanup(server.Close)
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	content := fmt.Sprintf("apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: %q}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n", server.URL)
	if err := os.WriteFile(kubeconfig, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return kubeconfig, requests
}

func TestCheckOfACluster(t *testing.T) {
	kubeconfig, requests := fakeCluster(t)
	got := execute("", "check", "--cluster", "--kubeconfig", kubeconfig)
	if got.Code != exitInvalid || !strings.Contains(got.Stdout, "SparkApplication team/second (cluster)\n  refused  spec.mode") || !strings.Contains(got.Stdout, "objects: 2; refused: 1") {
		t.Errorf("got %+v", got)
	}
	const lists = "GET /apis/sparkoperator.k8s.io/v1beta2"
	want := []string{
		lists + "/sparkapplications?limit=500", lists + "/sparkapplications?continue=more&limit=500",
		lists + "/scheduledsparkapplications?limit=500", "GET /apis/sparkoperator.k8s.io/v1alpha1/sparkconnects?limit=500",
	}
	if diff := cmp.Diff(want, *requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	*requests = nil
	execute("", "check", "--cluster", "--kubeconfig", kubeconfig, "--namespace", "team")
	if len(*requests) == 0 || !strings.Contains((*requests)[0], "/namespaces/team/sparkapplications") {
		t.Errorf("requests %q are not limited to the namespace", *requests)
	}
	if got := execute("", "check", "--cluster", "--kubeconfig", kubeconfig+"-gone"); got.Code != exitInvalid || !strings.Contains(got.Stderr, "find the cluster") {
		t.Errorf("without a kubeconfig: %+v", got)
	}
}

// manyObjects is a list of applications as kubectl prints it.
func manyObjects(n int) string {
	var b strings.Builder
	b.WriteString(`{"apiVersion":"v1","kind":"List","items":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","metadata":{"name":"app-%d","namespace":"team"},"spec":{"type":"Scala","mode":"cluster",
			"sparkVersion":"4.0.1","image":"spark:4.0.1","mainClass":"A","mainApplicationFile":"local:///a.jar","restartPolicy":{"type":"Always"},
			"sparkConf":{"spark.eventLog.enabled":"true","spark.sql.shuffle.partitions":"200"},
			"driver":{"cores":1,"memory":"512m","serviceAccount":"spark"},"executor":{"instances":1,"cores":1,"memory":"512m"}}}`, i)
	}
	b.WriteString("]}")
	return b.String()
}

// The cost of a check grows with the number of objects, and not faster.
func TestCheckGrowsWithItsObjects(t *testing.T) {
	cost := func(n int) float64 {
		input := manyObjects(n)
		return testing.AllocsPerRun(1, func() {
			if got := execute(input, "check", "-f", "-"); got.Code != exitFine {
				t.Fatal(got.Stderr)
			}
		})
	}
	few, many := cost(50), cost(400)
	if many > 8*few*1.1 {
		t.Errorf("50 objects take %.0f allocations and 400 take %.0f, more than eight times as many", few, many)
	}
	if each := many / 400; each > 3000 {
		t.Errorf("an object takes %.0f allocations", each)
	}
}

func BenchmarkCheck(b *testing.B) {
	const objects = 1000
	input := manyObjects(objects)
	for b.Loop() {
		if got := execute(input, "check", "-f", "-"); got.Code != exitFine {
			b.Fatal(got.Stderr)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/objects, "µs/object")
}
