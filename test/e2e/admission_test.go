// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

// shaped is an application with fields that only pods show.
func shaped(app *v1beta2.SparkApplication) {
	app.Spec.Driver.Cores, app.Spec.Driver.Memory = nil, nil
	for role, pod := range map[string]*v1beta2.SparkPodSpec{"driver": &app.Spec.Driver.SparkPodSpec, "executor": &app.Spec.Executor.SparkPodSpec} {
		pod.Env = append(pod.Env, corev1.EnvVar{Name: "GREETING", Value: "hello " + role})
		pod.Labels = map[string]string{"team": "a"}
		pod.Annotations = map[string]string{"example.com/role": role}
		pod.Tolerations = []corev1.Toleration{{Key: "spark", Operator: corev1.TolerationOpExists}}
		pod.HostAliases = []corev1.HostAlias{{IP: "192.0.2.1", Hostnames: []string{"store"}}}
		pod.TerminationGracePeriodSeconds = new(int64(7))
		pod.DNSConfig = &corev1.PodDNSConfig{Options: []corev1.PodDNSConfigOption{{Name: "ndots", Value: new("2")}}}
		pod.ConfigMaps = []v1beta2.NamePath{{Name: "kube-root-ca.crt", Path: "/etc/ca"}}
		pod.VolumeMounts = []corev1.VolumeMount{{Name: "scratch", MountPath: "/scratch"}, {Name: "spark-local-dir-1", MountPath: "/local"}}
	}
	for _, name := range []string{"scratch", "spark-local-dir-1"} {
		app.Spec.Volumes = append(app.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}})
	}
}

// The same applications run with the webhook and without: their pods are the same, and so is how they end.
func TestPodsAreTheSameWithoutTheWebhook(t *testing.T) {
	ctx := limited(t, 3*appLimit)
	samples := []string{"spark-pi", "spark-pi-python"}
	with, without := map[string]map[string]*corev1.Pod{}, map[string]map[string]*corev1.Pod{}
	for _, sample := range samples {
		with[sample] = runAndKeepPods(ctx, t, sample)
	}
	withoutWebhook(ctx, t)
	awaitDefaults(ctx, t, false)
	for _, sample := range samples {
		without[sample] = runAndKeepPods(ctx, t, sample)
		for _, role := range []string{sparklabels.RoleDriver, sparklabels.RoleExecutor} {
			if with[sample][role] == nil || without[sample][role] == nil {
				t.Fatalf("%s: no %s was seen: with the webhook %t, without %t", sample, role, with[sample][role] != nil, without[sample][role] != nil)
			}
			if diff := cmp.Diff(with[sample][role], without[sample][role], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s pod (-with the webhook +without):\n%s", sample, role, diff)
			}
		}
	}
	checkRefusedWithoutTheWebhook(ctx, t)
}

// checkRefusedWithoutTheWebhook asks that what the webhook would refuse is refused by the schema or ends before a pod
// is made.
func checkRefusedWithoutTheWebhook(ctx context.Context, t *testing.T) {
	t.Helper()
	clientMode := application(t, "spark-pi", "e2e-refused", func(app *v1beta2.SparkApplication) { app.Spec.Mode = v1beta2.DeployModeClient })
	if err := c.Client.Create(ctx, clientMode, client.DryRunAll); err == nil {
		t.Error("the schema accepts client mode")
	}
	wrong := application(t, "spark-pi", "e2e-refused", func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf = map[string]string{"spark.master": "local[1]"}
		app.Spec.Driver.Memory = new("lots")
	})
	create(ctx, t, wrong)
	until(ctx, t, wrong, "the refusal", func() bool { return cluster.Ended(wrong) })
	for _, why := range []string{`sparkConf key "spark.master" is not allowed`, `spec.driver.memory: "lots": must be a whole number with a unit of Spark`} {
		if !strings.Contains(wrong.Status.AppState.ErrorMessage, why) {
			t.Errorf("error message %q lacks %q", wrong.Status.AppState.ErrorMessage, why)
		}
	}
	if made := children(ctx, t, wrong); len(made) > 0 {
		t.Errorf("made %v", made)
	}
}

// runAndKeepPods runs a sample to its end, and returns one pod of each role as it was first seen.
func runAndKeepPods(ctx context.Context, t *testing.T, sample string) map[string]*corev1.Pod {
	t.Helper()
	const name = "e2e-shaped"
	app := application(t, sample, name, shaped)
	if err := c.Remove(ctx, app.DeepCopy()); err != nil {
		t.Fatal(err)
	}
	watched, err := c.Client.Watch(ctx, &corev1.PodList{}, client.InNamespace(app.Namespace), client.MatchingLabels{sparklabels.AppName: name})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Client.Create(ctx, app); err != nil {
		t.Fatal(err)
	}
	created := app.DeepCopy() // follow reads the application again and again.
	seen := map[string]*corev1.Pod{}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		for event := range watched.ResultChan() {
			if pod, isPod := event.Object.(*corev1.Pod); isPod && seen[pod.Labels[sparklabels.SparkRole]] == nil {
				seen[pod.Labels[sparklabels.SparkRole]] = withoutIDs(pod, created)
			}
		}
	}()
	follow(ctx, t, app)
	watched.Stop()
	<-collected
	if app.Status.AppState.State != stateCompleted {
		explain(ctx, t, app)
		t.Fatalf("ended in %s: %s", app.Status.AppState.State, app.Status.AppState.ErrorMessage)
	}
	if err := c.Remove(ctx, app); err != nil {
		t.Fatal(err)
	}
	return seen
}

