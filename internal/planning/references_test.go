// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// References that Spark cannot expand are refused at apply and before anything is submitted, whatever submits.
func TestReferencesThatCannotBeExpandedAreRefused(t *testing.T) {
	doubling := map[string]string{"spark.a0": "lollollol0", sparkconf.DriverRequestCores: "${spark.a32}"}
	for i := 1; i <= 32; i++ {
		doubling[fmt.Sprintf("spark.a%d", i)] = strings.Repeat(fmt.Sprintf("${spark.a%d}", i-1), 2)
	}
	for name, tc := range map[string]struct {
		conf map[string]string
		want string
	}{
		"doubling":      {doubling, `spec.sparkConf[spark.a15]: Invalid value: "${spark.a14}": with what it refers to, the value has more than 1048576 characters`},
		"circular":      {map[string]string{"spark.a": "${spark.b}", "spark.b": "${spark.a}"}, `spec.sparkConf[spark.b]: Invalid value: "${spark.a}": it is circular`},
		"without wrong": {map[string]string{"spark.a": "1", sparkconf.DriverRequestCores: "${spark.a}"}, ""},
	} {
		for _, mode := range []string{"", "Native", sparklabels.SubmissionModeSparkSubmit} {
			t.Run(name+"/"+mode, func(t *testing.T) {
				app := sparkPi(func(app *application) {
					app.Annotations = map[string]string{sparklabels.SubmissionMode: mode}
					app.Spec.SparkConf = tc.conf
				})
				errs := planning.Examine(app, field.NewPath("spec"), planning.Options{}).Errors
				_, err := newPlan(app, planning.Options{})
				invalid, isInvalid := errors.AsType[*planning.InvalidError](err)
				switch {
				case tc.want == "" && err != nil:
					t.Errorf("NewPlan() = %v", err)
				case tc.want != "" && (len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), tc.want)):
					t.Errorf("errors %v, want %s", errs, tc.want)
				case tc.want != "" && (!isInvalid || len(invalid.Errors) != 1):
					t.Errorf("NewPlan() = %v, want an InvalidError", err)
				}
			})
		}
	}
}
