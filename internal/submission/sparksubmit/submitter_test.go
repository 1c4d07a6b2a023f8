// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// world is a submitter that runs, and the cluster that it looks at.
type world struct {
	t *testing.T
	*Submitter
	cluster client.WithWatch
	stop    func()
}

// start starts a submitter; it is stopped at the end of the test, and must leave no file then.
func start(t *testing.T, o Options, objects ...client.Object) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1beta2.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	o.Dir = filepath.Join(t.TempDir(), "submissions")
	if o.Workers == 0 {
		o.Workers = 1
	}
	w := &world{t: t, cluster: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).Build()}
	w.Submitter = New(w.cluster, o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Start(ctx) }()
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(o.Dir); !os.IsNotExist(err) {
			entries, _ := os.ReadDir(o.Dir)
			t.Errorf("%s was left behind with %v", o.Dir, entries)
		}
	}
	t.Cleanup(w.stop)
	return w
}

// pending asks for a submission that must not have an outcome yet.
func (w *world) pending(plan *planning.Plan) {
	w.t.Helper()
	if _, err := w.Submit(w.t.Context(), plan, confirmed); !errors.Is(err, ErrPending) {
		w.t.Fatalf("Submit = %v, want ErrPending", err)
	}
}

func (w *world) create(objects ...client.Object) {
	w.t.Helper()
	for _, object := range objects {
		if err := w.cluster.Create(w.t.Context(), object); err != nil {
			w.t.Fatal(err)
		}
	}
}

// driverExists returns whether there is a driver pod.
func (w *world) driverExists() bool {
	w.t.Helper()
	err := w.cluster.Get(w.t.Context(), types.NamespacedName{Namespace: "default", Name: "pi-driver"}, &corev1.Pod{})
	if client.IgnoreNotFound(err) != nil {
		w.t.Fatal(err)
	}
	return err == nil
}

func (w *world) awaitFinished() {
	w.t.Helper()
	e := <-w.Finished()
	if key := client.ObjectKeyFromObject(e.Object); key != (types.NamespacedName{Namespace: "default", Name: "pi"}) {
		w.t.Errorf("Finished names %s, want default/pi", key)
	}
}

// driverOf returns the objects that spark-submit makes for a plan: the pod first.
func driverOf(t *testing.T, plan *planning.Plan) []client.Object {
	t.Helper()
	rendered, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	objects := []client.Object{rendered.Driver, rendered.ConfigMap, rendered.TemplateConfigMap, rendered.Service}
	rendered.Driver.UID = "made"
	return objects
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%T: %v", err, err)
}

