// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/internal/submission/dependents"
	"github.com/alauda/spark-operator/internal/submission/native"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/test/conformance/cases"
	"github.com/alauda/spark-operator/test/conformance/sparkjvm"
)

// namespaces counts the namespaces made; each submission has one of its own.
var namespaces atomic.Int64

// anyNamespace stands for the name of a namespace in what was submitted.
var anyNamespace = []byte("NAMESPACE")

// outcome is what became of an application in both ways.
type outcome struct {
	// native and spark are why the submission was refused; nil where it was not.
	native, spark error
	// diff is how objects differ, from Spark's to ours.
	diff string
	// objects are ours.
	objects []conformance.Object
}

// failure returns what is wrong about an outcome; nothing where both ways came to the same.
func (o outcome) failure() string {
	switch {
	case o.native != nil && o.spark != nil:
		return ""
	case o.native != nil && conformance.MeantRefusal(o.native):
		return ""
	case o.native != nil:
		return fmt.Sprintf("only the native submitter refuses: %v", o.native)
	case o.spark != nil:
		return fmt.Sprintf("only spark-submit refuses: %s", firstLines(o.spark))
	}
	return o.diff
}

// firstLines returns the messages of a Java stack trace.
func firstLines(err error) string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.HasPrefix(line, "\t") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// submitBoth submits an application in both ways. The error is one of the test's own.
func (s *spark) submitBoth(ctx context.Context, app *v1beta2.SparkApplication) (outcome, error) {
	var o outcome
	ours, nativePlan, err := s.submit(ctx, app, s.native)
	if o.native = err; isInfrastructure(err) {
		return o, err
	}
	theirs, _, err := s.submit(ctx, app, s.sparkSubmit)
	if o.spark = err; isInfrastructure(err) {
		return o, err
	}
	if o.spark == nil && conformance.RefusesExecutor(o.native) {
		if o.spark = s.tryExecutor(ctx, theirs); isInfrastructure(o.spark) {
			return o, o.spark
		}
	}
	if o.native != nil || o.spark != nil {
		return o, nil
	}
	if o.objects, err = conformance.Normalise(ours); err != nil {
		return o, err
	}
	want, err := conformance.FromSparkSubmit(theirs, nativePlan.App())
	if err != nil {
		return o, err
	}
	if o.diff = diff(want, o.objects); o.diff != "" || s.withoutExecutor {
		return o, nil
	}
	o.diff, err = s.executorDiff(nativePlan, theirs)
	return o, err
}

// isInfrastructure returns whether an error is neither Spark's nor the native submitter's refusal.
func isInfrastructure(err error) bool {
	if err == nil {
		return false
	}
	if _, invalid := errors.AsType[*planning.InvalidError](err); invalid {
		return false
	}
	if _, unsupported := errors.AsType[*planning.UnsupportedError](err); unsupported {
		return false
	}
	_, refused := errors.AsType[*sparkjvm.RefusedError](err)
	return !refused
}

// submit submits an application into a namespace of its own and returns what is there then, with the namespace's name
// replaced.
func (s *spark) submit(
	ctx context.Context, app *v1beta2.SparkApplication, way func(context.Context, *planning.Plan) error,
) ([][]byte, *planning.Plan, error) {
	namespace := fmt.Sprintf("namespace-%06d", namespaces.Add(1))
	if err := api.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}); err != nil {
		return nil, nil, err
	}
	app = app.DeepCopy()
	app.Namespace = namespace
	if _, named := app.Spec.SparkConf[sparkconf.Namespace]; named {
		app.Spec.SparkConf[sparkconf.Namespace] = namespace
	}
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Features: features.Options{Schedulers: cases.Schedulers}})
	if err != nil {
		return nil, nil, err
	}
	if err := way(ctx, plan); err != nil {
		return nil, nil, err
	}
	objects, err := readBack(ctx, namespace)
	return objects, plan, err
}

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

func (s *spark) native(ctx context.Context, plan *planning.Plan) error {
	_, err := native.New(api, batchscheduler.Schedulers{}).Submit(ctx, plan, confirmed)
	return err
}

// sparkSubmit makes what the operator makes itself, and leaves the rest to spark-submit.
func (s *spark) sparkSubmit(ctx context.Context, plan *planning.Plan) error {
	if _, err := dependents.Ensure(ctx, api, plan, confirmed); err != nil {
		return err
	}
	files, err := conformance.WriteTemplates(s.dir, plan)
	if err != nil {
		return &sparkjvm.RefusedError{Trace: err.Error()}
	}
	return s.jvm.Submit(conformance.Arguments(plan, master, files))
}

