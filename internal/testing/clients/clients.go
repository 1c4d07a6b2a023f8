// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package clients

import (
	"encoding/json"
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Health is what a GitOps tool shows.
type Health string

// What GitOps tools show.
const (
	Healthy     Health = "Healthy"
	Progressing Health = "Progressing"
	Degraded    Health = "Degraded"
	Missing     Health = "Missing"
)

// Stored returns the application as the API server has it in its store.
func Stored(app *v1beta2.SparkApplication) (map[string]any, error) {
	encoded, err := json.Marshal(app)
	if err != nil {
		return nil, err
	}
	object := map[string]any{}
	return object, json.Unmarshal(encoded, &object)
}

// errNoState is what a script says that looks for a field in something that is not there.
var errNoState = errors.New("attempt to index field applicationState, a nil value")

// ArgoCD is Argo CD's health check of the kind. It looks into applicationState wherever there is a status; without one
// the resource is Unknown.
func ArgoCD(object map[string]any) (Health, error) {
	status, found := object["status"].(map[string]any)
	if !found {
		return Progressing, nil
	}
	application, found := status["applicationState"].(map[string]any)
	if !found {
		return "", errNoState
	}
	switch application["state"] {
	case "RUNNING":
		return runningHealth(object, status), nil
	case "COMPLETED":
		return Healthy, nil
	case "FAILED", "SUBMISSION_FAILED", "FAILING":
		return Degraded, nil
	case "INVALIDATING":
		return Missing, nil
	default:
		return Progressing, nil
	}
}

// runningHealth counts the executors by name.
func runningHealth(object, status map[string]any) Health {
	executors, _ := status["executorState"].(map[string]any)
	running := int64(0)
	for _, state := range executors {
		if state == "RUNNING" {
			running++
		}
	}
	wanted, found, err := unstructured.NestedFieldNoCopy(object, "spec", "executor", "instances")
	if err == nil && found && fmt.Sprint(wanted) == fmt.Sprint(running) {
		return Healthy
	}
	return Progressing
}

// AirflowStarted reports whether Airflow's operator takes the driver for started: a state that is absent stands for
// SUBMITTED, one that is empty does not.
func AirflowStarted(object map[string]any) bool {
	state, found, _ := unstructured.NestedFieldNoCopy(object, "status", "applicationState", "state")
	return found && state != "SUBMITTED"
}

// Flux is a health check in CEL as docs/integrations.md gives it, on top of the rule that a status of an older
// generation says nothing.
func Flux(object map[string]any) Health {
	generation, _, _ := unstructured.NestedFieldNoCopy(object, "metadata", "generation")
	observed, found, _ := unstructured.NestedFieldNoCopy(object, "status", "observedGeneration")
	if !found || fmt.Sprint(generation) != fmt.Sprint(observed) {
		return Progressing
	}
	conditions, _, _ := unstructured.NestedSlice(object, "status", "conditions")
	for _, c := range conditions {
		condition, _ := c.(map[string]any)
		switch {
		case condition["type"] != "Succeeded":
		case condition["status"] == "True":
			return Healthy
		case condition["status"] == "False":
			return Degraded
		}
	}
	return Progressing
}
