// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package deletion deletes objects of the application by their UID, never by their name alone.
package deletion

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Client is what is needed of a client.
type Client interface {
	Delete(ctx context.Context, obj client.Object, opts ...client.DeleteOption) error
}

// Of deletes this very object, and not another that has its name by now: that is a conflict, after which the next look finds what is there. What is
// gone is deleted.
func Of(ctx context.Context, c Client, object client.Object) error {
	uid := object.GetUID()
	if err := c.Delete(ctx, object, client.Preconditions{UID: &uid}); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("delete %T %s: %w", object, client.ObjectKeyFromObject(object), err)
	}
	return nil
}
