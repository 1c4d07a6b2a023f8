// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reportUnreadable has the controller write the status of objects that cannot be read, of the kinds of which it writes
// no other.
func reportUnreadable(t *testing.T, namespace string) {
	t.Helper()
	for _, document := range []string{
		`{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"ScheduledSparkApplication","spec":{"schedule":"@daily","template":{
			"type":"Scala","mode":"cluster","sparkVersion":"4.0.1","image":"spark","mainApplicationFile":"local:///a.jar","driver":{"template":{"spec":"none"}},"executor":{}}}}`,
		`{"apiVersion":"sparkoperator.k8s.io/v1alpha1","kind":"SparkConnect","spec":{"sparkVersion":"4.0.1","server":{"template":{"spec":"none"}},"executor":{}}}`,
	} {
		unreadable := &unstructured.Unstructured{}
		must(t, json.Unmarshal([]byte(document), &unreadable.Object))
		unreadable.SetNamespace(namespace)
		unreadable.SetName("unreadable")
		must(t, admin.Create(t.Context(), unreadable))
		eventually(t, "the status of a "+unreadable.GetKind(), func(ctx context.Context) error {
			if err := admin.Get(ctx, client.ObjectKeyFromObject(unreadable), unreadable); err != nil {
				return err
			}
			if unreadable.Object["status"] == nil {
				return errors.New("none")
			}
			return nil
		})
		must(t, admin.Delete(t.Context(), unreadable))
	}
}
