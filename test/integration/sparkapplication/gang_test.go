// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	volcanov1beta1 "volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler/kubescheduler"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// startGangs runs the controller of a cluster that has batch schedulers, Volcano first of all.
func startGangs(t *testing.T, namespace string) (stop func()) {
	t.Helper()
	return startControllerWith(t, namespace, sparksubmit.Options{}, func(c *configv1alpha1.ControllerConfiguration) {
		c.BatchScheduler = configv1alpha1.BatchScheduler{Enabled: []string{"volcano", "yunikorn"}, KubeSchedulers: []string{"gangs"}, Default: "volcano"}
	})
}

// groups returns the PodGroups of a namespace for a scheduler.
func groups(t *testing.T, namespace, group, version string) []metav1.PartialObjectMetadata {
	t.Helper()
	list := &metav1.PartialObjectMetadataList{TypeMeta: metav1.TypeMeta{APIVersion: group + "/" + version, Kind: "PodGroupList"}}
	if err := api.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func volcanoGroups(t *testing.T, namespace string) []metav1.PartialObjectMetadata {
	t.Helper()
	return groups(t, namespace, "scheduling.volcano.sh", "v1beta1")
}

// The tests of gangs are one test: the first needs a cluster that does not know the kind yet.
func TestGangs(t *testing.T) {
	t.Run("a scheduler that is installed later", testSchedulerInstalledLater)
	t.Run("a gang ends with its run", testGangEndsWithItsRun)
	t.Run("a gang is the next attempt's", testGangIsTheNextAttempts)
	t.Run("a gang is not kept while suspended", testGangIsNotKeptWhileSuspended)
	t.Run("a gang that waits", testGangThatWaits)
	t.Run("each scheduler is told", testEachSchedulerIsTold)
	t.Run("a scheduler that is not enabled", testSchedulerNotEnabled)
	t.Run("a gang of somebody else's", testGangOfSomebodyElses)
}

// Where the cluster does not know PodGroups, no driver waits for ever: the status says so, and an event, and once the
// kind is there the run goes on.
func testSchedulerInstalledLater(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	eventually(t, func(ctx context.Context) bool {
		if api.Get(ctx, client.ObjectKeyFromObject(app), app) != nil {
			return false
		}
		c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionSucceeded)
		return c != nil && c.Reason == "SchedulerNotInstalled" && strings.Contains(c.Message, "PodGroup of scheduling.volcano.sh/v1beta1") &&
			strings.Contains(c.Message, "install Volcano")
	}, func() string { return fmt.Sprintf("a condition that says what is missing: %+v", app.Status.Conditions) })
	list := &corev1.EventList{}
	eventually(t, func(ctx context.Context) bool {
		return api.List(ctx, list, client.InNamespace(namespace), client.MatchingFields{"reason": "SparkApplicationSchedulerNotInstalled"}) == nil && len(list.Items) > 0
	}, func() string { return "an event that says what is missing" })
	pods := &corev1.PodList{}
	if err := api.List(t.Context(), pods, client.InNamespace(namespace)); err != nil || len(pods.Items) > 0 {
		t.Errorf("%d pods (%v) wait for a scheduler that is not there", len(pods.Items), err)
	}
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{Paths: []string{apiserver.Gangs()}, ErrorIfPathMissing: true}); err != nil {
		t.Fatal(err)
	}
	until(t, app, v1beta2.ApplicationStateSubmitted)
	if got := volcanoGroups(t, namespace); len(got) != 1 {
		t.Errorf("%d PodGroups, want one", len(got))
	}
}