// readBack returns every object of the kinds that Spark's client makes.
func readBack(ctx context.Context, namespace string) ([][]byte, error) {
	var bodies [][]byte
	for _, list := range []client.ObjectList{
		&corev1.PodList{}, &corev1.ConfigMapList{}, &corev1.ServiceList{}, &corev1.PersistentVolumeClaimList{}, &corev1.SecretList{},
		&networkingv1.NetworkPolicyList{},
	} {
		if err := api.List(ctx, list, client.InNamespace(namespace)); err != nil {
			return nil, err
		}
		items, err := itemsOf(list)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			body, err := json.Marshal(item)
			if err != nil {
				return nil, err
			}
			bodies = append(bodies, bytes.ReplaceAll(body, []byte(namespace), anyNamespace))
		}
	}
	return bodies, nil
}

// executor returns the executor pod that Spark makes of what spark-submit left.
func (s *spark) executor(submitted [][]byte) ([]byte, error) {
	conf, err := s.driverConf(submitted)
	if err != nil {
		return nil, err
	}
	return s.jvm.Executor(conf)
}

// tryExecutor returns why there can be no executor: Spark makes none, or the API server refuses the one that it makes.
func (s *spark) tryExecutor(ctx context.Context, submitted [][]byte) error {
	body, err := s.executor(submitted)
	if err != nil {
		return err
	}
	var pod corev1.Pod
	if err := json.Unmarshal(bytes.ReplaceAll(body, anyNamespace, []byte(metav1.NamespaceDefault)), &pod); err != nil {
		return err
	}
	pod.Namespace, pod.OwnerReferences = metav1.NamespaceDefault, nil
	err = api.Create(ctx, &pod, client.DryRunAll)
	if apierrors.IsInvalid(err) {
		return &sparkjvm.RefusedError{Trace: err.Error()}
	}
	return err
}

// driverAddress is how executors reach their driver. Without a Service the driver finds its own address when it starts,
// which in here would be that of this machine.
var driverAddress = regexp.MustCompile(`(spark://CoarseGrainedScheduler@)[^"]*`)

// executorDiff compares the executor pod that we expect with the one that Spark makes of what spark-submit left.
func (s *spark) executorDiff(plan *planning.Plan, submitted [][]byte) (string, error) {
	body, err := s.executor(submitted)
	if _, refused := errors.AsType[*sparkjvm.RefusedError](err); refused {
		return "Spark's driver makes no executor: " + firstLines(err), nil
	}
	if err != nil {
		return "", err
	}
	objects, err := plan.Render()
	if err != nil {
		return "", err
	}
	if _, known := objects.Properties.Lookup(sparkconf.DriverHost); !known {
		body = driverAddress.ReplaceAll(body, []byte("${1}:"))
	}
	want, err := conformance.NormaliseExecutor(bytes.ReplaceAll(body, anyNamespace, []byte(plan.Namespace())))
	if err != nil {
		return "", err
	}
	got, err := conformance.FromPlanExecutor(plan)
	if err != nil {
		return "", err
	}
	return diff([]conformance.Object{want}, []conformance.Object{got}), nil
}

// driverConf is the configuration that the driver reads, with the executor template at a place where we can write.
func (s *spark) driverConf(submitted [][]byte) (*sparkconf.Conf, error) {
	conf := &sparkconf.Conf{}
	for _, body := range submitted {
		var configMap corev1.ConfigMap
		if err := json.Unmarshal(body, &configMap); err != nil || configMap.Kind != "ConfigMap" {
			continue
		}
		if properties, found := configMap.Data["spark.properties"]; found {
			conf = sparkconf.ParseProperties(properties)
		}
	}
	path := filepath.Join(s.dir, "executor-of-driver.json")
	for _, body := range submitted {
		var configMap corev1.ConfigMap
		if err := json.Unmarshal(body, &configMap); err != nil || configMap.Kind != "ConfigMap" {
			continue
		}
		if template, found := configMap.Data["podspec-configmap-key"]; found {
			conf.Set(sparkconf.ExecutorPodTemplateFile, path)
			if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
				return nil, err
			}
		}
	}
	return conf, nil
}

func diff(want, got []conformance.Object) string {
	encodedWant, err := yaml.Marshal(want)
	if err != nil {
		return err.Error()
	}
	encodedGot, err := yaml.Marshal(got)
	if err != nil {
		return err.Error()
	}
	return cmp.Diff(string(encodedWant), string(encodedGot))
}

// itemsOf returns the items of a list with their kinds, which lists leave out.
func itemsOf(list client.ObjectList) ([]client.Object, error) {
	var objects []client.Object
	err := meta.EachListItem(list, func(item runtime.Object) error {
		object, isObject := item.(client.Object)
		if !isObject {
			return fmt.Errorf("%T is no object", item)
		}
		kind, err := apiutil.GVKForObject(object, clientgoscheme.Scheme)
		object.GetObjectKind().SetGroupVersionKind(kind)
		objects = append(objects, object)
		return err
	})
	return objects, err
}
