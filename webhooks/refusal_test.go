// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"errors"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Of many errors the first hundred are named, and how many there are beside them.
func TestRefusalNamesSoManyErrors(t *testing.T) {
	for _, n := range []int{0, 1, 100, 101, 90_000} {
		errs := make(field.ErrorList, n)
		for i := range errs {
			errs[i] = field.Duplicate(specPath.Child("ports").Index(i), i)
		}
		err := refusal(v1beta2.GroupVersion, "SparkApplication", "pi", errs)
		var status apierrors.APIStatus
		if n == 0 || !errors.As(err, &status) {
			if n > 0 || err != nil {
				t.Errorf("%d errors: %v", n, err)
			}
			continue
		}
		causes := status.Status().Details.Causes
		if want := min(n, 101); len(causes) != want {
			t.Errorf("%d errors: %d causes, want %d", n, len(causes), want)
		}
		if last, want := causes[len(causes)-1], "Invalid value: 89900 more errors are not named; mend these first"; n == 90_000 && (last.Field != "spec" || last.Message != want) {
			t.Errorf("%d errors: the last cause is %+v, want %q", n, last, want)
		}
	}
}