func testGangEndsWithItsRun(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	group := &volcanov1beta1.PodGroup{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "spark-pi-pg"}, group); err != nil {
		t.Fatal(err)
	}
	if !metav1.IsControlledBy(group, app) || group.Spec.MinMember != 1 || group.Spec.MinResources == nil || group.Spec.MinResources.Memory().String() != "2816Mi" {
		t.Errorf("PodGroup %+v", group)
	}
	pod := driver(t, app)
	if pod.Spec.SchedulerName != "volcano" || pod.Annotations["scheduling.k8s.io/group-name"] != group.Name {
		t.Errorf("driver of %s in group %q", pod.Spec.SchedulerName, pod.Annotations["scheduling.k8s.io/group-name"])
	}
	// Whatever the application says by now, it is the gang of the driver that ends.
	runs(t, pod)
	until(t, app, v1beta2.ApplicationStateRunning)
	ends(t, driver(t, app), 0)
	until(t, app, v1beta2.ApplicationStateCompleted)
	eventually(t, func(context.Context) bool { return len(volcanoGroups(t, namespace)) == 0 }, func() string { return "the PodGroup to go" })
}

func testGangIsTheNextAttempts(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	first := volcanoGroups(t, namespace)
	runs(t, driver(t, app))
	until(t, app, v1beta2.ApplicationStateRunning)
	if err := api.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"executor":{"instances":5}}}`))); err != nil {
		t.Fatal(err)
	}
	group := &volcanov1beta1.PodGroup{}
	eventually(t, func(ctx context.Context) bool {
		err := api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "spark-pi-pg"}, group)
		return err == nil && group.UID != first[0].UID
	}, func() string { return "the PodGroup of the next attempt" })
	if got := group.Spec.MinResources.Cpu().String(); got != "6" {
		t.Errorf("the PodGroup asks for %s CPUs, want those of a driver and five executors", got)
	}
	if group.Labels[sparklabels.SubmissionID] == first[0].Labels[sparklabels.SubmissionID] {
		t.Error("the PodGroup is still of the attempt before")
	}
}

func testGangIsNotKeptWhileSuspended(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	patch := func(suspend bool) {
		if err := api.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"spec":{"suspend":%t}}`, suspend))); err != nil {
			t.Fatal(err)
		}
	}
	patch(true)
	until(t, app, v1beta2.ApplicationStateSuspended)
	if got := volcanoGroups(t, namespace); len(got) > 0 {
		t.Errorf("%d PodGroups keep what nobody uses", len(got))
	}
	patch(false)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	if got := volcanoGroups(t, namespace); len(got) != 1 {
		t.Errorf("%d PodGroups after the resumption, want one", len(got))
	}
}

// While a gang waits the status has the scheduler's own words: Volcano's of the PodGroup, YuniKorn's of the driver.
func testGangThatWaits(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	says := func(app *v1beta2.SparkApplication, about client.Object, kind, reason, message, want string) {
		t.Helper()
		create(t, &corev1.Event{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: app.Name}, Type: corev1.EventTypeNormal, Reason: reason, Message: message,
			InvolvedObject: corev1.ObjectReference{Kind: kind, Namespace: namespace, Name: about.GetName(), UID: about.GetUID()},
			LastTimestamp:  metav1.Now(),
		})
		eventually(t, func(ctx context.Context) bool {
			if api.Get(ctx, client.ObjectKeyFromObject(app), app) != nil {
				return false
			}
			c := meta.FindStatusCondition(app.Status.Conditions, v1beta2.ConditionDriverReady)
			return c != nil && c.Status == metav1.ConditionFalse && c.Reason == reason && c.Message == want
		}, func() string { return fmt.Sprintf("%q in the status: %+v", want, app.Status.Conditions) })
	}
	app := newApplication(namespace, func(a *v1beta2.SparkApplication) {
		a.Spec.BatchSchedulerOptions = &v1beta2.BatchSchedulerConfiguration{Queue: new("analytics")}
	})
	create(t, app)
	until(t, app, v1beta2.ApplicationStateSubmitted)
	says(app, &volcanoGroups(t, namespace)[0], "PodGroup", "Unschedulable", "resource in cluster is overused",
		"PodGroup spark-pi-pg of queue analytics is Pending: resource in cluster is overused")
	other := newApplication(namespace, func(a *v1beta2.SparkApplication) { a.Name, a.Spec.BatchScheduler = "other", new("yunikorn") })
	create(t, other)
	until(t, other, v1beta2.ApplicationStateSubmitted)
	says(other, driver(t, other), "Pod", "Scheduling", "other-driver is queued and waiting for allocation", "other-driver is queued and waiting for allocation")
}

