// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"strings"
	"testing"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// An application that failed for its labels or annotations has a way on that is not to delete it.
func TestMendedLabelsAndAnnotationsAreSeen(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil       func(*v1beta2.SparkApplication)
		mend        string
		wantMessage string
	}{
		"an annotation that is no mode": {
			submittedBy("Quick"), `{"metadata":{"annotations":{"sparkoperator.k8s.io/submission-mode":null}}}`, `"Quick": it is no submission mode`},
		"a label that is not the author's": {
			func(app *v1beta2.SparkApplication) { app.Labels = map[string]string{sparklabels.AppName: "another"} },
			`{"metadata":{"labels":{"sparkoperator.k8s.io/app-name":null}}}`, `metadata.labels[sparkoperator.k8s.io/app-name]: "another"`},
	} {
		t.Run(name, func(t *testing.T) {
			app := newApplication(newNamespace(t), tc.spoil)
			startController(t, app.Namespace)
			create(t, app)
			until(t, app, failed)
			if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, tc.wantMessage) {
				t.Errorf("errorMessage %q lacks %q", got, tc.wantMessage)
			}
			patch(t, app, tc.mend)
			until(t, app, submitted)
			driver(t, app)
		})
	}
}

// Where the administrator has locked the mode, no annotation has spark-submit run in the operator's container.
func TestLockedModeIsNotTheAuthorsToChoose(t *testing.T) {
	app := newApplication(newNamespace(t), submittedBy(mode.SparkSubmit))
	startControllerWith(t, app.Namespace, sparksubmit.Options{Home: fakeSpark(t, "exit 7"), Dir: t.TempDir()}, func(cfg *configv1alpha1.ControllerConfiguration) {
		cfg.Submission.Mode, cfg.Submission.LockMode = configv1alpha1.SubmissionNative, true
	})
	create(t, app)
	until(t, app, failed)
	want := `metadata.annotations[sparkoperator.k8s.io/submission-mode]: "SparkSubmit": the operator submits all applications in mode Native (submission.lockMode); remove it`
	if got := app.Status.AppState.ErrorMessage; !strings.Contains(got, want) {
		t.Errorf("errorMessage %q lacks %q", got, want)
	}
	nothingWasMade(t, app.Namespace)
	patch(t, app, `{"metadata":{"annotations":null}}`)
	until(t, app, submitted)
}
