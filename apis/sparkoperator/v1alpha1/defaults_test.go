// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetSparkConnectDefaults(t *testing.T) {
	for name, tc := range map[string]struct{ given, want *DynamicAllocation }{
		"no dynamic allocation: gets nothing":             {nil, nil},
		"dynamic allocation: tracks shuffles":             {&DynamicAllocation{Enabled: true}, &DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(true)}},
		"dynamic allocation that is off: gets nothing":    {&DynamicAllocation{}, &DynamicAllocation{}},
		"shuffle tracking that was turned off: stays off": {&DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(false)}, &DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(false)}},
	} {
		t.Run(name, func(t *testing.T) {
			connect := &SparkConnect{Spec: SparkConnectSpec{DynamicAllocation: tc.given}}
			for range 2 {
				SetSparkConnectDefaults(connect)
				if diff := cmp.Diff(tc.want, connect.Spec.DynamicAllocation); diff != "" {
					t.Errorf("dynamic allocation (-want +got):\n%s", diff)
				}
			}
		})
	}
	SetSparkConnectDefaults(nil)
}