func testEachSchedulerIsTold(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	class := &corev1.ObjectReference{Name: "system-cluster-critical"}
	for name, check := range map[string]func(*testing.T, *v1beta2.SparkApplication, *corev1.Pod){
		"yunikorn": func(t *testing.T, _ *v1beta2.SparkApplication, pod *corev1.Pod) {
			t.Helper()
			if pod.Labels["queue"] != "root.team" || !strings.Contains(pod.Annotations["yunikorn.apache.org/task-groups"], `"spark-executor"`) {
				t.Errorf("labels %v, annotations %v", pod.Labels, pod.Annotations)
			}
		},
		"gangs": func(t *testing.T, app *v1beta2.SparkApplication, pod *corev1.Pod) {
			t.Helper()
			group := &kubescheduler.PodGroup{}
			if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: app.Name + "-pg"}, group); err != nil {
				t.Fatal(err)
			}
			if pod.Labels["scheduling.x-k8s.io/pod-group"] != group.Name || group.Spec.MinResources.Cpu().String() != "2" || !metav1.IsControlledBy(group, app) {
				t.Errorf("labels %v, PodGroup %+v", pod.Labels, group)
			}
		},
	} {
		app := newApplication(namespace, func(a *v1beta2.SparkApplication) {
			a.Name, a.Spec.BatchScheduler = name, &name
			a.Spec.BatchSchedulerOptions = &v1beta2.BatchSchedulerConfiguration{Queue: new("root.team"), PriorityClassName: &class.Name}
		})
		create(t, app)
		until(t, app, v1beta2.ApplicationStateSubmitted)
		pod := driver(t, app)
		if pod.Spec.SchedulerName != name || pod.Spec.PriorityClassName != class.Name {
			t.Errorf("driver of scheduler %q, class %q", pod.Spec.SchedulerName, pod.Spec.PriorityClassName)
		}
		check(t, app, pod)
	}
}

func testSchedulerNotEnabled(t *testing.T) {
	namespace := newNamespace(t)
	startGangs(t, namespace)
	app := newApplication(namespace, func(a *v1beta2.SparkApplication) { a.Spec.BatchScheduler = new("fair") })
	create(t, app)
	until(t, app, v1beta2.ApplicationStateFailed)
	if !strings.Contains(app.Status.AppState.ErrorMessage, `spec.batchScheduler: "fair": it is not enabled; enabled are volcano, yunikorn, gangs`) {
		t.Errorf("message %q", app.Status.AppState.ErrorMessage)
	}
}

// A PodGroup of the name that is somebody else's is left alone, and the submission says so.
func testGangOfSomebodyElses(t *testing.T) {
	namespace := newNamespace(t)
	group := &volcanov1beta1.PodGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "spark-pi-pg"}, Spec: volcanov1beta1.PodGroupSpec{MinMember: 7}}
	create(t, group)
	startGangs(t, namespace)
	app := newApplication(namespace)
	create(t, app)
	until(t, app, v1beta2.ApplicationStateFailed)
	if !strings.Contains(app.Status.AppState.ErrorMessage, "podgroup "+namespace+"/spark-pi-pg is not this application's") {
		t.Errorf("message %q", app.Status.AppState.ErrorMessage)
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(group), group); apierrors.IsNotFound(err) || group.Spec.MinMember != 7 {
		t.Errorf("the PodGroup is %+v (%v)", group.Spec, err)
	}
}
