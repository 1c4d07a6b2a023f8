// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func TestConfKeepsOrderAndLastValue(t *testing.T) {
	conf := sparkconf.New(sparkconf.Property{Key: "b", Value: "1"}, sparkconf.Property{Key: "a", Value: "2"})
	conf.Set("b", "3")
	conf.SetIfMissing("a", "4")
	conf.SetAll("p.", map[string]string{"y": "1", "x": "2"})
	conf.Delete("a")
	copied := conf.Clone()
	copied.Set("late", "1")

	var got []string
	for key, value := range conf.All() {
		got = append(got, key+"="+value)
	}
	if diff := cmp.Diff([]string{"b=3", "p.x=2", "p.y=1"}, got); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"x": "2", "y": "1"}, conf.MapWithPrefix("p.")); diff != "" {
		t.Errorf("properties below a prefix (-want +got):\n%s", diff)
	}
}

func TestTypedGettersNameTheKey(t *testing.T) {
	conf := sparkconf.New(sparkconf.Property{Key: sparkconf.DriverMemory, Value: "1.5g"})
	_, err := conf.MiB(1, sparkconf.DriverMemory)
	want := `spark.driver.memory: "1.5g" is no size: want a whole number and one of b, k, m, g, t, p, as in 512m`
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if got, err := conf.MiB(7, "unset"); got != 7 || err != nil {
		t.Errorf("fallback = %d, %v, want 7", got, err)
	}
}

func TestParseMiB(t *testing.T) {
	cases := map[string]struct {
		in   string
		want int64
		fail bool
	}{
		"no unit is mebibytes":                {in: "512", want: 512},
		"gibibytes":                           {in: "2g", want: 2048},
		"upper case with a blank":             {in: " 2GB ", want: 2048},
		"kibibytes are rounded down":          {in: "2047k", want: 1},
		"negative":                            {in: "-1g", want: -1024},
		"fractions are refused":               {in: "1.5g", fail: true},
		"units of Kubernetes are refused":     {in: "1Gi", fail: true},
		"more than fits is refused":           {in: "9223372036854775807p", fail: true},
		"nothing is refused":                  {in: "", fail: true},
		"a unit alone is refused":             {in: "g", fail: true},
		"more digits than a long are refused": {in: "99999999999999999999", fail: true},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := sparkconf.ParseMiB(tc.in)
			if (err != nil) != tc.fail || got != tc.want {
				t.Errorf("ParseMiB(%q) = %d, %v, want %d, error %v", tc.in, got, err, tc.want, tc.fail)
			}
		})
	}
}

func TestBinaryUnits(t *testing.T) {
	conf := sparkconf.New(sparkconf.Property{Key: "k", Value: "2Gi"})
	if got, err := conf.WithBinaryUnits().Clone().MiB(0, "k"); err != nil || got != 2048 {
		t.Errorf("MiB = %d, %v, want 2048", got, err)
	}
	if got, err := conf.Bytes(0, "k"); err == nil {
		t.Errorf("Bytes = %d, want an error: binary units were not asked for", got)
	}
}

func TestParseMemoryLimit(t *testing.T) {
	for in, want := range map[string]string{"1g": "1Gi", "512M": "512Mi", "2Gi": "2Gi", "1024": "1Ki", "1.5Gi": "1536Mi"} {
		got, err := sparkconf.ParseMemoryLimit(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseMemoryLimit(%q) = %s, %v, want %s", in, got.String(), err, want)
		}
	}
	if _, err := sparkconf.ParseMemoryLimit("a lot"); err == nil {
		t.Error("ParseMemoryLimit accepts words")
	}
}