func TestSubmitReturnsWhatCameOfIt(t *testing.T) {
	app := application()
	theDriver := func(plan *planning.Plan) []client.Object { return driverOf(t, plan) }
	result := submission.Result{Driver: v1beta2.DriverInfo{PodName: "pi-driver"}, SparkApplicationID: identity.Of(app, 1).ApplicationID}
	adopted := result
	adopted.Adopted = true
	cases := map[string]struct {
		part    string
		options Options
		// appears is what is there when spark-submit ends.
		appears func(*planning.Plan) []client.Object
		want    submission.Result
		wantErr error
	}{
		"a driver": {part: "succeed", appears: theDriver, want: result},
		"no driver although all went well": {
			part:    "succeed",
			wantErr: &FailedError{Reason: NoDriver, Detail: "it ended well, but its driver pod is not there; somebody has deleted it"},
		},
		"a driver without its ConfigMaps": {
			part:    "crash",
			appears: func(plan *planning.Plan) []client.Object { return driverOf(t, plan)[:1] },
			wantErr: &FailedError{Reason: Killed, Detail: "it was ended by signal 9 (killed); the controller may need more memory"},
		},
		"a driver although spark-submit failed afterwards": {part: "crash", appears: theDriver, want: result},
		"a quota": {
			part: "refuse",
			wantErr: &RefusedError{Code: 403, Reason: metav1.StatusReasonForbidden,
				Message: `pods "pi-driver" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2`},
		},
		"somebody else's pod in the way": {
			part: "conflict",
			appears: func(*planning.Plan) []client.Object {
				return []client.Object{&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi-driver"}}}
			},
			wantErr: &apply.ConflictError{Kind: "Pod", Namespace: "default", Name: "pi-driver", Owner: "nobody that it names"},
		},
		"our own pod in the way":        {part: "conflict", appears: theDriver, want: adopted},
		"a pod in the way that is gone": {part: "conflict", wantErr: errWasInTheWay},
		"a process that was killed": {
			part:    "crash",
			wantErr: &FailedError{Reason: Killed, Detail: "it was ended by signal 9 (killed); the controller may need more memory"},
		},
		"a process that hangs": {
			part: "hang", options: Options{Timeout: 500 * time.Millisecond},
			wantErr: &FailedError{Reason: TimedOut, Detail: "it took longer than 500ms and was stopped"},
		},
		"a process that hangs and does not listen to signals": {
			part: "stubborn", options: Options{Timeout: 500 * time.Millisecond, Grace: time.Millisecond},
			wantErr: &FailedError{Reason: TimedOut, Detail: "it took longer than 500ms and was stopped"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			calls := listen(t)
			tc.options.Home = fakeSpark(t, tc.part, calls)
			w, plan := start(t, tc.options, app.DeepCopy()), planOf(t, app, 1)
			w.pending(plan)
			p := calls.call()
			w.pending(plan)
			if tc.appears != nil {
				w.create(tc.appears(plan)...)
			}
			if tc.options.Timeout == 0 {
				p.proceed()
			}
			w.awaitFinished()
			p.awaitEnd()
			got, err := w.Submit(t.Context(), plan, confirmed)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(message(tc.wantErr), message(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if tc.wantErr != nil && !strings.Contains(tc.wantErr.Error(), "driver pod already exist") && w.driverExists() {
				t.Error("a driver is left that nothing would ever start")
			}
		})
	}
}

// The controller distinguishes errors as if it had written the pod itself.
func TestARefusalIsAnAnswerOfTheAPIServer(t *testing.T) {
	if err := failure(1, refusedByQuota); !apierrors.IsForbidden(err) {
		t.Errorf("%v is not recognised as forbidden", err)
	}
}

func TestTheOutputIsBoundedAndWithoutSecrets(t *testing.T) {
	app := application(func(app *v1beta2.SparkApplication) { app.Spec.SparkConf["spark.my.password"] = "hunter2hunter2" })
	calls := listen(t)
	w, plan := start(t, Options{Home: fakeSpark(t, "flood", calls)}, app), planOf(t, app, 1)
	w.pending(plan)
	calls.call().proceed()
	w.awaitFinished()
	_, err := w.Submit(t.Context(), plan, confirmed)
	failed, ok := errors.AsType[*FailedError](err)
	if !ok {
		t.Fatalf("error = %v, want a FailedError", err)
	}
	const line = "26/11/22 18:45:06 INFO Nothing of interest happens here\n"
	const end = "Error: the flood is over, with *********(redacted), authToken=*********(redacted)"
	ending := leftOut + "\n" + end
	want := &FailedError{Reason: Exited, Detail: "it exited with code 3", Summary: end,
		Output: strings.Repeat(line, (maxOutput-len(ending)-1)/len(line)) + ending}
	if diff := cmp.Diff(want, failed); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

// What is in files is in no argument, and the files are private and gone afterwards.
func TestSparkSubmitIsGivenNoSecret(t *testing.T) {
	app := application(func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf["spark.my.password"] = "hunter2hunter2"
		app.Spec.Arguments = []string{"--conf", "grüße $(id) `id` ' \" \\", ""}
	})
	t.Setenv("OPERATOR_SECRET", "hunter2hunter2")
	calls := listen(t)
	w, plan := start(t, Options{Home: fakeSpark(t, "succeed", calls)}, app), planOf(t, app, 1)
	w.pending(plan)
	p := calls.call()
	files := filesIn(p.Directory)
	if diff := cmp.Diff(Argv(plan, files), p.Arguments); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if all := strings.Join(append(p.Arguments, p.Variables...), "\n"); strings.Contains(all, "hunter2") {
		t.Errorf("a secret is among the arguments and variables:\n%s", all)
	}
	info, err := os.Stat(p.Directory)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory = %v, %v, want mode 700", info, err)
	}
	properties, err := os.ReadFile(files.Properties)
	if err != nil || !strings.Contains(string(properties), "spark.my.password=hunter2hunter2\n") {
		t.Errorf("the property is not in the file: %v", err)
	}
	p.proceed()
	w.awaitFinished()
	if _, err := os.Stat(p.Directory); !os.IsNotExist(err) {
		t.Errorf("%s was left behind: %v", p.Directory, err)
	}
}

// A driver that is there is looked at before anything is run.
func TestSubmitFindsWhatAnInterruptedRunLeft(t *testing.T) {
	app := application()
	labelled := func(plan *planning.Plan, change func(*corev1.Pod)) []client.Object {
		objects := driverOf(t, plan)
		pod, ok := objects[0].(*corev1.Pod)
		if !ok {
			t.Fatal("the driver is no pod")
		}
		change(pod)
		return objects
	}
	changed := func(change func(*corev1.Pod)) []client.Object { return labelled(planOf(t, app, 1), change) }
	adopted := submission.Result{Driver: v1beta2.DriverInfo{PodName: "pi-driver"}, SparkApplicationID: identity.Of(app, 1).ApplicationID, Adopted: true}
	cases := map[string]struct {
		left []client.Object
		want submission.Result
		// wantErr is the error; where it is ErrPending the pod is deleted.
		wantErr error
	}{
		"all of it": {left: driverOf(t, planOf(t, app, 1)), want: adopted},
		"a driver that runs, whose ConfigMap somebody deleted": {
			left: labelled(planOf(t, app, 1), func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodRunning })[:1], want: adopted,
		},
		"a pod alone":            {left: driverOf(t, planOf(t, app, 1))[:1], wantErr: ErrPending},
		"a pod without Service":  {left: driverOf(t, planOf(t, app, 1))[:3], wantErr: ErrPending},
		"a pod without its conf": {left: append(driverOf(t, planOf(t, app, 1))[:1], driverOf(t, planOf(t, app, 1))[2:]...), wantErr: ErrPending},
		"a pod of an earlier attempt": {
			left:    changed(func(pod *corev1.Pod) { pod.Labels[sparklabels.SubmissionID] = "earlier" }),
			wantErr: ErrPending,
		},
		"a pod of another spec": {
			left:    changed(func(pod *corev1.Pod) { pod.Annotations[sparklabels.SpecHash] = "h2-other" }),
			wantErr: ErrPending,
		},
		"a pod of no spec": {
			left:    changed(func(pod *corev1.Pod) { delete(pod.Annotations, sparklabels.SpecHash) }),
			wantErr: ErrPending,
		},
		"a pod with another image":   {left: changed(func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "forged" }), wantErr: ErrPending},
		"a pod with another command": {left: changed(func(pod *corev1.Pod) { pod.Spec.Containers[0].Command = []string{"sh"} }), wantErr: ErrPending},
		"a pod with other arguments": {
			left:    changed(func(pod *corev1.Pod) { pod.Spec.Containers[0].Args = []string{"sh", "-c", "forged"} }),
			wantErr: ErrPending,
		},
		"a pod with another account": {left: changed(func(pod *corev1.Pod) { pod.Spec.ServiceAccountName = "forged" }), wantErr: ErrPending},
		"a pod with a sidecar": {
			left: changed(func(pod *corev1.Pod) {
				pod.Spec.Containers = append([]corev1.Container{{Name: "proxy", Image: "mesh"}}, pod.Spec.Containers...)
			}),
			want: adopted,
		},
		"a pod that is being deleted": {
			left: changed(func(pod *corev1.Pod) {
				pod.DeletionTimestamp, pod.Finalizers = new(metav1.Now()), []string{"example.com/keep"}
			}),
			wantErr: &apply.WaitError{},
		},
		"a pod of an application that is gone": {
			left:    changed(func(pod *corev1.Pod) { pod.OwnerReferences[0].UID = "other" }),
			wantErr: ErrPending,
		},
		"a pod of an application that is gone, which somebody keeps": {
			left: changed(func(pod *corev1.Pod) {
				pod.OwnerReferences[0].UID, pod.Finalizers = "other", append(pod.Finalizers, "example.com/keep")
			}),
			wantErr: &apply.WaitError{},
		},
		"somebody else's": {
			left:    changed(func(pod *corev1.Pod) { pod.OwnerReferences[0].Kind, pod.OwnerReferences[0].UID = "Job", "other" }),
			wantErr: &apply.ConflictError{},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			calls := listen(t)
			w := start(t, Options{Home: fakeSpark(t, "succeed", calls)}, append(tc.left, app.DeepCopy())...)
			got, err := w.Submit(t.Context(), planOf(t, app, 1), confirmed)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(fmt.Sprintf("%T", tc.wantErr), fmt.Sprintf("%T", err)); diff != "" {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
			if gone, wantGone := !w.driverExists(), errors.Is(tc.wantErr, ErrPending); gone != wantGone {
				t.Errorf("the pod is gone: %t, want %t", gone, wantGone)
			}
		})
	}
}

func TestSubmitWithoutSpark(t *testing.T) {
	for _, home := range []string{"", t.TempDir()} {
		_, err := New(nil, Options{Home: home}).Submit(t.Context(), planOf(t, application(), 1), confirmed)
		if _, ok := errors.AsType[*planning.InvalidError](err); !ok || !strings.Contains(err.Error(), "run the controller image that packages Spark") {
			t.Errorf("with home %q: %v, want an InvalidError that says what to do", home, err)
		}
	}
}
