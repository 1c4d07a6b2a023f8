// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/cluster"
)

// sampleLimit is how long one application may take from its creation to its end, pulling the image included.
const sampleLimit = 8 * time.Minute

// runSample runs one application to its end and prints its history and its result.
func runSample(ctx context.Context, out io.Writer, c *cluster.Cluster, name string) error {
	app, err := c.Sample(name)
	if err != nil {
		return err
	}
	if err := replace(ctx, c, app); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sampleLimit)
	defer cancel()
	history, err := c.Follow(ctx, app, func(at cluster.Moment) { fmt.Fprintf(out, "  %s\n", at) })
	if err != nil {
		return fmt.Errorf("application %s: %w%s", name, err, driverLog(c, app))
	}
	if state := app.Status.AppState.State; state != v1beta2.ApplicationStateCompleted {
		return fmt.Errorf("application %s ended in %s: %s%s", name, state, app.Status.AppState.ErrorMessage, driverLog(c, app))
	}
	var states []string
	for _, moment := range history {
		if word := moment.Word(); len(states) == 0 || states[len(states)-1] != word {
			states = append(states, word)
		}
	}
	fmt.Fprintf(out, "history: %s\n", strings.Join(states, " -> "))
	log, err := c.Logs(ctx, app.Namespace, app.Status.DriverInfo.PodName, 0)
	if err != nil {
		return fmt.Errorf("log of the driver of %s: %w", name, err)
	}
	for line := range strings.Lines(log) {
		if strings.HasPrefix(line, "Pi is roughly") {
			fmt.Fprintf(out, "result:  %s\n", strings.TrimSpace(line))
			return nil
		}
	}
	return fmt.Errorf("application %s: the driver's log has no result", name)
}

// replace creates the application anew; one of an earlier quick start is deleted first.
func replace(ctx context.Context, c *cluster.Cluster, app *v1beta2.SparkApplication) error {
	if err := c.Remove(ctx, app); err != nil {
		return err
	}
	if err := c.Client.Create(ctx, app); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("create %s: %w", client.ObjectKeyFromObject(app), err)
	}
	return nil
}

// driverLog returns the end of the driver's log as a part of an error message. It has its own time limit: the one of
// the application may be what was exceeded.
func driverLog(c *cluster.Cluster, app *v1beta2.SparkApplication) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	pod := app.Status.DriverInfo.PodName
	if pod == "" {
		return ""
	}
	log, err := c.Logs(ctx, app.Namespace, pod, 20)
	if err != nil {
		return errors.Join(errors.New("\nno log of the driver"), err).Error()
	}
	return "\nlast lines of driver " + pod + ":\n" + log
}
