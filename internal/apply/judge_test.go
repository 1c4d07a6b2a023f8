// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// admission is a cluster whose webhooks change what is created, and that counts what it is asked.
type admission struct {
	rewrite                     func(client.Object)
	refuseDryRun                error
	dryRuns, creates, deletions int
}

func (a *admission) cluster(objects ...client.Object) client.Client {
	return builder(objects...).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if len((&client.CreateOptions{}).ApplyOptions(opts).DryRun) > 0 {
				a.dryRuns++
				if a.refuseDryRun != nil {
					return a.refuseDryRun
				}
				a.rewrite(o)
				return c.Create(ctx, o, opts...)
			}
			stored := o.DeepCopyObject().(client.Object)
			a.rewrite(stored)
			stored.SetUID(types.UID(fmt.Sprintf("created %d", a.creates)))
			if err := c.Create(ctx, stored, opts...); err != nil {
				return err
			}
			a.creates++
			return nil
		},
		Delete: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.DeleteOption) error {
			a.deletions++
			return c.Delete(ctx, o, opts...)
		},
	}).Build()
}

// random names the volume of an account's token as the API server does: another each time.
func random(pod *corev1.Pod, n *int) {
	*n++
	name := fmt.Sprintf("kube-api-access-%d", *n)
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name})
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name, MountPath: "/var/run/secrets/kubernetes.io/serviceaccount"})
	}
}

func spark(o client.Object) *corev1.Container { return &o.(*corev1.Pod).Spec.Containers[0] }

// rewritings are what admission does to drivers in clusters, beside adding.
var rewritings = map[string]func(client.Object){
	"a mirror of images": func(o client.Object) { spark(o).Image = "mirror.example/" + spark(o).Image },
	"a digest":           func(o client.Object) { spark(o).Image = "spark@sha256:0123" },
	"a wrapped command": func(o client.Object) {
		spark(o).Command, spark(o).Args = []string{"/vault/env"}, append([]string{"/opt/entrypoint.sh"}, spark(o).Args...)
	},
	"another account":        func(o client.Object) { o.(*corev1.Pod).Spec.ServiceAccountName = "confined" },
	"a value of a variable":  func(o client.Object) { spark(o).Env[0].Value = "rewritten" },
	"a variable that goes":   func(o client.Object) { spark(o).Env = spark(o).Env[1:] },
	"another node selector":  func(o client.Object) { o.(*corev1.Pod).Spec.NodeSelector = map[string]string{"disk": "any"} },
	"a label and annotation": func(o client.Object) { o.GetLabels()["team"], o.GetAnnotations()["note"] = "b", "b" },
	"a label that goes":      func(o client.Object) { delete(o.GetLabels(), "team") },
	"a hook":                 func(o client.Object) { spark(o).Lifecycle = &corev1.Lifecycle{} },
	"the policy of pulling": func(o client.Object) {
		spark(o).ImagePullPolicy = corev1.PullAlways
		o.(*corev1.Pod).Spec.Priority = ptr.To[int32](7)
		spark(o).Resources.Limits[corev1.ResourceMemory] = resource.MustParse("3Gi")
		o.(*corev1.Pod).Spec.Tolerations[0].TolerationSeconds = ptr.To[int64](30)
	},
}

func fullDriver() *corev1.Pod {
	pod := driver(appUID)
	pod.UID, pod.Finalizers = "", []string{sparklabels.DriverEnd}
	pod.Labels["team"], pod.Annotations["note"] = "a", "a"
	pod.Spec.Containers[0].ImagePullPolicy = corev1.PullIfNotPresent
	pod.Spec.Tolerations = []corev1.Toleration{{Key: "a", Operator: corev1.TolerationOpExists, TolerationSeconds: ptr.To[int64](60)}}
	return pod
}

var phases = []corev1.PodPhase{"", corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed}

