// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"testing"

	"k8s.io/client-go/rest"
)

func TestMasterIsTheAddressOnlyOutsideOfTheCluster(t *testing.T) {
	for _, tc := range []struct{ address, host, want string }{
		{"https://10.0.0.1:6443", "", "k8s://https://10.0.0.1:6443"},
		{"https://[fd00::1]:6443", "", "k8s://https://[fd00::1]:6443"},
		{"https://10.0.0.1:6443", "10.96.0.1", ""},
		{"https://[fd00::1]:443", "fd00::1", ""},
	} {
		environment := map[string]string{"KUBERNETES_SERVICE_HOST": tc.host}
		if got := master(&rest.Config{Host: tc.address}, func(name string) string { return environment[name] }); got != tc.want {
			t.Errorf("master() of %s in an environment %v = %q, want %q", tc.address, environment, got, tc.want)
		}
	}
}
