// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/internal/testing/golden"
)

// result is all that a caller sees of a run.
type result struct {
	Code   int
	Stdout string
	Stderr string
}

func execute(stdin string, args ...string) result {
	var stdout, stderr bytes.Buffer
	code := run(args, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

func TestGoldenOutput(t *testing.T) {
	const mask = "values that look like secrets are masked: the output is to be read, not applied\n"
	const nightly = "warning: default/nightly: it is a schedule: the application of a run is named nightly-<time>-<digest>, here nightly; the time that it is given is when it is due, here 1970-01-01T00:00:00Z\n" +
		"warning: default/nightly: Spark 9.9 is not known to this operator; it is treated as "
	cases := map[string]struct {
		golden string
		args   []string
		stderr string
	}{
		"all objects of an application": {
			golden: "spark-pi.objects.yaml", args: []string{"-f", "testdata/spark-pi.input.yaml"},
		},
		"another attempt has other ids": {
			golden: "spark-pi.attempt-2.yaml", args: []string{"-f", "testdata/spark-pi.input.yaml", "--attempt", "2", "--objects", "driver"},
		},
		"another UID has other ids": {
			golden: "spark-pi.uid.json",
			args: []string{"-f", "testdata/spark-pi.input.yaml", "--uid", "11111111-2222-3333-4444-555555555555",
				"--objects", "service,config", "--output", "json"},
		},
		"only newer versions of Spark have a network policy": {
			golden: "newest.policy.yaml", args: []string{"-f", "testdata/newest.input.yaml", "-f", "testdata/spark-pi.input.yaml", "--objects", "policy"},
		},
		"secrets are masked in objects": {
			golden: "secrets.objects.yaml", args: []string{"-f", "testdata/secrets.input.yaml"}, stderr: "warning: analytics/billing: " + mask,
		},
		"how metrics are exposed": {
			golden: "secrets.monitoring.yaml", args: []string{"-f", "testdata/secrets.input.yaml", "--objects", "monitoring"},
			stderr: "warning: analytics/billing: " + mask,
		},
		"how ports are reached, and what a drain waits for": {
			golden: "exposed.ui.yaml", args: []string{"-f", "testdata/exposed.input.yaml", "--objects", "ui,budget", "--config", "testdata/exposed.config.yaml"},
			stderr: "warning: etl/nightly-report: " + mask,
		},
		"secrets are masked in the configuration": {
			golden: "secrets.conf.txt", args: []string{"-f", "testdata/secrets.input.yaml", "--conf"}, stderr: "warning: analytics/billing: " + mask,
		},
		"secrets are masked in what spark-submit is given": {
			golden: "secrets.spark-submit.yaml", args: []string{"-f", "testdata/secrets.input.yaml", "--mode", "spark-submit"},
			stderr: "warning: analytics/billing: " + mask,
		},
		"what spark-submit is given of an application that native submission cannot express": {
			golden: "upload.spark-submit.yaml", args: []string{"-f", "testdata/upload.input.yaml", "--config", "testdata/uploads.config.yaml"},
			stderr: "warning: default/upload: Submitting by spark-submit: native submission does not support spec.mainApplicationFile /uploads/app.jar: ",
		},
		"what stands beside applications is left out": {
			golden: "beside.requests.yaml", args: []string{"-f", "testdata/beside.input.yaml", "--requests"},
			stderr: "note: testdata/beside.input.yaml, document 1: ServiceAccount spark is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"note: testdata/beside.input.yaml, document 2: Secret keys is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"note: testdata/beside.input.yaml, document 3, items[0]: ConfigMap 7 is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"note: testdata/beside.input.yaml, document 5: SparkConnect server is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"warning: default/third: it is a schedule: ",
		},
		"what comes to nothing": {
			golden: "nothing.conf.txt", args: []string{"-f", "testdata/nothing.input.yaml", "--conf"},
			stderr: "warning: default/nothing: spec.failureRetries: has no effect; use restartPolicy\n" +
				"warning: default/nothing: spec.sparkConf[spark.kubernetes.file.upload.path]: has no effect: no file of this application is uploaded; remove it\n" +
				"warning: default/nothing: spec.sparkConf[spark.executor.extraJavaOptions]: is used without -XX:+UseG1GC, which executor.javaOptions or monitoring sets otherwise\n",
		},
		"what several applications ask for": {
			golden: "several.requests.yaml", args: []string{"-f", "testdata/several.input.yaml", "--requests"}, stderr: nightly,
		},
		"the configuration of several applications": {
			golden: "several.conf.json", args: []string{"-f", "testdata/several.input.yaml", "--conf", "--output", "json"}, stderr: nightly,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := execute("", append([]string{"render"}, tc.args...)...)
			if got.Code != exitFine || !strings.HasPrefix(got.Stderr, tc.stderr) || (tc.stderr == "" && got.Stderr != "") {
				t.Fatalf("got exit code %d and errors\n%s", got.Code, got.Stderr)
			}
			if strings.Contains(got.Stdout+got.Stderr, "HIDE") {
				t.Error("a secret is shown")
			}
			golden.Check(t, "testdata/"+tc.golden, got.Stdout)
		})
	}
}

const valid = `apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.0.1
  image: spark:4.0.1
  mainClass: org.example.Pi
  mainApplicationFile: local:///opt/pi.jar
  driver: {memory: 1g}
  executor: {memory: 1g}
`

func TestBadManifests(t *testing.T) {
	const in = "error: standard input: "
	replace := func(old, new string) string { return strings.Replace(valid, old, new, 1) }
	cases := map[string]struct{ manifest, want string }{
		"an empty file":        {"# nothing\n", in + "it is empty; write a SparkApplication into it\n"},
		"text that is no YAML": {"a: b: c\n", in + "yaml: mapping values are not allowed in this context\n"},
		"a misspelled field": {
			replace("memory: 1g", "memroy: 1g"), in + "spec.driver.memroy: the field is not known; correct or remove it\n",
		},
		"a field in the wrong case": {
			replace("mainClass", "mainclass"), in + "spec.mainclass: the field is not known; correct or remove it\n",
		},
		"a key that is there twice": {
			replace("  type: Scala", "  type: Scala\n  type: Java"),
			in + "yaml: unmarshal errors:\n  line 6: key \"type\" already set in map\n",
		},
		"a number where a string is wanted": {
			replace("memory: 1g", "memory: 512"), in + "spec.driver.memory: a number: put it in quotes\n",
		},
		"a number in a map of strings": {
			valid + "  sparkConf: {spark.ui.port: 4040}\n", in + "spec.sparkConf[spark.ui.port]: a number: put it in quotes\n",
		},
		"a secret of a wrong type is not shown": {
			valid + "  sparkConf: {spark.db.password: 1234}\n",
			in + "spec.sparkConf[spark.db.password]: a number: put it in quotes\n",
		},
		"a string where a number is wanted": {
			replace("memory: 1g", "cores: two"), in + "spec.driver.cores: \"two\": write a whole number from -2147483648 to 2147483647\n",
		},
		"a quantity that is none": {
			replace("memory: 1g", "sidecars: [{name: a, resources: {requests: {cpu: 1e1.5}}}]"),
			in + "spec.driver.sidecars[0].resources.requests[cpu]: \"1e1.5\": it is not a quantity; write a quantity such as 2, 500m or 4Gi\n",
		},
		"a quantity that takes an hour to decode": {
			replace("memory: 1g", "sidecars: [{name: a, resources: {requests: {cpu: \"1e-1000000000\"}}}]"),
			in + "spec.driver.sidecars[0].resources.requests[cpu]: \"1e-1000000000\": its exponent has more than 2 digits; write a quantity such as 2, 500m or 4Gi\n",
		},
		"a text where a list is wanted": {
			replace("memory: 1g", "template: {spec: {containers: none}}"), in + "spec.driver.template.spec.containers: \"none\": write a list\n",
		},
		"another kind": {
			"apiVersion: v1\nkind: Pod\n", "note: standard input: Pod is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"error: -f -: there is nothing to render; write a SparkApplication or ScheduledSparkApplication into it\n",
		},
		"a misspelled kind": {
			replace("kind: Spark", "kind: Sprak"), in + "kind: \"SprakApplication\": it cannot be rendered; give a SparkApplication or ScheduledSparkApplication\n",
		},
		"a list with a mistake": {
			"apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}\n- {kind: Service}\n- null\n",
			"note: standard input, items[0]: Pod is left out: only SparkApplications and ScheduledSparkApplications are rendered\n" +
				"error: standard input, items[1]: kind: \"Service\": it cannot be rendered; give a SparkApplication or ScheduledSparkApplication\n" +
				"error: standard input, items[2]: it is no object; write one, with apiVersion and kind, or several with --- between them\n",
		},
		"another version": {
			replace("v1beta2", "v1beta1"), in + "apiVersion: \"sparkoperator.k8s.io/v1beta1\": it is not known; use sparkoperator.k8s.io/v1beta2\n",
		},
		"a name that is none": {
			replace("name: pi", "name: Pi_1"),
			in + "metadata.name: \"Pi_1\": use at most 63 lower-case letters, digits and '-', a letter first and a letter or digit last\n",
		},
		"an unknown type": {replace("Scala", "Ruby"), in + "spec.type: \"Ruby\": use Java, Scala, Python or R\n"},
		"all that the plan refuses is reported, line by line": {
			replace("  type: Scala", "  type: Scala\n  mode: client") + "  sparkConf: {spark.master: local}\n",
			in + "spec.mode: \"client\": it would run the driver inside the operator; set it to cluster\n" +
				in + "spec.sparkConf[spark.master]: \"local\": sparkConf key \"spark.master\" is not allowed: " +
				"the operator runs applications on its own cluster only; remove it\n",
		},
		"a mode that is none": {
			replace("{name: pi}", "{name: pi, annotations: {sparkoperator.k8s.io/submission-mode: Quick}}"),
			in + "metadata.annotations[sparkoperator.k8s.io/submission-mode]: \"Quick\": " +
				"it is no submission mode; use Auto, Native or SparkSubmit, or remove it\n",
		},
		"in a file of several documents the one is named": {
			valid + "---\nkind: Service\n---\n" + replace("Scala", "Ruby"),
			"error: standard input, document 2: kind: \"Service\": it cannot be rendered; give a SparkApplication or ScheduledSparkApplication\n" +
				"error: standard input, document 3: spec.type: \"Ruby\": use Java, Scala, Python or R\n",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(result{exitInvalid, "", tc.want}, execute(tc.manifest, "render", "-f", "-")); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestObjectsOfWhatOnlySparkSubmitCanDo(t *testing.T) {
	want := result{exitInvalid, "", "error: testdata/upload.input.yaml: native submission does not support spec.mainApplicationFile /uploads/app.jar: " +
		"a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL\n"}
	for name, args := range map[string][]string{
		"where the mode is named":     {"--mode", "native"},
		"where objects are asked for": {"--objects", "driver"},
	} {
		t.Run(name, func(t *testing.T) {
			got := execute("", append([]string{"render", "-f", "testdata/upload.input.yaml"}, args...)...)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	usage := func(text string) result { return result{exitUsage, "", "error: " + text + "\n"} }
	cases := map[string]struct {
		args []string
		want result
	}{
		"the version":              {[]string{"version"}, result{exitFine, "spark-operator dev\n", ""}},
		"the version of something": {[]string{"version", "x"}, usage(`version takes no arguments, not "x"`)},
		"no command":               {nil, usage("no command is given; use render, check, convert-values or version")},
		"an unknown command":       {[]string{"apply"}, usage(`command "apply" is not known; use render, check, convert-values or version`)},
		"help":                     {[]string{"--help"}, result{exitFine, usageText, ""}},
		"no file":                  {[]string{"render"}, usage("no file is given; name one by -f, or - for standard input")},
		"a file without a flag":    {[]string{"render", "app.yaml"}, usage(`argument "app.yaml" is not expected; name files by -f`)},
		"an unknown flag":          {[]string{"render", "--x"}, usage("flag provided but not defined: -x")},
		"attempt 0":                {[]string{"render", "-f", "-", "--attempt", "0"}, usage("--attempt 0: attempts count from 1")},
		"an unknown format":        {[]string{"render", "-f", "-", "--output", "xml"}, usage(`--output "xml": use yaml or json`)},
		"two views":                {[]string{"render", "-f", "-", "--requests", "--conf"}, usage("--requests and --conf exclude one another; give one of them")},
		"objects of another view": {
			[]string{"render", "-f", "-", "--conf", "--objects", "driver"},
			usage("--objects chooses among the objects, which --requests and --conf do not print; leave it out"),
		},
		"an unknown mode": {[]string{"render", "-f", "-", "--mode", "x"}, usage(`--mode "x": use auto, native or spark-submit`)},
		"a mode of the configuration": {
			[]string{"render", "-f", "-", "--conf", "--mode", "native"},
			usage("--requests and --conf print the same in every mode; leave --mode out"),
		},
		"what the operator has no uploads for": {
			[]string{"render", "-f", "testdata/upload.input.yaml"},
			result{exitInvalid, "", "error: testdata/upload.input.yaml: Submitting by spark-submit: native submission does not support spec.mainApplicationFile " +
				"/uploads/app.jar: a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL\n" +
				"error: testdata/upload.input.yaml: spec.mainApplicationFile: \"/uploads/app.jar\": it is a file of the operator's container, which " +
				"applications may not have; put it into the image and name it local:///..., or use a URL\n"},
		},
		"what native submission cannot express": {
			[]string{"render", "-f", "testdata/upload.input.yaml", "--mode", "native"},
			result{exitInvalid, "", "error: testdata/upload.input.yaml: native submission does not support spec.mainApplicationFile " +
				"/uploads/app.jar: a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL\n"},
		},
		"objects of spark-submit": {
			[]string{"render", "-f", "-", "--mode", "spark-submit", "--objects", "driver"},
			usage("--objects chooses among the objects, of which spark-submit is given none; leave it out"),
		},
		"unknown objects": {
			[]string{"render", "-f", "-", "--objects", "driver,secret"},
			usage(`--objects "secret": use some of monitoring,ui,budget,gang,config,template,claims,service,policy,driver,executor`),
		},
		"a file that is not there": {
			[]string{"render", "-f", "testdata/missing.yaml"},
			result{exitInvalid, "", "error: read manifest: open testdata/missing.yaml: no such file or directory\n"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, execute("", tc.args...)); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHelpOfRenderNamesEveryFlag(t *testing.T) {
	got := execute("", "render", "-h")
	if got.Code != exitFine || got.Stderr != "" {
		t.Fatalf("got exit code %d and errors\n%s", got.Code, got.Stderr)
	}
	for _, name := range []string{"-f file", "-namespace", "-uid", "-attempt", "-output", "-objects", "-requests", "-conf", "-mode"} {
		if !strings.Contains(got.Stdout, name) {
			t.Errorf("help does not mention %s:\n%s", name, got.Stdout)
		}
	}
}

// What is printed as JSON must be readable by programs: documents one after another.
func TestJSONIsAStreamOfObjects(t *testing.T) {
	got := execute(valid, "render", "-f", "-", "--output", "json", "--namespace", "analytics")
	var kinds []string
	for decoder := json.NewDecoder(strings.NewReader(got.Stdout)); ; {
		var object struct {
			APIVersion, Kind string
			Metadata         struct{ Namespace string }
		}
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, object.Metadata.Namespace+" "+object.APIVersion+" "+object.Kind)
	}
	want := []string{"analytics v1 Service", "analytics v1 ConfigMap", "analytics v1 ConfigMap", "analytics v1 Service", "analytics v1 Pod", "analytics v1 Pod"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}
