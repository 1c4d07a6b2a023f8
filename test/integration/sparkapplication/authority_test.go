// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/escalation"
)

// fakeSpark returns the home of a Spark whose spark-submit does what the script says.
func fakeSpark(t *testing.T, script string) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "bin/spark-submit"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return home
}

func submittedBy(m mode.Mode) func(*v1beta2.SparkApplication) {
	return func(app *v1beta2.SparkApplication) { app.Annotations = map[string]string{mode.Annotation: string(m)} }
}

// There is no webhook here: what the controller refuses is all that protects the operator.
func TestNothingOfTheOperatorsCanBeReached(t *testing.T) {
	ns := newNamespace(t)
	ran := filepath.Join(t.TempDir(), "ran")
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "touch "+ran), Dir: t.TempDir()})
	type trial struct {
		escalation.Attempt
		app *v1beta2.SparkApplication
	}
	var trials []trial
	for i, attempt := range escalation.Attempts() {
		for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
			if m == mode.Native && attempt.BySparkSubmit {
				continue
			}
			app := newApplication(ns, submittedBy(m), attempt.Change)
			app.Name = fmt.Sprintf("a-%d-%s", i, strings.ToLower(string(m)))
			if err := api.Create(t.Context(), app); attempt.BySchema {
				if !apierrors.IsInvalid(err) {
					t.Errorf("%s: created with %v, want the API server to refuse it", attempt.Name, err)
				}
				continue
			} else if err != nil {
				t.Fatalf("%s: %v", attempt.Name, err)
			}
			trials = append(trials, trial{attempt, app})
		}
	}
	for _, trial := range trials {
		until(t, trial.app, v1beta2.ApplicationStateFailed)
		message := trial.app.Status.AppState.ErrorMessage
		// The message is one line, whatever the key is.
		field := strings.ReplaceAll(trial.Field, "\n", " ")
		for _, part := range []string{fmt.Sprintf("%s: %q: ", field, trial.Value), trial.Fix} {
			if !strings.Contains(message, part) {
				t.Errorf("%s, %s: errorMessage %q lacks %q", trial.Name, trial.app.Name, message, part)
			}
		}
		if got := trial.app.Status.SubmissionAttempts; got != 1 {
			t.Errorf("%s: %d submissions of what cannot succeed", trial.Name, got)
		}
	}
	nothingWasMade(t, ns)
	if _, err := os.Stat(ran); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("spark-submit was run: %v", err)
	}
}

func nothingWasMade(t *testing.T, ns string) {
	t.Helper()
	pods, services := &corev1.PodList{}, &corev1.ServiceList{}
	for _, list := range []client.ObjectList{pods, services} {
		if err := api.List(t.Context(), list, client.InNamespace(ns)); err != nil {
			t.Fatal(err)
		}
	}
	if made := len(pods.Items) + len(services.Items); made > 0 {
		t.Errorf("%d pods and Services were made", made)
	}
}

func TestWhatIsTheAuthorsStaysAllowed(t *testing.T) {
	ns := newNamespace(t)
	create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "spark"}})
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "exit 7"), Dir: t.TempDir()})
	for i, permission := range escalation.Permissions() {
		native := newApplication(ns, submittedBy(mode.Native), func(app *v1beta2.SparkApplication) { app.Name = fmt.Sprintf("n-%d", i) })
		permission.Change(native)
		create(t, native)
		until(t, native, v1beta2.ApplicationStateSubmitted)
		process := newApplication(ns, submittedBy(mode.SparkSubmit), func(app *v1beta2.SparkApplication) { app.Name = fmt.Sprintf("s-%d", i) })
		permission.Change(process)
		if process.Spec.Driver.PodName != nil || process.Spec.SparkConf["spark.kubernetes.driver.pod.name"] != "" {
			// The name is the native application's by now.
			continue
		}
		create(t, process)
		until(t, process, v1beta2.ApplicationStateFailed)
		refused := process.Status.LastFailure.Reason == "InvalidApplication"
		if message := process.Status.AppState.ErrorMessage; refused != permission.NotBySparkSubmit || !refused && !strings.Contains(message, "exited with code 7") {
			t.Errorf("%s: by spark-submit: %s", permission.Name, message)
		}
	}
}

// The name of a driver pod is the author's to choose, and no way to have another application's.
func TestAnotherApplicationsDriverIsNotTouched(t *testing.T) {
	ns := newNamespace(t)
	ran := filepath.Join(t.TempDir(), "ran")
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "touch "+ran), Dir: t.TempDir()})
	victim := newApplication(ns)
	create(t, victim)
	until(t, victim, v1beta2.ApplicationStateSubmitted)
	before := driver(t, victim)
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		thief := newApplication(ns, submittedBy(m), func(app *v1beta2.SparkApplication) {
			app.Name = "thief-" + strings.ToLower(string(m))
			app.Spec.Driver.PodName = &before.Name
		})
		create(t, thief)
		until(t, thief, v1beta2.ApplicationStateFailed)
		want := fmt.Sprintf("driver pod already exist: pod %s/%s is not this application's, it belongs to SparkApplication pi (UID %s): delete it or choose another name",
			ns, before.Name, victim.UID)
		if got := thief.Status.AppState.ErrorMessage; !strings.Contains(got, want) {
			t.Errorf("%s: errorMessage %q, want %q", m, got, want)
		}
		if err := api.Delete(t.Context(), thief); err != nil {
			t.Fatal(err)
		}
	}
	after := driver(t, victim)
	if after.UID != before.UID || after.DeletionTimestamp != nil || !metav1.IsControlledBy(after, victim) {
		t.Errorf("the driver is another: %+v", after.ObjectMeta)
	}
	if _, err := os.Stat(ran); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("spark-submit was run: %v", err)
	}
}

// A spark-submit whose application is deleted must not go on to make a driver.
func TestDeletionEndsSparkSubmit(t *testing.T) {
	ns := newNamespace(t)
	dir := t.TempDir()
	pid, work := filepath.Join(dir, "pid"), filepath.Join(dir, "work")
	startControllerWith(t, ns, sparksubmit.Options{Home: fakeSpark(t, "echo $$ > "+pid+".new && mv "+pid+".new "+pid+"; exec sleep 600"), Dir: work})
	app := newApplication(ns, submittedBy(mode.SparkSubmit))
	create(t, app)
	eventually(t, func(context.Context) bool { _, err := os.Stat(pid); return err == nil }, func() string { return "spark-submit to start" })
	number, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Delete(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	process := filepath.Join("/proc", strings.TrimSpace(string(number)))
	eventually(t, func(context.Context) bool { _, err := os.Stat(process); return errors.Is(err, fs.ErrNotExist) },
		func() string { return "the end of process " + process })
	eventually(t, func(context.Context) bool { left, err := os.ReadDir(work); return err == nil && len(left) == 0 },
		func() string { return "its files to be removed" })
}