// withoutIDs returns a pod without what differs from run to run: names that carry ids, and what the cluster gives it.
func withoutIDs(pod *corev1.Pod, app *v1beta2.SparkApplication) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: pod.Labels, Annotations: pod.Annotations}, Spec: *pod.Spec.DeepCopy()}
	for _, owner := range pod.OwnerReferences {
		if owner.UID == app.UID {
			owner.UID = "the application"
		} else {
			owner.UID = "a pod"
		}
		p.OwnerReferences = append(p.OwnerReferences, owner)
	}
	for _, id := range []string{sparklabels.SubmissionID, sparklabels.SparkAppSelector} {
		delete(p.Labels, id)
	}
	p.Spec.NodeName, p.Spec.Hostname = "", ""
	// The token's volume has a random name, and its mounts with it.
	p.Spec.Volumes = slices.DeleteFunc(p.Spec.Volumes, func(v corev1.Volume) bool { return strings.HasPrefix(v.Name, "kube-api-access-") })
	for i := range p.Spec.Volumes {
		if source := p.Spec.Volumes[i].ConfigMap; source != nil && strings.HasPrefix(p.Spec.Volumes[i].Name, "spark-conf-volume") || source != nil && p.Spec.Volumes[i].Name == "pod-template-volume" {
			source.Name = "of the run"
		}
	}
	for _, containers := range [][]corev1.Container{p.Spec.InitContainers, p.Spec.Containers} {
		for i := range containers {
			containers[i].VolumeMounts = slices.DeleteFunc(containers[i].VolumeMounts, func(m corev1.VolumeMount) bool { return strings.HasPrefix(m.Name, "kube-api-access-") })
			for j := range containers[i].Env {
				if v := &containers[i].Env[j]; perRun(v.Name) {
					v.Value = "of the run"
				}
			}
		}
	}
	return p
}

// perRun reports whether the value of a variable carries an id or an address of the run.
func perRun(variable string) bool {
	return slices.Contains([]string{"SPARK_APPLICATION_ID", "SPARK_DRIVER_POD_IP", "SPARK_DRIVER_URL"}, variable)
}

// awaitDefaults waits until the API server asks the webhook, or does not any more: a node learns of endpoints some time
// after their pods are ready or gone.
func awaitDefaults(ctx context.Context, t *testing.T, wanted bool) {
	t.Helper()
	err := wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		defaulted, err := defaultedByTheWebhook(ctx, t)
		return defaulted == wanted, err
	})
	if err != nil {
		t.Fatalf("wait until the webhook's defaults are there: %t: %v", wanted, err)
	}
}

// defaultedByTheWebhook asks for an application to be stored, but for the storing, and reports whether the webhook saw
// it.
func defaultedByTheWebhook(ctx context.Context, t *testing.T) (bool, error) {
	t.Helper()
	app := application(t, "spark-pi", "e2e-admission", func(app *v1beta2.SparkApplication) { app.Spec.Driver.Cores = nil })
	err := c.Client.Create(ctx, app, client.DryRunAll)
	return ptr.Deref(app.Spec.Driver.Cores, 0) == 1, err
}

// While the Deployment is rolled out anew, no request goes without the webhook's answer. Its failures would pass
// unseen, so what is asked is whether the defaults are there.
func TestWebhookServesDuringRollOut(t *testing.T) {
	ctx := limited(t, 3*soon)
	awaitDefaults(ctx, t, true)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	asked, missed := 0, 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		for asking.Err() == nil {
			defaulted, err := defaultedByTheWebhook(asking, t)
			if asking.Err() != nil {
				return
			}
			asked++
			if err != nil || !defaulted {
				missed++
				t.Logf("request %d: defaulted %t, error %v", asked, defaulted, err)
			}
		}
	}()
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: cluster.Namespace, Name: cluster.WebhookDeployment}}
	restart := `{"spec":{"template":{"metadata":{"annotations":{"example.com/rolled-out":"` + t.Name() + metav1.Now().String() + `"}}}}}`
	if err := c.Client.Patch(ctx, deployment, client.RawPatch("application/merge-patch+json", []byte(restart))); err != nil {
		t.Fatal(err)
	}
	if err := c.WaitAvailable(ctx, cluster.WebhookDeployment); err != nil {
		t.Fatal(err)
	}
	stop()
	<-done
	if asked < 20 || missed > 0 {
		t.Errorf("%d of %d requests went without the webhook", missed, asked)
	}
	t.Logf("%d requests during the roll-out, %d without the webhook", asked, missed)
}
