// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
)

// secrets are values in an application that look like secrets, by their keys or by themselves.
var secrets = []string{"hunter2-conf", "hunter2-hadoop", "hunter2-env", "hunter2 of the label!", "hunter2-own", "my-password-is-me"}

func withSecrets(app *v1beta2.SparkApplication) {
	app.Spec.SparkConf = map[string]string{
		"spark.my.password": secrets[0], "spark.redaction.regex": "(?i)pin$", "spark.my.pin": secrets[4], "spark.my.value": secrets[5],
	}
	app.Spec.HadoopConf = map[string]string{"fs.s3a.secret.key": secrets[1]}
	app.Spec.Driver.Env = []corev1.EnvVar{{Name: "DB_TOKEN", Value: secrets[2]}}
}

// Faults are where others repeat what they were given: none of it is passed on.
func TestSecretsAreNeverShown(t *testing.T) {
	ns := newNamespace(t)
	// It says all that it was given, as logs of Spark do at their worst, and is refused.
	script := `cat "$SPARK_CONF_DIR/../spark.properties" "$SPARK_CONF_DIR/../driver.json"; echo 'failed with {"authToken":"` + secrets[0] + `"}'; exit 1`
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, script), Dir: t.TempDir()})
	bySparkSubmit := newApplication(ns, submittedBy(mode.SparkSubmit), withSecrets, named("by-spark-submit"))
	refusedByAPI := newApplication(ns, withSecrets, named("refused"), func(app *v1beta2.SparkApplication) {
		// The API server says in full what is wrong with a label.
		app.Spec.SparkConf["spark.kubernetes.driver.label.my-secret"] = secrets[3]
	})
	refusedByUs := newApplication(ns, withSecrets, named("denied"), func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf["spark.kubernetes.authenticate.driver.oauthToken"] = secrets[0]
		app.Spec.SparkConf["spark.kubernetes.file.upload.path"] = secrets[4]
	})
	ended := newApplication(ns, withSecrets, named("ended"))
	apps := []*v1beta2.SparkApplication{bySparkSubmit, refusedByAPI, refusedByUs, ended}
	for _, app := range apps {
		create(t, app)
	}
	until(t, ended, v1beta2.ApplicationStateSubmitted)
	report(t, driver(t, ended), corev1.PodFailed, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: 1, Reason: "Error", Message: "cannot log in with " + strings.Join(slices.Concat(secrets[:3], secrets[4:]), ", "), FinishedAt: metav1.Now(),
	}})
	for _, app := range apps {
		until(t, app, v1beta2.ApplicationStateFailed)
		eventually(t, func(context.Context) bool { return len(notes(t, app)) > 0 }, func() string { return "an event of " + app.Name })
		status, err := json.Marshal(app.Status)
		if err != nil {
			t.Fatal(err)
		}
		shown := string(status) + strings.Join(notes(t, app), "\n")
		for _, secret := range secrets {
			if strings.Contains(shown, secret) {
				t.Errorf("%s: %q is shown: %s", app.Name, secret, shown)
			}
		}
	}
	for _, app := range []*v1beta2.SparkApplication{bySparkSubmit, refusedByAPI, refusedByUs} {
		if message := app.Status.AppState.ErrorMessage + app.Status.LastFailure.LogTail; !strings.Contains(message, "*********(redacted)") {
			t.Errorf("%s: nothing was to be hidden in %q: the test tests nothing", app.Name, message)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(logged.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}

func named(name string) func(*v1beta2.SparkApplication) {
	return func(app *v1beta2.SparkApplication) { app.Name = name }
}

// notes are what the events of an application say.
func notes(t *testing.T, app *v1beta2.SparkApplication) []string {
	t.Helper()
	list := &eventsv1.EventList{}
	if err := api.List(t.Context(), list, client.InNamespace(app.Namespace)); err != nil {
		t.Fatal(err)
	}
	var notes []string
	for _, e := range list.Items {
		if e.Regarding.UID == app.UID {
			notes = append(notes, e.Note)
		}
	}
	return notes
}
