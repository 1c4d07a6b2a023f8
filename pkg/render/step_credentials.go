// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strings"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// credentials is Spark's DriverKubernetesCredentialsFeatureStep, less the credentials that its client reads from files
// of its own and puts into a Secret: those would be the operator's.
func (d *draft) credentials() error {
	if account, found := d.conf.Lookup(sparkconf.DriverServiceAccount); found {
		d.pod.Spec.ServiceAccountName = account
		d.pod.Spec.DeprecatedServiceAccount = account
	}
	for key := range d.conf.All() {
		if strings.HasSuffix(key, sparkconf.OAuthTokenSuffix) {
			d.properties.Set(key, "<present_but_redacted>")
		}
	}
	return nil
}
