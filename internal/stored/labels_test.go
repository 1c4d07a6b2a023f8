// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// An object with more labels than are read is known by its name, and says what is wrong with it.
func TestObjectsWithTooManyLabels(t *testing.T) {
	labels := make([]string, 100_000)
	for i := range labels {
		labels[i] = fmt.Sprintf(`"x%d":""`, i)
	}
	raw := fmt.Appendf(nil, `{"metadata":{"labels":{%s},"namespace":"team","name":"pi","uid":"u"},"spec":{}}`, strings.Join(labels, ","))
	for _, object := range []Object{&SparkApplication{}, &ScheduledSparkApplication{}, &SparkConnect{}} {
		if err := json.Unmarshal(raw, object); err != nil {
			t.Fatal(err)
		}
		Decode(object)
		if object.GetNamespace() != "team" || object.GetName() != "pi" || object.GetUID() != "u" || len(object.GetLabels()) > 0 {
			t.Errorf("%T: %s/%s %s has %d labels", object, object.GetNamespace(), object.GetName(), object.GetUID(), len(object.GetLabels()))
		}
		if problem := object.parts().problem; problem == nil || problem.Field != "metadata.labels" {
			t.Errorf("%T: the problem is %v, want one of metadata.labels", object, problem)
		}
	}
}
