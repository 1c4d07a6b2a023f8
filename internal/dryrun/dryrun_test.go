// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dryrun

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
)

var start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func planOf(t *testing.T, name string, change ...func(*v1beta2.SparkApplication)) *planning.Plan {
	t.Helper()
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("spark:4.0.1"),
			MainClass: new("org.example.Pi"), MainApplicationFile: new("local:///pi.jar"),
		},
	}
	app.UID = types.UID("uid-of-" + name)
	for _, c := range change {
		c(app)
	}
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// server answers creations with an error, and keeps them.
type server struct {
	answer error
	asked  []*corev1.Pod
	t      *testing.T
}

func (s *server) Create(_ context.Context, object client.Object, opts ...client.CreateOption) error {
	options := (&client.CreateOptions{}).ApplyOptions(opts)
	if len(options.DryRun) != 1 || options.DryRun[0] != metav1.DryRunAll {
		s.t.Fatal("a pod is created, and not in a dry run")
	}
	s.asked = append(s.asked, object.(*corev1.Pod))
	return s.answer
}

func answer(code int32, message string) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{Status: metav1.StatusFailure, Code: code, Message: message}}
}

var pods = schema.GroupResource{Resource: "pods"}

// Only what is said of executors is a refusal: whatever else is wrong, the submission goes on and finds it.
func TestOnlyAnAnswerAboutExecutorsIsARefusal(t *testing.T) {
	for name, tc := range map[string]struct {
		err                  error
		wantRefused, passing bool
	}{
		"it is taken":                     {nil, false, false},
		"no account":                      {apierrors.NewForbidden(pods, "x", errors.New(`serviceaccount "x" not found`)), true, false},
		"a policy":                        {answer(http.StatusUnprocessableEntity, "ValidatingAdmissionPolicy 'p' denied request"), true, false},
		"a webhook":                       {answer(http.StatusBadRequest, `admission webhook "w" denied the request: no`), true, false},
		"a quota that is used up":         {apierrors.NewForbidden(pods, "x", errors.New("exceeded quota: team, requested: pods=1, used: pods=4, limited: pods=4")), true, true},
		"a quota that asks":               {apierrors.NewForbidden(pods, "x", errors.New("failed quota: team: must specify limits.cpu for: main")), true, false},
		"a webhook that takes no dry run": {answer(http.StatusBadRequest, `admission webhook "w" does not support dry run`), false, false},
		"the operator may not": {
			apierrors.NewForbidden(pods, "", errors.New(`User "operator" cannot create resource "pods" in API group "" in the namespace "default"`)), false, false,
		},
		"the name is taken":        {apierrors.NewAlreadyExists(pods, "x"), false, false},
		"there is no namespace":    {answer(http.StatusNotFound, `namespaces "default" not found`), false, false},
		"too many requests":        {answer(http.StatusTooManyRequests, "later"), false, false},
		"a webhook that fails":     {answer(http.StatusInternalServerError, "failed calling webhook"), false, false},
		"no answer":                {errors.New("connection reset"), false, false},
		"no answer in time":        {context.DeadlineExceeded, false, false},
		"the API server has ended": {answer(http.StatusServiceUnavailable, "shutting down"), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			asker := New(&server{answer: tc.err, t: t}, clocktesting.NewFakePassiveClock(start))
			refused := asker.Executors(t.Context(), planOf(t, "pi"))
			if (refused != nil) != tc.wantRefused || refused != nil && (refused.Passing != tc.passing || !errors.Is(refused, tc.err)) {
				t.Errorf("refused: %v", refused)
			}
		})
	}
}

// One question is enough for all that are alike, for a while, and each refusal is asked about again.
func TestFewQuestionsAreAsked(t *testing.T) {
	s := &server{t: t}
	now := clocktesting.NewFakePassiveClock(start)
	asker := New(s, now)
	ask := func(want int, name string, change ...func(*v1beta2.SparkApplication)) {
		t.Helper()
		_ = asker.Executors(t.Context(), planOf(t, name, change...))
		if len(s.asked) != want {
			t.Errorf("%s: %d questions, want %d", name, len(s.asked), want)
		}
	}
	arguments := func(a *v1beta2.SparkApplication) { a.Spec.Arguments = []string{"other"} }
	account := func(a *v1beta2.SparkApplication) { a.Spec.Executor.ServiceAccount = new("other") }
	label := func(a *v1beta2.SparkApplication) { a.Spec.Executor.Labels = map[string]string{"team": "other"} }
	elsewhere := func(a *v1beta2.SparkApplication) { a.Namespace = "other" }
	ask(1, "pi")
	ask(1, "pi")
	ask(1, "another", arguments)
	ask(2, "pi", account)
	ask(3, "pi", label)
	ask(4, "pi", elsewhere)
	now.SetTime(start.Add(shapeAge))
	ask(5, "pi")
	s.answer = answer(http.StatusForbidden, "no")
	ask(5, "pi")
	ask(6, "pi", account)
	ask(7, "pi", account)
	if _ = asker.Anew(t.Context(), planOf(t, "pi")); len(s.asked) != 8 {
		t.Error("a driver without executors is not asked about anew")
	}
}

// The pod that is asked about is the one that the driver will make.
func TestTheExecutorIsAskedAboutAsItWillBe(t *testing.T) {
	s := &server{t: t}
	_ = New(s, clocktesting.NewFakePassiveClock(start)).Executors(t.Context(), planOf(t, "pi", func(a *v1beta2.SparkApplication) {
		a.Spec.Executor.ServiceAccount, a.Spec.Executor.PriorityClassName = new("spark"), new("batch")
	}))
	pod := s.asked[0]
	if pod.Namespace != "default" || !strings.HasSuffix(pod.Name, "-exec-1") || pod.Spec.ServiceAccountName != "spark" || pod.Spec.PriorityClassName != "batch" ||
		pod.Labels["spark-role"] != "executor" || len(pod.Spec.Containers) != 1 {
		t.Errorf("asked about %+v", pod)
	}
}

func TestNothingIsAskedWhereThereWillBeNoExecutor(t *testing.T) {
	none := func(a *v1beta2.SparkApplication) {
		a.Spec.SparkConf = map[string]string{"spark.executor.instances": "0"}
	}
	later := func(a *v1beta2.SparkApplication) {
		a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{Enabled: true, MinExecutors: new(int32(0)), InitialExecutors: new(int32(0))}
	}
	s := &server{t: t}
	asker := New(s, clocktesting.NewFakePassiveClock(start))
	if _ = asker.Executors(t.Context(), planOf(t, "pi", none)); len(s.asked) != 0 {
		t.Error("asked about an application without executors")
	}
	if _ = asker.Executors(t.Context(), planOf(t, "pi", later)); len(s.asked) != 1 {
		t.Error("not asked about an application that makes executors later")
	}
}

func TestOnlySoManyShapesAreRemembered(t *testing.T) {
	var known shapes
	for i := range 3 * maxShapes {
		known.add(shapeOf(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: fmt.Sprint(i)}}), start)
	}
	if len(known.until) > maxShapes {
		t.Errorf("%d shapes are remembered", len(known.until))
	}
}
