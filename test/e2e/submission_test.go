// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/submission/mode"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// versionsVariable names the releases of Spark whose images run the samples natively, separated by blanks;
// otherVersions unless set.
const versionsVariable = "SPARK_VERSIONS"

// otherVersions are the oldest and the newest one. That of the samples themselves is run by TestSamplesComplete.
var otherVersions = []string{"3.5.9", "4.3.0"}

// greeting is in no alphabet that a process without a UTF-8 locale could pass on.
const greeting = "Grüße, 世界 🚀"

func TestNativeOnOtherVersions(t *testing.T) {
	versions := strings.Fields(os.Getenv(versionsVariable))
	if len(versions) == 0 {
		versions = otherVersions
	}
	for _, version := range versions {
		ctx := limited(t, upLimit)
		image, err := c.SparkImage(ctx, version)
		if err != nil {
			t.Fatal(err)
		}
		for _, sample := range []string{"spark-pi", "spark-pi-python"} {
			t.Run(version+" "+sample, func(t *testing.T) {
				t.Parallel()
				ctx := limited(t, appLimit)
				app := application(t, sample, "e2e-"+sample+"-"+strings.ReplaceAll(version, ".", "-"), func(app *v1beta2.SparkApplication) {
					app.Annotations = map[string]string{mode.Annotation: string(mode.Native)}
					app.Spec.SparkVersion, app.Spec.Image = version, &image
				})
				create(ctx, t, app)
				follow(ctx, t, app)
				if got := app.Status.AppState.State; got != stateCompleted {
					t.Fatalf("ended in %s: %s", got, app.Status.AppState.ErrorMessage)
				}
				checkCompletedStatus(t, app)
				checkSubmittedNatively(ctx, t, app)
				log, err := c.Logs(ctx, app.Namespace, app.Status.DriverInfo.PodName, 0)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(log, "Pi is roughly 3.1") || !strings.Contains(log, "version "+version) {
					t.Errorf("the driver's log has no result, or is not of Spark %s:\n%s", version, log)
				}
			})
		}
	}
}

// Arguments beyond ASCII arrive in both modes; spark-submit needs a locale for that.
func TestArgumentsArriveAsTheyAre(t *testing.T) {
	arguments := []string{"1", greeting, "--conf", "spark.kubernetes.namespace=kube-system", "a b", "", `"quoted" $HOME`}
	for _, m := range []mode.Mode{mode.Native, mode.SparkSubmit} {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			ctx := limited(t, appLimit)
			app := application(t, "spark-pi", "e2e-arguments-"+strings.ToLower(string(m)), func(app *v1beta2.SparkApplication) {
				app.Annotations = map[string]string{mode.Annotation: string(m)}
				app.Spec.Arguments = arguments
			})
			create(ctx, t, app)
			until(ctx, t, app, "SUBMITTED", func() bool { return app.Status.DriverInfo.PodName != "" && app.Status.SparkApplicationID != "" })
			driver := podInRole(ctx, t, app, sparklabels.RoleDriver)
			args := driver.Spec.Containers[0].Args
			got := args[max(0, len(args)-len(arguments)):]
			if diff := cmp.Diff(arguments, got); diff != "" {
				t.Errorf("arguments of the driver (-want +got):\n%s", diff)
			}
			follow(ctx, t, app)
			if state := app.Status.AppState.State; state != stateCompleted {
				t.Errorf("ended in %s: %s", state, app.Status.AppState.ErrorMessage)
			}
		})
	}
}

// A local file takes spark-submit, which the operator's image has; the file is one of the operator's container, which
// applications may not have.
func TestFallbackToSparkSubmit(t *testing.T) {
	t.Parallel()
	ctx := limited(t, appLimit)
	app := application(t, "spark-pi", "e2e-fallback", func(app *v1beta2.SparkApplication) {
		app.Spec.Deps.Files = []string{"file:///var/run/secrets/kubernetes.io/serviceaccount/token"}
	})
	create(ctx, t, app)
	follow(ctx, t, app)
	message := app.Status.AppState.ErrorMessage
	for _, part := range []string{
		"native submission does not support spark.files file:///var/run/secrets/kubernetes.io/serviceaccount/token",
		`spec.deps.files: "file:///var/run/secrets/kubernetes.io/serviceaccount/token": it is a file of the operator's container`,
	} {
		if !strings.Contains(message, part) {
			t.Errorf("errorMessage %q lacks %q", message, part)
		}
	}
	condition := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionNativeSubmission)
	if condition == nil || condition.Status != metav1.ConditionFalse || condition.Reason != v1beta2.ReasonNotSupported {
		t.Errorf("condition NativeSubmission: %+v", condition)
	}
	checkEvents(ctx, t, app, "SparkApplicationSubmissionFallback")
}

// checkSubmittedNatively asks that the driver reads a ConfigMap whose name the operator derived from the application's
// id: Spark's client draws one at random.
func checkSubmittedNatively(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	id := strings.TrimPrefix(app.Status.SparkApplicationID, "spark-")
	want := "spark-drv-" + id[:len(id)/2] + "-conf-map"
	for _, volume := range podInRole(ctx, t, app, sparklabels.RoleDriver).Spec.Volumes {
		if volume.ConfigMap != nil && volume.ConfigMap.Name == want {
			return
		}
	}
	t.Errorf("the driver has no ConfigMap %s: it was not submitted natively", want)
}

// podInRole returns the application's first pod of a role.
func podInRole(ctx context.Context, t *testing.T, app *v1beta2.SparkApplication, role string) *corev1.Pod {
	t.Helper()
	pods := &corev1.PodList{}
	labels := client.MatchingLabels{sparklabels.AppName: app.Name, sparklabels.SparkRole: role}
	if err := c.Client.List(ctx, pods, client.InNamespace(app.Namespace), labels); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(pods.Items, func(pod corev1.Pod) bool { return pod.Labels[sparklabels.SubmissionID] == app.Status.SubmissionID })
	if i < 0 {
		t.Fatalf("application %s has no %s pod", app.Name, role)
	}
	return &pods.Items[i]
}
