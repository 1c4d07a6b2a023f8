// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/cluster"
)

// fieldsName is the name of the application, and of the Secret and the ConfigMap that it uses.
const fieldsName = "e2e-fields"

// pollPods is how often pods are read.
const pollPods = 200 * time.Millisecond

// Pods have every field of the application although nobody mutates them: the webhook is away while they are made.
func TestPodsAreAsDeclaredWithoutTheWebhook(t *testing.T) {
	ctx := limited(t, 2*appLimit)
	withoutWebhook(ctx, t)
	needed(ctx, t, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: fieldsName, Namespace: "default"}, StringData: map[string]string{"key": "of the secret"},
	})
	needed(ctx, t, &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: fieldsName, Namespace: "default"}, Data: map[string]string{"settings": "of the ConfigMap"},
	})
	app := application(t, "spark-pi", fieldsName, everyField)
	create(ctx, t, app)
	pods := map[string]*corev1.Pod{}
	until(ctx, t, app, "a running executor", func() bool { return running(app) > 0 || cluster.Ended(app) })
	for _, role := range []string{sparklabels.RoleDriver, sparklabels.RoleExecutor} {
		pods[role] = podInRole(ctx, t, app, role)
	}
	// A file of the ConfigMap and a variable of the Secret, seen from within.
	checkInit(ctx, t, pods)
	follow(ctx, t, app)
	if got := app.Status.AppState.State; got != stateCompleted {
		t.Fatalf("ended in %s: %s", got, app.Status.AppState.ErrorMessage)
	}
	for role, pod := range pods {
		if diff := cmp.Diff(wantShape(role, app), shapeOf(role, pod), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s pod (-want +got):\n%s", role, diff)
		}
	}
}

// withoutWebhook takes the webhook away until the test ends.
func withoutWebhook(ctx context.Context, t *testing.T) {
	t.Helper()
	before := scaleWebhook(ctx, t, 0)
	t.Cleanup(func() {
		ctx := context.WithoutCancel(ctx)
		scaleWebhook(ctx, t, before)
		if err := c.WaitAvailable(ctx, cluster.WebhookDeployment); err != nil {
			t.Error(err)
		}
		awaitDefaults(ctx, t, true)
	})
	if err := c.WaitAvailable(ctx, cluster.WebhookDeployment); err != nil {
		t.Fatal(err)
	}
}

// scaleWebhook returns how many replicas there were.
func scaleWebhook(ctx context.Context, t *testing.T, replicas int32) int32 {
	t.Helper()
	webhook := &appsv1.Deployment{}
	if err := c.Client.Get(ctx, client.ObjectKey{Namespace: cluster.Namespace, Name: cluster.WebhookDeployment}, webhook); err != nil {
		t.Fatal(err)
	}
	old := webhook.DeepCopy()
	webhook.Spec.Replicas = &replicas
	if err := c.Client.Patch(ctx, webhook, client.MergeFrom(old)); err != nil {
		t.Fatal(err)
	}
	return *old.Spec.Replicas
}

// needed makes an object until the test ends.
func needed(ctx context.Context, t *testing.T, object client.Object) {
	t.Helper()
	if err := c.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Client.Delete(context.WithoutCancel(ctx), object); err != nil {
			t.Error(err)
		}
	})
}

