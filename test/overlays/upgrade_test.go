// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package overlays

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/installation"
)

// previous is the version that is upgraded from: its manifests and its binaries, as they were.
const previous = "279c084"

// An application that runs while the operator is replaced ends as if nothing had been, with the driver that it began
// with.
func TestUpgradeWhileAnApplicationRuns(t *testing.T) {
	ctx := limited(t)
	old := checkout(ctx, t)
	images, err := c.ImagesOf(ctx, old)
	if err != nil {
		t.Fatal(err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(old, installation.Default))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.InstallWith(ctx, built.Resources(), images); err != nil {
		t.Fatal(err)
	}
	app := sample(ctx, t, "upgraded", func(app *v1beta2.SparkApplication) { app.Spec.Arguments = []string{"3000"} })
	drivers := watchDrivers(ctx, t, app)
	err = wait.PollUntilContextCancel(ctx, 200*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		return state(app) == v1beta2.ApplicationStateRunning && len(app.Status.ExecutorState) > 0, c.Client.Get(ctx, client.ObjectKeyFromObject(app), app)
	})
	if err != nil {
		t.Fatalf("did not run: %v; status %+v", err, app.Status)
	}
	before := app.DeepCopy()

	resources, err := installation.Build(installation.Default)
	if err != nil {
		t.Fatal(err)
	}
	install(ctx, t, resources)
	if err := c.Client.Get(ctx, client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	if got := state(app); got != v1beta2.ApplicationStateRunning {
		t.Errorf("the application is %s, so this is no test of an upgrade while it runs", got)
	}
	complete(ctx, t, app)
	if diff := cmp.Diff(before.Spec, app.Spec); diff != "" {
		t.Errorf("the upgrade changed the specification:\n%s", diff)
	}
	if app.Status.ExecutionAttempts != 1 || app.Status.SubmissionID != before.Status.SubmissionID {
		t.Errorf("%d attempts, submission %s; it was submitted as %s", app.Status.ExecutionAttempts, app.Status.SubmissionID, before.Status.SubmissionID)
	}
	if got := drivers(); len(got) != 1 {
		t.Errorf("drivers %v, want one", got)
	}
}

// checkout returns a folder with the previous version.
func checkout(ctx context.Context, t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	archive := exec.CommandContext(ctx, "git", "-C", installation.Root(), "archive", previous)
	unpack := exec.CommandContext(ctx, "tar", "-x", "-C", folder)
	reader, writer := io.Pipe()
	archive.Stdout, archive.Stderr, unpack.Stdin, unpack.Stderr = writer, os.Stderr, reader, os.Stderr
	if err := unpack.Start(); err != nil {
		t.Fatal(err)
	}
	err := archive.Run()
	_ = writer.Close()
	if unpacked := unpack.Wait(); err != nil || unpacked != nil {
		t.Fatalf("the previous version %s cannot be had from git; a shallow clone needs `git fetch --unshallow`: %v, %v", previous, err, unpacked)
	}
	return folder
}

// watchDrivers collects the UIDs of all driver pods that the application ever has.
func watchDrivers(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) func() []string {
	t.Helper()
	selector := client.MatchingLabels{sparklabels.AppName: app.Name, sparklabels.SparkRole: sparklabels.RoleDriver}
	watched, err := c.Client.Watch(ctx, &corev1.PodList{}, client.InNamespace(app.Namespace), selector)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan []string, 1)
	go func() {
		var uids []string
		for event := range watched.ResultChan() {
			if pod, isPod := event.Object.(*corev1.Pod); isPod && !slices.Contains(uids, string(pod.UID)) {
				uids = append(uids, string(pod.UID))
			}
		}
		seen <- uids
	}()
	return func() []string {
		watched.Stop()
		return <-seen
	}
}
