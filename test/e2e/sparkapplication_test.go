// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

const (
	stateRunning   = v1beta2.ApplicationStateRunning
	stateCompleted = v1beta2.ApplicationStateCompleted
	stateFailed    = v1beta2.ApplicationStateFailed
	stateSubmitted = v1beta2.ApplicationStateSubmitted
)

// slices makes SparkPi work for as long as the test needs it to run.
func slicesOf(n string) func(*v1beta2.SparkApplication) {
	return func(app *v1beta2.SparkApplication) { app.Spec.Arguments = []string{n} }
}

func TestSamplesComplete(t *testing.T) {
	for _, sample := range []string{"spark-pi", "spark-pi-python"} {
		t.Run(sample, func(t *testing.T) {
			t.Parallel()
			ctx := limited(t, appLimit)
			app := application(t, sample, "e2e-"+sample, func(app *v1beta2.SparkApplication) {
				app.Annotations = map[string]string{mode.Annotation: string(mode.Native)}
			})
			create(ctx, t, app)
			states := follow(ctx, t, app)
			if got := app.Status.AppState.State; got != stateCompleted {
				t.Fatalf("ended in %s: %s", got, app.Status.AppState.ErrorMessage)
			}
			if !slices.Contains(states, stateRunning) {
				t.Errorf("states %v lack RUNNING", states)
			}
			checkCompletedStatus(t, app)
			checkSubmittedNatively(ctx, t, app)
			checkEvents(ctx, t, app, "SparkApplicationSubmitted", "SparkDriverRunning", "SparkExecutorRunning", "SparkDriverCompleted",
				"SparkApplicationCompleted")
			log, err := c.Logs(ctx, app.Namespace, app.Status.DriverInfo.PodName, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(log, "Pi is roughly 3.1") {
				t.Errorf("the driver's log has no result:\n%s", log)
			}
		})
	}
}

func checkCompletedStatus(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	s := app.Status
	executors := slices.Collect(func(yield func(v1beta2.ExecutorState) bool) {
		for _, state := range s.ExecutorState {
			if !yield(state) {
				return
			}
		}
	})
	if diff := cmp.Diff([]v1beta2.ExecutorState{v1beta2.ExecutorStateCompleted}, executors); diff != "" {
		t.Errorf("executor states (-want +got):\n%s", diff)
	}
	if s.ExecutionAttempts != 1 || s.SubmissionAttempts != 1 || s.DriverInfo.PodName != app.Name+"-driver" {
		t.Errorf("attempts %d/%d, driver %s; want 1/1, %s-driver", s.ExecutionAttempts, s.SubmissionAttempts, s.DriverInfo.PodName, app.Name)
	}
	if !strings.HasPrefix(s.SparkApplicationID, "spark-") || s.SubmissionID == "" || s.ObservedGeneration != app.Generation {
		t.Errorf("sparkApplicationId %q, submissionID %q, observedGeneration %d", s.SparkApplicationID, s.SubmissionID, s.ObservedGeneration)
	}
	if s.TerminationTime.IsZero() || s.TerminationTime.Before(&s.LastSubmissionAttemptTime) {
		t.Errorf("terminationTime %s, lastSubmissionAttemptTime %s", s.TerminationTime, s.LastSubmissionAttemptTime)
	}
	if !meta.IsStatusConditionTrue(s.Conditions, v1beta2.ConditionSucceeded) {
		t.Errorf("condition Succeeded is not True: %+v", s.Conditions)
	}
}

// checkEvents waits until the application has events of all the reasons: they are written after the status.
func checkEvents(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, reasons ...string) {
	t.Helper()
	var missing []string
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		missing = nil
		for _, reason := range reasons {
			found := false
			for _, e := range eventsOf(ctx, t, app) {
				found = found || e.Reason == reason
			}
			if !found {
				missing = append(missing, reason)
			}
		}
		return len(missing) == 0, nil
	})
	if err != nil {
		t.Errorf("no events with reasons %v", missing)
	}
}