// everyField asks for what shapes pods, differently for driver and executors where a mix-up would not show.
func everyField(app *v1beta2.SparkApplication) {
	app.Spec.Arguments = []string{"100"}
	app.Spec.Volumes = []corev1.Volume{
		{Name: "shared", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		{Name: "spark-local-dir-1", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	}
	fill(&app.Spec.Driver.SparkPodSpec, sparklabels.RoleDriver, sparklabels.DriverContainer)
	fill(&app.Spec.Executor.SparkPodSpec, sparklabels.RoleExecutor, sparklabels.ExecutorContainer)
	app.Spec.Driver.ServiceAccount = new("spark-operator-spark")
}

// script fails where the ConfigMap or the Secret is not there, so that Spark does not start.
const script = `test "$(cat /settings/settings)" = "of the ConfigMap" && test "$KEY" = "of the secret" && echo all is there > /shared/found && cat /shared/found`

func fill(pod *v1beta2.SparkPodSpec, role, container string) {
	key := &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fieldsName}, Key: "key"}}
	pod.Template = &corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"template": role}, Annotations: map[string]string{"example.com/template": role}},
		Spec: corev1.PodSpec{
			Volumes:    []corev1.Volume{{Name: "settings", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: fieldsName}}}}},
			Containers: []corev1.Container{{Name: container, Env: []corev1.EnvVar{{Name: "TEMPLATE", Value: role}}, WorkingDir: "/tmp"}},
		},
	}
	pod.Labels = map[string]string{"example.com/role": role}
	pod.Annotations = map[string]string{"example.com/role": role}
	pod.Env = []corev1.EnvVar{{Name: "ROLE", Value: role}, {Name: "KEY", ValueFrom: key}}
	pod.EnvFrom = []corev1.EnvFromSource{{Prefix: "FROM_", SecretRef: &corev1.SecretEnvSource{LocalObjectReference: corev1.LocalObjectReference{Name: fieldsName}}}}
	pod.EnvSecretKeyRefs = map[string]v1beta2.NameKey{"REFERRED": {Name: fieldsName, Key: "key"}}
	pod.ConfigMaps = []v1beta2.NamePath{{Name: fieldsName, Path: "/configured"}}
	pod.Secrets = []v1beta2.SecretInfo{{Name: fieldsName, Path: "/secret", Type: v1beta2.SecretTypeGeneric}}
	pod.VolumeMounts = []corev1.VolumeMount{{Name: "shared", MountPath: "/shared"}, {Name: "spark-local-dir-1", MountPath: "/scratch"}}
	pod.Affinity = &corev1.Affinity{NodeAffinity: &corev1.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []corev1.PreferredSchedulingTerm{
		{Weight: 1, Preference: corev1.NodeSelectorTerm{MatchExpressions: []corev1.NodeSelectorRequirement{{Key: "example.com/" + role, Operator: corev1.NodeSelectorOpExists}}}},
	}}}
	pod.Tolerations = []corev1.Toleration{{Key: "example.com/" + role, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}
	pod.NodeSelector = map[string]string{"kubernetes.io/os": "linux"}
	pod.PodSecurityContext = &corev1.PodSecurityContext{FSGroup: new(int64(185)), RunAsNonRoot: new(true)}
	pod.HostAliases = []corev1.HostAlias{{IP: "192.0.2.1", Hostnames: []string{role + ".example.com"}}}
	pod.TerminationGracePeriodSeconds = new(int64(7))
	pod.InitContainers = []corev1.Container{{
		Name: "before", Image: "docker.io/library/spark:4.0.1", Command: []string{"/bin/sh", "-c", script}, Env: []corev1.EnvVar{{Name: "KEY", ValueFrom: key}},
		SecurityContext: pod.SecurityContext.DeepCopy(),
		VolumeMounts:    []corev1.VolumeMount{{Name: "settings", MountPath: "/settings"}, {Name: "shared", MountPath: "/shared"}},
	}}
	// It must go on: a driver whose sidecar has ended is not ready, and executors would not find its address.
	pod.Sidecars = []corev1.Container{{
		Name: "beside", Image: "docker.io/library/spark:4.0.1", Command: []string{"sleep", "3600"}, SecurityContext: pod.SecurityContext.DeepCopy(),
	}}
}

// shape is what the test asks for of a pod.
type shape struct {
	Labels, Annotations, NodeSelector map[string]string
	Affinity                          *corev1.Affinity
	Tolerations                       []corev1.Toleration
	PodSecurity                       *corev1.PodSecurityContext
	Security                          *corev1.SecurityContext
	HostAliases                       []corev1.HostAlias
	GracePeriod                       *int64
	WorkingDir                        string
	Env                               map[string]corev1.EnvVar
	EnvFrom                           []corev1.EnvFromSource
	// Mounts are the sources of the Spark container's volumes by the path that they are mounted at.
	Mounts map[string]string
	// Init and Beside are the other containers: name, image, command, variables, security and mounts.
	Init, Beside []corev1.Container
}

func wantShape(role string, app *v1beta2.SparkApplication) shape {
	pod := &app.Spec.Driver.SparkPodSpec
	if role == sparklabels.RoleExecutor {
		pod = &app.Spec.Executor.SparkPodSpec
	}
	referred := &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: fieldsName}, Key: "key"}}
	return shape{
		Labels: map[string]string{
			"template": role, "example.com/role": role, sparklabels.AppName: app.Name, sparklabels.LaunchedByOperator: "true",
			sparklabels.SubmissionID: app.Status.SubmissionID, sparklabels.SparkRole: role,
		},
		Annotations:  map[string]string{"example.com/template": role, "example.com/role": role},
		NodeSelector: pod.NodeSelector, Affinity: pod.Affinity, Tolerations: pod.Tolerations, PodSecurity: pod.PodSecurityContext,
		Security: pod.SecurityContext, HostAliases: pod.HostAliases, GracePeriod: pod.TerminationGracePeriodSeconds, WorkingDir: "/tmp",
		Env: map[string]corev1.EnvVar{
			"TEMPLATE": {Name: "TEMPLATE", Value: role}, "ROLE": {Name: "ROLE", Value: role},
			"KEY": {Name: "KEY", ValueFrom: referred}, "REFERRED": {Name: "REFERRED", ValueFrom: referred},
		},
		EnvFrom: pod.EnvFrom,
		Mounts: map[string]string{
			"/shared": "emptyDir", "/scratch": "emptyDir", "/configured": "configMap " + fieldsName, "/secret": "secret " + fieldsName,
		},
		Init: pod.InitContainers, Beside: pod.Sidecars,
	}
}

