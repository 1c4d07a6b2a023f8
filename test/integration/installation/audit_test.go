// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"maps"
	"slices"
	"testing"

	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/test/audit"
)

// record returns the audit log from now on.
func record(t *testing.T) audit.Log {
	t.Helper()
	log, err := audit.From(auditLog())
	must(t, err)
	return log
}

func requests(t *testing.T, log audit.Log, account string) []audit.Request {
	t.Helper()
	made, err := log.Requests(account)
	must(t, err)
	return made
}

// checkPermissions asks that a service account was refused nothing, and used all that it may do. elsewhere are
// permissions that cannot show here, with the reason.
func checkPermissions(t *testing.T, resources []*resource.Resource, account string, made []audit.Request, elsewhere map[string]string) {
	t.Helper()
	for _, r := range made {
		if r.Refused() {
			t.Errorf("missing permission: %s", r)
		}
	}
	unseen := maps.Clone(elsewhere)
	permissions, err := audit.Permissions(resources, account)
	must(t, err)
	for _, p := range permissions {
		used := slices.ContainsFunc(made, p.Covers)
		_, excused := unseen[p.Action()]
		switch {
		case !used && !excused:
			t.Errorf("%s is never used: %s; take it away, or have the test do what needs it", account, p)
		case used && excused:
			t.Errorf("%s does use %s: do not excuse it", account, p)
		}
	}
}
