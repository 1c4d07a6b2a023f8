// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package mode_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

func planOf(t *testing.T, annotation, file string) *planning.Plan {
	t.Helper()
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi", UID: "0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11"},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"),
			MainClass: new("org.apache.spark.examples.SparkPi"), MainApplicationFile: &file,
		},
	}
	if annotation != "" {
		app.Annotations = map[string]string{mode.Annotation: annotation}
	}
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

const (
	inImage = "local:///opt/pi.jar"
	onDisk  = "/opt/pi.jar"
)

func TestChoice(t *testing.T) {
	notice := "Submitting by spark-submit: native submission does not support spec.mainApplicationFile /opt/pi.jar: " +
		"a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL"
	invalid := `invalid application: metadata.annotations[sparkoperator.k8s.io/submission-mode]: "auto": ` +
		"it is no submission mode; use Auto, Native or SparkSubmit, or remove it"
	unsupported := &planning.UnsupportedError{
		Field: "spec.mainApplicationFile /opt/pi.jar", Reason: "a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL",
	}
	const configured, annotated = "submission.mode of the operator says so", "the annotation sparkoperator.k8s.io/submission-mode of the application says so"
	fallback := mode.Choice{Mode: mode.SparkSubmit, Because: unsupported.Error(), Unsupported: unsupported, Notice: notice}
	lock := func(m mode.Mode) mode.Policy { return mode.Policy{Mode: m, Locked: true} }
	locked := `invalid application: metadata.annotations[sparkoperator.k8s.io/submission-mode]: %q: ` +
		"the operator submits all applications in mode %s (submission.lockMode); remove it"
	cases := map[string]struct {
		configured mode.Policy
		annotation string
		file       string
		want       mode.Choice
		wantErr    string
	}{
		"Auto, where native can":                          {configured: mode.Policy{Mode: mode.Auto}, file: inImage, want: mode.Choice{Mode: mode.Native, Because: "native submission can express all of it"}},
		"Auto, where native cannot":                       {configured: mode.Policy{Mode: mode.Auto}, file: onDisk, want: fallback},
		"nothing is Auto":                                 {file: onDisk, want: fallback},
		"Native, where native cannot":                     {configured: mode.Policy{Mode: mode.Native}, file: onDisk, want: mode.Choice{Mode: mode.Native, Because: configured, Unsupported: unsupported}},
		"SparkSubmit, where native can":                   {configured: mode.Policy{Mode: mode.SparkSubmit}, file: inImage, want: mode.Choice{Mode: mode.SparkSubmit, Because: configured}},
		"the application's choice wins":                   {configured: mode.Policy{Mode: mode.Native}, annotation: "SparkSubmit", file: inImage, want: mode.Choice{Mode: mode.SparkSubmit, Because: annotated}},
		"the application may choose Auto":                 {configured: mode.Policy{Mode: mode.Native}, annotation: "Auto", file: inImage, want: mode.Choice{Mode: mode.Native, Because: "native submission can express all of it"}},
		"an annotation that is no mode, by its case":      {configured: mode.Policy{Mode: mode.Native}, annotation: "auto", file: inImage, wantErr: invalid},
		"locked to Native, and spark-submit is asked for": {configured: lock(mode.Native), annotation: "SparkSubmit", file: inImage, wantErr: fmt.Sprintf(locked, "SparkSubmit", "Native")},
		"locked to Native, and Auto is asked for":         {configured: lock(mode.Native), annotation: "Auto", file: onDisk, wantErr: fmt.Sprintf(locked, "Auto", "Native")},
		"locked to nothing, which is Auto":                {configured: lock(""), annotation: "Native", file: inImage, wantErr: fmt.Sprintf(locked, "Native", "Auto")},
		"locked, and what is asked for is no mode":        {configured: lock(mode.Native), annotation: "auto", file: inImage, wantErr: fmt.Sprintf(locked, "auto", "Native")},
		"locked, and the same is asked for":               {configured: lock(mode.SparkSubmit), annotation: "SparkSubmit", file: inImage, want: mode.Choice{Mode: mode.SparkSubmit, Because: configured}},
		"locked to Auto, and nothing is asked for":        {configured: lock(mode.Auto), file: onDisk, want: fallback},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := mode.Of(planOf(t, tc.annotation, tc.file), tc.configured)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("choice (-want +got):\n%s", diff)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if diff := cmp.Diff(tc.wantErr, text); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

// recorder is a submitter that says its name.
type recorder struct {
	name      string
	err       error
	released  bool
	forgotten bool
}

func (r *recorder) Submit(context.Context, *planning.Plan, submission.Confirm) (submission.Result, error) {
	return submission.Result{Driver: v1beta2.DriverInfo{PodName: r.name}}, r.err
}

func (r *recorder) Release(context.Context, *v1beta2.SparkApplication, identity.Attempt, submission.Confirm) error {
	r.released = true
	return r.err
}

func (r *recorder) Forget(types.NamespacedName) { r.forgotten = true }

func TestForgetReachesTheProcesses(t *testing.T) {
	process := &recorder{}
	(&mode.Submitter{Native: &recorder{}, SparkSubmit: process}).Forget(types.NamespacedName{Namespace: "default", Name: "pi"})
	if !process.forgotten {
		t.Error("spark-submit was not called")
	}
}

// An annotation that is changed while spark-submit is queued leaves nothing in the queue.
func TestNativeSubmissionEndsWhatIsQueued(t *testing.T) {
	process := &recorder{}
	s := &mode.Submitter{Native: &recorder{}, SparkSubmit: process}
	if _, err := s.Submit(t.Context(), planOf(t, "SparkSubmit", inImage), confirmed); err != nil || process.forgotten {
		t.Fatalf("%v, forgotten: %t", err, process.forgotten)
	}
	if _, err := s.Submit(t.Context(), planOf(t, "Native", inImage), confirmed); err != nil || !process.forgotten {
		t.Errorf("%v, forgotten: %t", err, process.forgotten)
	}
}

func TestSubmitGoesTheWayOfTheChoice(t *testing.T) {
	const why = "native submission does not support spec.mainApplicationFile /opt/pi.jar: a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL"
	s := &mode.Submitter{Native: &recorder{name: "native"}, SparkSubmit: &recorder{name: "spark-submit"}}
	for file, want := range map[string]submission.Result{
		inImage: {Driver: v1beta2.DriverInfo{PodName: "native"}, Way: submission.Way{Mode: "Native", Because: "native submission can express all of it"}},
		onDisk: {Driver: v1beta2.DriverInfo{PodName: "spark-submit"}, Way: submission.Way{
			Mode: "SparkSubmit", Because: why, Notice: "Submitting by spark-submit: " + why,
		}},
	} {
		result, err := s.Submit(t.Context(), planOf(t, "", file), confirmed)
		if diff := cmp.Diff(want, result); diff != "" || err != nil {
			t.Errorf("result for %s, %v (-want +got):\n%s", file, err, diff)
		}
	}
	if _, err := s.Submit(t.Context(), planOf(t, "other", inImage), confirmed); err == nil {
		t.Error("an annotation that is no mode was accepted")
	}
}

// What native submission cannot express is refused where it is asked for, before anything is made, and nobody asks
// again.
func TestNativeSubmissionIsNotTriedInVain(t *testing.T) {
	s := &mode.Submitter{Policy: mode.Policy{Mode: mode.Native}, Native: &recorder{name: "native"}, SparkSubmit: &recorder{}}
	result, err := s.Submit(t.Context(), planOf(t, "", onDisk), confirmed)
	if _, isUnsupported := errors.AsType[*planning.UnsupportedError](err); !isUnsupported {
		t.Errorf("error %v", err)
	}
	want := submission.Result{Way: submission.Way{Mode: "Native", Because: "submission.mode of the operator says so"}}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

// Where spark-submit refuses what native could not do, the author must learn both reasons.
func TestARefusalAfterFallingBackSaysWhyItFellBack(t *testing.T) {
	refusal := planning.Invalid(field.NewPath("spec", "mainApplicationFile"), "", "no")
	s := &mode.Submitter{Native: &recorder{}, SparkSubmit: &recorder{err: refusal}}
	result, err := s.Submit(t.Context(), planOf(t, "", onDisk), confirmed)
	if result.Way.Notice == "" {
		t.Error("the result does not say why")
	}
	if _, ok := errors.AsType[*planning.InvalidError](err); !ok {
		t.Fatalf("error = %v, want an InvalidError", err)
	}
	for _, part := range []string{"native submission does not support spec.mainApplicationFile /opt/pi.jar", "spec.mainApplicationFile: no"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}

// A file that spark-submit would look for from the operator is no fault in native submission, which something else has
// ruled out.
func TestAFileThatOnlyTheDriverMayFetchAfterFallingBack(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "bin/spark-submit"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	app := planOf(t, "", inImage).App()
	app.Spec.Deps.Jars = []string{"hdfs://namenode/a.jar"}
	app.Spec.SparkConf = map[string]string{"spark.kubernetes.driver.pod.featureSteps": "com.example.Step"}
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &mode.Submitter{Native: &recorder{}, SparkSubmit: sparksubmit.New(nil, sparksubmit.Options{Home: home})}
	_, err = s.Submit(t.Context(), plan, confirmed)
	want := `invalid application: spec.deps.jars: "hdfs://namenode/a.jar": spark-submit would connect to it from the operator; ` +
		"use local:///, http, https or ftp, or what native submission can express, so that only the driver connects to it " +
		"(Submitting by spark-submit: native submission does not support spark.kubernetes.driver.pod.featureSteps: " +
		"the feature steps are classes that Spark's own client must load)"
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestReleaseGoesBothWays(t *testing.T) {
	broken := errors.New("broken")
	n, s := &recorder{}, &recorder{err: broken}
	err := (&mode.Submitter{Native: n, SparkSubmit: s}).Release(t.Context(), nil, identity.Attempt{}, nil)
	if !errors.Is(err, broken) || !n.released || !s.released {
		t.Errorf("%s", fmt.Sprint(err, n.released, s.released))
	}
}