func TestMissingMainClassFails(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-no-class", func(app *v1beta2.SparkApplication) {
		app.Spec.MainClass = new("org.example.NoSuchClass")
	})
	create(ctx, t, app)
	follow(ctx, t, app)
	s := app.Status
	if s.AppState.State != stateFailed || !strings.Contains(s.AppState.ErrorMessage, "driver container failed with ExitCode: ") {
		t.Errorf("state %s: %s", s.AppState.State, s.AppState.ErrorMessage)
	}
	if cause, _, _ := strings.Cut(s.AppState.ErrorMessage, " (driver container failed"); !strings.Contains(cause, "NoSuchClass") {
		t.Errorf("errorMessage %q does not begin with the cause", s.AppState.ErrorMessage)
	}
	f := s.LastFailure
	if f == nil || f.Class != v1beta2.FailureClassDriver || ptr.Deref(f.ExitCode, 0) == 0 || f.Reason != "MainClassNotFound" || f.Node == "" || f.Pod != app.Name+"-driver" {
		t.Fatalf("failure record: %+v", f)
	}
	// The last words are there without access to the log.
	if !strings.Contains(f.LogTail, "org.example.NoSuchClass") {
		t.Errorf("end of the log: %q", f.LogTail)
	}
	checkEvents(ctx, t, app, "SparkDriverFailed", "SparkApplicationFailed")
}

func TestMissingImageSaysWhy(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-no-image", func(app *v1beta2.SparkApplication) {
		app.Spec.Image = new("docker.io/library/no-such-image:1")
	})
	create(ctx, t, app)
	until(ctx, t, app, "the reason in the condition DriverReady", func() bool {
		ready := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionDriverReady)
		return ready != nil && ready.Status == metav1.ConditionFalse && slices.Contains([]string{"ErrImagePull", "ImagePullBackOff"}, ready.Reason) &&
			strings.Contains(ready.Message, "no-such-image")
	})
	if got := app.Status.AppState.State; got != stateSubmitted {
		t.Errorf("state = %s, want SUBMITTED", got)
	}
	checkEvents(ctx, t, app, "SparkDriverPending")
}

func TestDeletionRemovesEverything(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-deleted", slicesOf("100000"))
	app.Spec.DriverIngressOptions = []v1beta2.DriverIngressConfiguration{
		{ServicePort: new(int32(7078)), ServicePortName: new("rpc"), IngressURLFormat: "{{$appName}}.example.com"},
	}
	create(ctx, t, app)
	until(ctx, t, app, "a running executor", func() bool { return running(app) > 0 })
	showsWebUI(ctx, t, app)
	if got := len(children(ctx, t, app)); got < 4 {
		t.Errorf("%d children before the deletion, want driver, executor, ConfigMap and Service at least", got)
	}
	// A plain background deletion, as kubectl delete --wait=false does.
	if err := c.Client.Delete(ctx, app); err != nil {
		t.Fatal(err)
	}
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 2*soon, true, func(ctx context.Context) (bool, error) {
		return len(children(ctx, t, app)) == 0, nil
	})
	if err != nil {
		t.Errorf("left behind: %v", children(ctx, t, app))
	}
}

// showsWebUI asks Spark, at the address that the status names, which application its web UI is of.
func showsWebUI(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	last := errors.New("it was not asked")
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, 2*soon, true, func(ctx context.Context) (bool, error) {
		var shown []struct{ ID string }
		last = getJSON(ctx, "http://"+app.Status.DriverInfo.WebUIAddress+"/api/v1/applications", &shown)
		if last == nil && (len(shown) != 1 || shown[0].ID != app.Status.SparkApplicationID) {
			last = fmt.Errorf("it is of %v, not of %s", shown, app.Status.SparkApplicationID)
		}
		return last == nil, nil
	})
	if err != nil {
		t.Errorf("web UI %+v: %v", app.Status.DriverInfo, last)
	}
}

func getJSON(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	return json.NewDecoder(response.Body).Decode(into)
}

func running(app *v1beta2.SparkApplication) int {
	n := 0
	for _, state := range app.Status.ExecutorState {
		if state == v1beta2.ExecutorStateRunning {
			n++
		}
	}
	return n
}

