// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/escalation"
	"github.com/alauda/spark-operator/internal/testing/fallback"
)

// submittable returns what keeps an application from being submitted in a mode.
func submittable(t *testing.T, change func(*application), bySparkSubmit bool) error {
	t.Helper()
	plan, err := newPlan(sparkPi(change), planning.Options{})
	if err != nil || !bySparkSubmit {
		return err
	}
	return sparksubmit.Check(plan, sparksubmit.Uploads{})
}

func TestNothingOfTheOperatorsCanBeReached(t *testing.T) {
	for _, attempt := range escalation.Attempts() {
		t.Run(attempt.Name, func(t *testing.T) {
			err := submittable(t, attempt.Change, attempt.BySparkSubmit)
			invalid, isInvalid := errors.AsType[*planning.InvalidError](err)
			if !isInvalid {
				t.Fatalf("error = %v, want a refusal of %s", err, attempt.Field)
			}
			for _, err := range invalid.Errors {
				if err.Field == attempt.Field && err.BadValue == attempt.Value && strings.Contains(err.Detail, attempt.Fix) {
					return
				}
			}
			t.Errorf("refused for %v, want %s: %q: ...%s...", invalid.Errors, attempt.Field, attempt.Value, attempt.Fix)
		})
	}
}

// Users read of everything that native submission cannot express, and Auto takes spark-submit for each.
func TestWhatNativeCannotExpressIsDocumented(t *testing.T) {
	document, err := os.ReadFile("../../docs/submission.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, need := range fallback.Needs() {
		if !strings.Contains(string(document), need.Documented) {
			t.Errorf("docs/submission.md lacks %q: %s", need.Documented, need.Name)
		}
		choice, err := mode.Of(mustPlan(t, sparkPi(need.Change), planning.Options{}), mode.Policy{})
		if err != nil || choice.Mode != mode.SparkSubmit || !strings.Contains(choice.Notice, need.Field) {
			t.Errorf("%s: choice %+v, %v", need.Name, choice, err)
		}
	}
}

func TestWhatIsTheAuthorsStaysAllowed(t *testing.T) {
	for _, permission := range escalation.Permissions() {
		for _, bySparkSubmit := range []bool{false, true} {
			err := submittable(t, permission.Change, bySparkSubmit)
			if want := bySparkSubmit && permission.NotBySparkSubmit; (err != nil) != want {
				t.Errorf("%s (by spark-submit: %t): %v", permission.Name, bySparkSubmit, err)
			}
		}
	}
}
