// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/planning"
)

// rewriting returns a submitter in a cluster whose admission rewrites pods, and how often it was asked for a dry run.
func rewriting(t *testing.T, rewrite func(*corev1.Pod), refused error, objects ...client.Object) (s *Submitter, asked *int) {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1beta2.AddToScheme(scheme)); err != nil {
		t.Fatal(err)
	}
	asked = new(int)
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects...).WithInterceptorFuncs(interceptor.Funcs{
		Create: func(_ context.Context, _ client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if len((&client.CreateOptions{}).ApplyOptions(opts).DryRun) == 0 {
				t.Errorf("%T %s is created", o, o.GetName())
			}
			*asked++
			rewrite(o.(*corev1.Pod))
			return refused
		},
	}).Build()
	return New(c, Options{}), asked
}

// Of a driver that spark-submit has made and admission has rewritten, admission is asked, whether native submission can
// express the application or not.
func TestARewrittenDriverIsFound(t *testing.T) {
	expressible := application(func(app *v1beta2.SparkApplication) { app.Spec.Arguments = []string{"10"} })
	beyond := application(func(app *v1beta2.SparkApplication) {
		app.Spec.Arguments = []string{"10"}
		app.Spec.SparkConf["spark.hadoop.hadoop.security.authentication"] = "kerberos"
	})
	if _, isUnsupported := errors.AsType[*planning.UnsupportedError](renderError(planOf(t, beyond, 1))); !isUnsupported {
		t.Fatal("native submission can express it")
	}
	rewritings := map[string]func(*corev1.Pod){
		"image":   func(p *corev1.Pod) { p.Spec.Containers[0].Image = "mirror.example/" + p.Spec.Containers[0].Image },
		"account": func(p *corev1.Pod) { p.Spec.ServiceAccountName = "confined" },
		"command": func(p *corev1.Pod) {
			c := &p.Spec.Containers[0]
			c.Command, c.Args = []string{"/wrapper"}, append([]string{"/opt/entrypoint.sh"}, c.Args...)
		},
		"nothing": func(*corev1.Pod) {},
	}
	quota := apierrors.NewForbidden(corev1.Resource("pods"), "x", errors.New("exceeded quota: team"))
	for appName, app := range map[string]*v1beta2.SparkApplication{"expressible": expressible, "beyond native submission": beyond} {
		for name, rewrite := range rewritings {
			for _, phase := range []corev1.PodPhase{corev1.PodRunning, corev1.PodSucceeded, corev1.PodFailed} {
				for _, isForged := range []bool{false, true} {
					for _, refused := range []error{nil, quota} {
						t.Run(fmt.Sprintf("%s, %s, %s, forged %t, refused %t", appName, name, phase, isForged, refused != nil), func(t *testing.T) {
							pod := driverOf(t, planOf(t, expressible, 1))[0].(*corev1.Pod)
							template, err := planOf(t, app, 1).DriverTemplate()
							if err != nil {
								t.Fatal(err)
							}
							pod.Annotations = template.Annotations // With the hash.
							rewrite(pod)
							pod.Status.Phase = phase
							if isForged {
								pod.Spec.Containers[0].Image += "-forged"
							}
							plan := planOf(t, app, 1)
							s, asked := rewriting(t, rewrite, refused, app.DeepCopy(), pod)
							judged, err := s.judge(t.Context(), plan, pod)
							if err != nil {
								t.Fatal(err)
							}
							isDifferent := isForged || name != "nothing"
							if *asked == 1 != isDifferent {
								t.Errorf("asked %d times", *asked)
							}
							isDoubtful := isDifferent && (refused != nil || isForged && phase != corev1.PodRunning)
							want := !isForged || isDoubtful
							if judged.Ours != want || (judged.Doubt != "") != isDoubtful {
								t.Errorf("judged %+v, want ours %t, in doubt %t", judged, want, isDoubtful)
							}
							if result := resultOf(&found{pod, judged.Doubt}, true); isDoubtful && !strings.Contains(strings.Join(result.Warnings, ""), judged.Doubt) {
								t.Errorf("warnings %q", result.Warnings)
							}
						})
					}
				}
			}
		}
	}
}

func renderError(plan *planning.Plan) error {
	_, err := plan.Render()
	return err
}