// Not parallel: the others need the controller.
func TestControllerKilledWhileAnApplicationRuns(t *testing.T) {
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-controller-killed", slicesOf("200"))
	create(ctx, t, app)
	drivers := watchDrivers(ctx, t, app)
	until(ctx, t, app, "RUNNING", func() bool { return app.Status.AppState.State == stateRunning })
	killController(ctx, t)
	follow(ctx, t, app)
	if got := app.Status.AppState.State; got != stateCompleted {
		t.Errorf("ended in %s: %s", got, app.Status.AppState.ErrorMessage)
	}
	if app.Status.ExecutionAttempts != 1 {
		t.Errorf("executionAttempts = %d, want 1", app.Status.ExecutionAttempts)
	}
	if got := drivers(); len(got) != 1 {
		t.Errorf("%d driver pods were made: %v", len(got), got)
	}
	if err := c.WaitAvailable(ctx, cluster.ControllerDeployment); err != nil {
		t.Error(err)
	}
}

// killController deletes the controller's pod without grace.
func killController(ctx context.Context, t *testing.T) {
	t.Helper()
	selector := client.MatchingLabels{"app.kubernetes.io/component": "controller"}
	err := c.Client.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace(cluster.Namespace), selector, client.GracePeriodSeconds(0))
	if err != nil {
		t.Fatal(err)
	}
}

// watchDrivers collects the UIDs of all driver pods that the application ever has.
func watchDrivers(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) func() []string {
	t.Helper()
	selector := client.MatchingLabels{sparklabels.AppName: app.Name, sparklabels.SparkRole: sparklabels.RoleDriver}
	w, err := c.Client.Watch(ctx, &corev1.PodList{}, client.InNamespace(app.Namespace), selector)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan []string, 1)
	go func() {
		var uids []string
		for event := range w.ResultChan() {
			if pod, isPod := event.Object.(*corev1.Pod); isPod && !slices.Contains(uids, string(pod.UID)) {
				uids = append(uids, string(pod.UID))
			}
		}
		seen <- uids
	}()
	return func() []string {
		w.Stop()
		return <-seen
	}
}

func TestSubmissionBySparkSubmit(t *testing.T) {
	ctx := limited(t, appLimit)
	// With a claim that Spark's own client makes for the driver: the operator's rights reach that far.
	const class = "e2e-spark-submit"
	volume(ctx, t, class)
	app := application(t, "spark-pi", "e2e-spark-submit", func(app *v1beta2.SparkApplication) {
		app.Annotations = map[string]string{mode.Annotation: string(mode.SparkSubmit)}
		const claim = "spark.kubernetes.driver.volumes.persistentVolumeClaim.scratch."
		app.Spec.SparkConf = map[string]string{
			claim + "options.claimName": "OnDemand", claim + "options.storageClass": class, claim + "options.sizeLimit": "1Mi", claim + "mount.path": "/scratch",
		}
	})
	create(ctx, t, app)
	follow(ctx, t, app)
	if got := app.Status.AppState.State; got != stateCompleted {
		t.Fatalf("ended in %s: %s", got, app.Status.AppState.ErrorMessage)
	}
	checkCompletedStatus(t, app)
	driver := &corev1.Pod{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: app.Namespace, Name: app.Status.DriverInfo.PodName}, driver); err != nil {
		t.Fatal(err)
	}
	if !metav1.IsControlledBy(driver, app) || driver.Labels[sparklabels.SubmissionID] != app.Status.SubmissionID ||
		driver.Labels[sparklabels.SparkAppSelector] != app.Status.SparkApplicationID {
		t.Errorf("driver owners %+v, labels %v", driver.OwnerReferences, driver.Labels)
	}
}

// volume makes a volume for a claim of 1 MiB of the storage class.
func volume(ctx context.Context, t *testing.T, class string) {
	t.Helper()
	v := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-volume-"}, Spec: corev1.PersistentVolumeSpec{
		StorageClassName:              class,
		AccessModes:                   []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod},
		Capacity:                      corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Mi")},
		PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
		PersistentVolumeSource: corev1.PersistentVolumeSource{
			HostPath: &corev1.HostPathVolumeSource{Path: "/tmp/spark-operator-e2e-volume", Type: ptr.To(corev1.HostPathDirectoryOrCreate)},
		},
	}}
	if err := c.Client.Create(ctx, v); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Client.Delete(context.WithoutCancel(ctx), v); err != nil {
			t.Error(err)
		}
	})
}