func setPhase(t *testing.T, c client.Client, phase corev1.PodPhase) {
	t.Helper()
	pod := stored(t, c, fullDriver()).(*corev1.Pod)
	pod.Status.Phase = phase
	if err := c.Status().Update(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
}

// Whatever admission makes of a driver, what was made before a crash is found again: it is not run twice.
func TestEnsureAdoptsWhatAdmissionRewrites(t *testing.T) {
	for name, rewrite := range rewritings {
		for _, phase := range phases {
			t.Run(fmt.Sprintf("%s, %q", name, phase), func(t *testing.T) {
				drawn := 0
				a := &admission{rewrite: func(o client.Object) { rewrite(o); random(o.(*corev1.Pod), &drawn) }}
				c := a.cluster()
				for range 3 {
					if got, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); err != nil || got.Doubt != "" {
						t.Fatalf("Ensure = %+v, %v", got, err)
					}
					setPhase(t, c, phase)
				}
				if a.creates != 1 || a.deletions != 0 {
					t.Errorf("%d creations and %d deletions, want one driver", a.creates, a.deletions)
				}
			})
		}
	}
}

// Nothing is asked of the API server where nothing is in doubt.
func TestEnsureAsksOnlyInDoubt(t *testing.T) {
	a := &admission{rewrite: func(client.Object) {}}
	c := a.cluster()
	for range 2 {
		if _, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); err != nil {
			t.Fatal(err)
		}
	}
	if earlier := fullDriver(); a.dryRuns == 0 {
		earlier.Labels[sparklabels.SubmissionID] = "id-2" // Another attempt's, which is nothing to ask about.
		if got, err := apply.Ensure(t.Context(), c, earlier, confirmed); err != nil || got.Existed {
			t.Errorf("Ensure = %+v, %v", got, err)
		}
	}
	if a.dryRuns != 0 {
		t.Errorf("%d dry runs", a.dryRuns)
	}
}

// What nobody's admission makes of it is forged, also in a cluster that rewrites; one that has ended is taken for the
// run all the same, and a doubt says so.
func TestEnsureDistinguishesForgedDriversFromRewrittenOnes(t *testing.T) {
	for _, phase := range phases {
		forged := fullDriver()
		forged.UID, forged.Spec.Containers[0].Image, forged.Status.Phase = "forged", "mirror.example/forged", phase
		a := &admission{rewrite: rewritings["a mirror of images"]}
		c := a.cluster(forged)
		got, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed)
		if err != nil {
			t.Fatal(err)
		}
		ended := phase == corev1.PodSucceeded || phase == corev1.PodFailed
		if got.Existed != ended || strings.Contains(got.Doubt, "it has ended and is not run again") != ended {
			t.Errorf("%q: %+v", phase, got)
		}
		if isThere := stored(t, c, forged).GetUID() == "forged"; isThere != ended {
			t.Errorf("%q: the forged one is there: %t", phase, isThere)
		}
	}
}

func status(code int32, reason metav1.StatusReason, message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: code, Reason: reason, Message: message}}
}

// Where admission cannot be asked a driver is adopted, and a doubt says why; other objects are made anew, once for each
// Ensure.
func TestEnsureWithoutAnAnswer(t *testing.T) {
	for name, refused := range map[string]error{
		"a webhook that takes no dry run": status(http.StatusBadRequest, metav1.StatusReasonBadRequest, `admission webhook "w" does not support dry run`),
		"a quota that the pod uses up":    status(http.StatusForbidden, metav1.StatusReasonForbidden, "exceeded quota: team, requested: pods=1, used: pods=1, limited: pods=1"),
		"a policy that asks for a name":   status(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "ValidatingAdmissionPolicy 'p' denied request: no"),
		"a webhook that does not answer":  status(http.StatusInternalServerError, metav1.StatusReasonInternalError, `failed calling webhook "w": EOF`),
		"a name that is taken":            status(http.StatusConflict, metav1.StatusReasonAlreadyExists, "already exists"),
		"no answer in time":               context.DeadlineExceeded,
	} {
		for _, phase := range phases {
			t.Run(fmt.Sprintf("%s, %q", name, phase), func(t *testing.T) {
				a := &admission{rewrite: rewritings["a mirror of images"], refuseDryRun: refused}
				c := a.cluster()
				if _, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); err != nil {
					t.Fatal(err)
				}
				setPhase(t, c, phase)
				got, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed)
				if err != nil || !got.Existed || !strings.Contains(got.Doubt, refused.Error()) || a.deletions != 0 {
					t.Errorf("Ensure = %+v, %v after %d deletions", got, err, a.deletions)
				}
			})
		}
		service := desired(things(appUID)["Service"].object)
		a := &admission{rewrite: func(o client.Object) { o.(*corev1.Service).Spec.Ports[0].Port = 80 }, refuseDryRun: refused}
		c := a.cluster()
		for i := range 3 {
			if _, err := apply.Ensure(t.Context(), c, service, confirmed); err != nil || a.deletions != i {
				t.Errorf("%s: %v, after %d deletions of a Service", name, err, a.deletions)
			}
		}
	}
}

