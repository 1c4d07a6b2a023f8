// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// SetSparkConnectDefaults fills in what the user left out. Applying it twice changes nothing.
func SetSparkConnectDefaults(connect *SparkConnect) {
	if connect == nil {
		return
	}
	if da := connect.Spec.DynamicAllocation; da != nil && da.Enabled && da.ShuffleTrackingEnabled == nil {
		da.ShuffleTrackingEnabled = new(true)
	}
}
