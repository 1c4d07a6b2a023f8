// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"flag"
	"fmt"
	"slices"

	"github.com/alauda/spark-operator/test/audit"
	"github.com/alauda/spark-operator/test/cluster"
	"github.com/alauda/spark-operator/test/installation"
)

// provenHere are the permissions of the controller that only Spark's own client uses: no other test shows that they are
// needed.
var provenHere = []string{"patch /configmaps", "patch /services", "patch /persistentvolumeclaims"}

// startAudit begins to watch what the operator asks of the API server. What it returns reports, at the end, whether a
// request was refused for want of a permission; who may not read the API server's audit log finds nothing.
func startAudit(c *cluster.Cluster) (end func() error, err error) {
	if c.AuditLog == "" {
		return func() error { return nil }, nil
	}
	log, err := audit.From(c.AuditLog)
	if err != nil {
		return nil, fmt.Errorf("the local cluster is an older one, run `make teardown`: %w", err)
	}
	return func() error {
		return errors.Join(checkAudit(c, log, cluster.ControllerDeployment, provenHere), checkAudit(c, log, cluster.WebhookDeployment, nil))
	}, nil
}

// checkAudit reports the requests of a service account that were refused and what it never used; proven is what it must
// have used once all tests have run. test/integration/installation asks that everything else is used.
func checkAudit(c *cluster.Cluster, log audit.Log, account string, proven []string) error {
	made, err := log.Requests(account)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range made {
		// While the operator is replaced, its rights are those of the one installation and its pods still those of the
		// other.
		replaced := slices.ContainsFunc(c.Replaced, func(p cluster.Period) bool { return r.Received.After(p.From) && r.Received.Before(p.To) })
		if r.Refused() && !replaced {
			errs = append(errs, fmt.Errorf("missing permission: %s", r))
		}
	}
	resources, err := installation.Build(installation.Default)
	if err != nil {
		return err
	}
	permissions, err := audit.Permissions(resources, account)
	if err != nil {
		return err
	}
	everything := flag.Lookup("test.run").Value.String() == ""
	fmt.Printf("%s made %d requests, %d of them in vain\n", account, len(made), len(errs))
	for _, p := range permissions {
		switch {
		case slices.ContainsFunc(made, p.Covers):
		case everything && slices.Contains(proven, p.Action()):
			errs = append(errs, fmt.Errorf("%s never used %s", account, p))
		default:
			fmt.Printf("%s did not use %s\n", account, p)
		}
	}
	return errors.Join(errs...)
}