// shapeOf leaves out what is not asked for: what Spark, the kubelet and the cluster's defaults add.
func shapeOf(role string, pod *corev1.Pod) shape {
	spark := podmutation.SparkContainer(pod, podmutation.Input{App: &v1beta2.SparkApplication{}, Role: podmutation.Role(role)})
	got := shape{
		Labels: map[string]string{}, Annotations: map[string]string{}, NodeSelector: pod.Spec.NodeSelector, Affinity: pod.Spec.Affinity,
		PodSecurity: pod.Spec.SecurityContext, Security: spark.SecurityContext, HostAliases: pod.Spec.HostAliases,
		GracePeriod: pod.Spec.TerminationGracePeriodSeconds, WorkingDir: spark.WorkingDir, EnvFrom: spark.EnvFrom,
		Env: map[string]corev1.EnvVar{}, Mounts: map[string]string{},
	}
	for _, key := range []string{"template", "example.com/role", sparklabels.AppName, sparklabels.LaunchedByOperator, sparklabels.SubmissionID, sparklabels.SparkRole} {
		got.Labels[key] = pod.Labels[key]
	}
	for _, key := range []string{"example.com/template", "example.com/role"} {
		got.Annotations[key] = pod.Annotations[key]
	}
	for _, toleration := range pod.Spec.Tolerations {
		if toleration.Key == "example.com/"+role {
			got.Tolerations = append(got.Tolerations, toleration)
		}
	}
	for _, variable := range spark.Env {
		if slices.Contains([]string{"TEMPLATE", "ROLE", "KEY", "REFERRED"}, variable.Name) {
			got.Env[variable.Name] = variable
		}
	}
	for _, mount := range spark.VolumeMounts {
		if slices.Contains([]string{"/shared", "/scratch", "/configured", "/secret"}, mount.MountPath) {
			got.Mounts[mount.MountPath] = sourceOf(pod, mount.Name)
		}
	}
	for i := range pod.Spec.InitContainers {
		got.Init = append(got.Init, declared(&pod.Spec.InitContainers[i]))
	}
	for i := range pod.Spec.Containers {
		if other := &pod.Spec.Containers[i]; other.Name != spark.Name {
			got.Beside = append(got.Beside, declared(other))
		}
	}
	return got
}

// declared returns a container as users declare it.
func declared(container *corev1.Container) corev1.Container {
	mounts := slices.DeleteFunc(slices.Clone(container.VolumeMounts), func(mount corev1.VolumeMount) bool {
		return mount.MountPath == "/var/run/secrets/kubernetes.io/serviceaccount"
	})
	return corev1.Container{
		Name: container.Name, Image: container.Image, Command: container.Command, Env: container.Env,
		SecurityContext: container.SecurityContext, VolumeMounts: mounts,
	}
}

func sourceOf(pod *corev1.Pod, volume string) string {
	for _, v := range pod.Spec.Volumes {
		switch {
		case v.Name != volume:
		case v.EmptyDir != nil:
			return "emptyDir"
		case v.ConfigMap != nil:
			return "configMap " + v.ConfigMap.Name
		case v.Secret != nil:
			return "secret " + v.Secret.SecretName
		}
	}
	return ""
}

// checkInit waits until the pods' init containers have found what their script looks for; with anything missing Spark
// would not start.
func checkInit(ctx context.Context, t *testing.T, pods map[string]*corev1.Pod) {
	t.Helper()
	for role, pod := range pods {
		err := wait.PollUntilContextTimeout(ctx, pollPods, soon, true, func(ctx context.Context) (bool, error) {
			latest := &corev1.Pod{}
			if err := c.Client.Get(ctx, client.ObjectKeyFromObject(pod), latest); err != nil {
				return false, err
			}
			statuses := latest.Status.InitContainerStatuses
			return len(statuses) == 1 && statuses[0].State.Terminated != nil && statuses[0].State.Terminated.ExitCode == 0, nil
		})
		if err != nil {
			t.Errorf("init container of the %s: %v", role, err)
		}
	}
}