// The API server asks quotas, policies and webhooks before it looks whether the name is taken. What is there is found
// all the same, of any kind.
func TestEnsureFindsWhatIsThereBehindARefusal(t *testing.T) {
	for name, refused := range map[string]error{
		"quota":   status(http.StatusForbidden, metav1.StatusReasonForbidden, "exceeded quota: team, requested: pods=1, used: pods=1, limited: pods=1"),
		"policy":  status(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "ValidatingAdmissionPolicy 'p' denied request: no"),
		"invalid": status(http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, `Pod "thing" is invalid: spec: no`),
	} {
		for kind, thing := range things(appUID) {
			for outcome, there := range map[string][]client.Object{"adopted": {thing.object}, "refused": nil, "refused, and left": {forged(kind)}} {
				t.Run(name+" "+kind+" "+outcome, func(t *testing.T) {
					c := builder(there...).WithInterceptorFuncs(interceptor.Funcs{
						Create: func(_ context.Context, _ client.WithWatch, _ client.Object, opts ...client.CreateOption) error {
							if len((&client.CreateOptions{}).ApplyOptions(opts).DryRun) > 0 {
								return nil
							}
							return refused
						},
						Delete: func(context.Context, client.WithWatch, client.Object, ...client.DeleteOption) error {
							t.Error("it is deleted, and nothing can take its place")
							return nil
						},
					}).Build()
					got, err := apply.Ensure(t.Context(), c, desired(thing.object), confirmed)
					if got.Existed != (outcome == "adopted") || (err == nil) != got.Existed {
						t.Errorf("Ensure = %+v, %v", got, err)
					}
				})
			}
		}
	}
}

func forged(kind string) client.Object {
	thing := things(appUID)[kind]
	thing.forge(thing.object)
	return thing.object
}

// A connection that was cut is no answer: nothing is deleted, and the next call asks again.
func TestEnsureAsksAgain(t *testing.T) {
	cut := errors.New("connection cut")
	a := &admission{rewrite: rewritings["a mirror of images"], refuseDryRun: cut}
	c := a.cluster()
	if _, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); err != nil {
		t.Fatal(err)
	}
	if _, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); !errors.Is(err, cut) {
		t.Errorf("error = %v, want the client's", err)
	}
	a.refuseDryRun = nil
	if got, err := apply.Ensure(t.Context(), c, fullDriver(), confirmed); err != nil || !got.Existed || a.deletions != 0 {
		t.Errorf("Ensure = %+v, %v after %d deletions", got, err, a.deletions)
	}
}

// No kind of object is replaced again and again because a webhook rewrites it.
func TestEnsureAdoptsRewrittenObjectsOfAllKinds(t *testing.T) {
	for kind, thing := range things(appUID) {
		a := &admission{rewrite: func(o client.Object) {
			thing.forge(o)
			if service, isService := o.(*corev1.Service); isService {
				service.Spec.Type, service.Spec.LoadBalancerClass = corev1.ServiceTypeLoadBalancer, new("inner")
			}
		}}
		c := a.cluster()
		for range 5 {
			if _, err := apply.Ensure(t.Context(), c, desired(thing.object), confirmed); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
		}
		if a.creates != 1 || a.deletions != 0 {
			t.Errorf("%s: %d creations, %d deletions", kind, a.creates, a.deletions)
		}
	}
}