func TestParseSeconds(t *testing.T) {
	for in, want := range map[string]int64{
		"5": 5, "2min": 120, "1d": 86400, "-3ms": 0, "-3000ms": -3, "1500000us": 1, "106751991167301d": math.MaxInt64, "-106751991167301d": math.MinInt64, " 7s ": 7,
	} {
		got, err := sparkconf.ParseSeconds(in)
		if err != nil || got != want {
			t.Errorf("ParseSeconds(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "-", "- 1", "1.5s", "1w", "s", "9223372036854775808"} {
		if got, err := sparkconf.ParseSeconds(in); err == nil {
			t.Errorf("ParseSeconds(%q) = %d, want an error", in, got)
		}
	}
}

func TestParseFloatReadsLikeJava(t *testing.T) {
	for in, want := range map[string]float64{"0.1": 0.1, " 1 ": 1, "2d": 2, "3.f": 3, ".5": 0.5, "1e-2": 0.01, "-7.": -7} {
		got, err := sparkconf.ParseFloat(in)
		if err != nil || got != want {
			t.Errorf("ParseFloat(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "d", "1_000", "1,5", "NaN", "Infinity", "1ff"} {
		if got, err := sparkconf.ParseFloat(in); err == nil {
			t.Errorf("ParseFloat(%q) = %v, want an error", in, got)
		}
	}
}

func TestFormatFloatPrintsLikeJava(t *testing.T) {
	for want, f := range map[string]float64{"0.1": 0.1, "1.0": 1, "0.0": 0, "1.0E7": 1e7, "1.0E-4": 1e-4, "1.25E-4": 1.25e-4, "0.001": 0.001, "-12.5": -12.5} {
		if got := sparkconf.FormatFloat(f); got != want {
			t.Errorf("FormatFloat(%v) = %s, want %s", f, got, want)
		}
	}
}

func TestRedactedMasksSecretsByKeyAndValue(t *testing.T) {
	conf := sparkconf.New(
		sparkconf.Property{Key: "spark.hadoop.fs.s3a.access.key", Value: "AKIA"},
		sparkconf.Property{Key: "spark.x", Value: "the Password"},
		sparkconf.Property{Key: "spark.pin", Value: "1234"},
		sparkconf.Property{Key: "spark.y", Value: "plain"},
		sparkconf.Property{Key: sparkconf.RedactionRegex, Value: "pin$"},
	)
	want := []sparkconf.Property{
		{Key: "spark.hadoop.fs.s3a.access.key", Value: sparkconf.Redacted},
		{Key: "spark.x", Value: sparkconf.Redacted},
		{Key: "spark.pin", Value: sparkconf.Redacted},
		{Key: "spark.y", Value: "plain"},
		{Key: sparkconf.RedactionRegex, Value: "pin$"},
	}
	if diff := cmp.Diff(want, conf.Redacted()); diff != "" {
		t.Errorf("redacted (-want +got):\n%s", diff)
	}
}

func TestPropertiesEscapesLikeJava(t *testing.T) {
	conf := sparkconf.New(
		sparkconf.Property{Key: "spark.b c", Value: " two  words"},
		sparkconf.Property{Key: "spark.a", Value: "k8s://x=y#z!\\\n\té"},
	)
	want := "#made\n" + `spark.a=k8s\://x\=y\#z\!\\\n\té` + "\n" + `spark.b\ c=\ two  words` + "\n"
	if diff := cmp.Diff(want, conf.Properties("made")); diff != "" {
		t.Errorf("properties (-want +got):\n%s", diff)
	}
}

func TestCheckUserProperty(t *testing.T) {
	const whySteps = "the basic steps name and label the pods, and the template's step brings the driver what its executors are made " +
		"from; do not exclude them"
	cases := map[string]struct{ key, value, want string }{
		"an image":                       {sparkconf.ContainerImage, "x", "use spec.image"},
		"the service account":            {sparkconf.DriverServiceAccount, "admin", "use spec.driver.serviceAccount or spec.executor.serviceAccount"},
		"another namespace":              {sparkconf.Namespace, "kube-system", `it must be the application's namespace "default"; remove it`},
		"the operator's own credentials": {"spark.kubernetes.authenticate.submission.oauthTokenFile", "/x", "it replaces the operator's own credentials; remove it"},
		"client mode":                    {sparkconf.DeployMode, "client", `deploy mode "client" would run the driver inside the operator; remove it`},
		"a driver without its basics": {
			sparkconf.DriverExcludedSteps, "a.B, org.apache.spark.deploy.k8s.features.BasicDriverFeatureStep", whySteps,
		},
		"a driver without the template of its executors": {
			sparkconf.DriverExcludedSteps, "org.apache.spark.deploy.k8s.features.PodTemplateConfigMapStep", whySteps,
		},
		"executors without their basics": {
			sparkconf.ExecutorExcludedSteps, "org.apache.spark.deploy.k8s.features.BasicExecutorFeatureStep", whySteps,
		},
		"steps that another property names": {
			sparkconf.ExecutorExcludedSteps, "${spark.mine}", "which steps are excluded must be seen; name them instead of a reference",
		},
		"a driver without network policy": {sparkconf.DriverExcludedSteps, "org.apache.spark.deploy.k8s.features.NetworkPolicyFeatureStep", ""},
		"its own namespace":               {sparkconf.Namespace, "default", ""},
		"cluster mode":                    {sparkconf.DeployMode, "cluster", ""},
		"credentials in the driver pod":   {"spark.kubernetes.authenticate.driver.mounted.caCertFile", "/x", ""},
		"an ordinary property":            {"spark.eventLog.enabled", "true", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := sparkconf.CheckUserProperty("default", tc.key, tc.value)
			got := ""
			if denied, ok := errors.AsType[*sparkconf.DeniedError](err); ok {
				got = denied.Why
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("reason (-want +got):\n%s", diff)
			}
			if err != nil && !strings.Contains(err.Error(), "is not allowed: ") {
				t.Errorf("error %q lacks the words that clients look for", err)
			}
		})
	}
}

// What is written is read back the same, whatever it is made of.
func FuzzPropertiesRoundTrip(f *testing.F) {
	f.Add("spark.key", "value")
	f.Add("a = b", "  c:\\d\n#")
	f.Add("\u00e9\t", "\\u0041")
	f.Fuzz(func(t *testing.T, key, value string) {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return
		}
		text := sparkconf.New(sparkconf.Property{Key: key, Value: value}).Properties("c")
		got := map[string]string{}
		maps.Insert(got, sparkconf.ParseProperties(text).All())
		if diff := cmp.Diff(map[string]string{key: value}, got); diff != "" {
			t.Errorf("properties of %q (-want +got):\n%s", text, diff)
		}
	})
}

// A size in mebibytes is the same size in bytes, rounded down, and nothing makes the parsers panic.
func FuzzParseUnits(f *testing.F) {
	for _, seed := range []string{"1g", "512", "-1m", "10p", "7kb", "1.5g", "", "9223372036854775807p", "30s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = sparkconf.ParseSeconds(s)
		_, _ = sparkconf.ParseFloat(s)
		_, _ = sparkconf.ParseMemoryLimit(s)
		_, _ = sparkconf.ParseCPU(s)
		_, _ = sparkconf.ParseBool(s)
		inBytes, bytesErr := sparkconf.ParseBytes(s + "k")
		inMiB, err := sparkconf.ParseMiB(s + "k")
		if bytesErr == nil && err == nil && inBytes/(1<<20) != inMiB {
			t.Errorf("%q is %d bytes and %d MiB", s, inBytes, inMiB)
		}
	})
}

func ExampleParseMiB() {
	heap, err := sparkconf.ParseMiB("1g")
	fmt.Println(heap, err)
	// Output: 1024 <nil>
}

func ExampleConf_Properties() {
	conf := sparkconf.New(sparkconf.Property{Key: "spark.master", Value: "k8s://https://cluster"})
	conf.Set("spark.app.name", "pi")
	fmt.Print(conf.Properties("an example"))
	// Output:
	// #an example
	// spark.app.name=pi
	// spark.master=k8s\://https\://cluster
}
