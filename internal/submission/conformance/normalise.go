// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	volcanov1beta1 "volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Object is an object that was normalised.
type Object struct {
	Kind        string                  `json:"kind"`
	Name        string                  `json:"name"`
	Labels      map[string]string       `json:"labels,omitempty"`
	Annotations map[string]string       `json:"annotations,omitempty"`
	Owners      []metav1.OwnerReference `json:"owners,omitempty"`
	Finalizers  []string                `json:"finalizers,omitempty"`
	Immutable   *bool                   `json:"immutable,omitempty"`
	Data        map[string]string       `json:"data,omitempty"`
	Properties  map[string]string       `json:"properties,omitempty"`
	Spec        any                     `json:"spec,omitempty"`
}

// randomDigits are what is drawn at random, each with what is before and after it. Digits become as many x, so that the
// form and length of names, and what is theirs of the application, are compared.
var randomDigits = []*regexp.Regexp{
	regexp.MustCompile(`(/var/data/spark-)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})()`),
	regexp.MustCompile(`(spark-drv-)([0-9a-f]{16})(-conf-map)`),
	regexp.MustCompile(`(spark-)([0-9a-f]{32})()`),
	regexp.MustCompile(`(-)([0-9a-f]{16})(-(?:exec-1|driver-svc|driver-podspec-conf-map|driver-pvc|policy))`),
}

var (
	hexDigit = regexp.MustCompile(`[0-9a-f]`)
	// specHash is the hash of the specification, which changes with every field that the API gets.
	specHash = regexp.MustCompile(`\bh[0-9]+-[0-9a-f]{16}(-[A-Za-z0-9_.]+)?`)
)

func withoutRandom(text string) string {
	for _, random := range randomDigits {
		text = random.ReplaceAllStringFunc(text, func(match string) string {
			parts := random.FindStringSubmatch(match)
			return parts[1] + hexDigit.ReplaceAllString(parts[2], "x") + parts[3]
		})
	}
	return specHash.ReplaceAllString(text, "SPEC-HASH")
}

// Only spark-submit needs these, to learn of the driver's template.
var templateProperties = []string{sparkconf.DriverPodTemplateFile, sparkconf.DriverPodTemplateContainer}

// FromPlan returns the normalised objects that we make of a plan.
func FromPlan(plan *planning.Plan) ([]Object, error) {
	objects, err := plan.Render()
	if err != nil {
		return nil, err
	}
	bodies, err := encode(objects)
	if err != nil {
		return nil, err
	}
	return Normalise(bodies)
}

func encode(objects *render.Objects) ([][]byte, error) {
	list := objects.InOrder()
	bodies := make([][]byte, 0, len(list))
	for _, object := range list {
		body, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	return bodies, nil
}

// Normalise makes objects comparable. It replaces what is drawn at random and the address of submission, sorts
// what Spark leaves in the order of a hash table, and leaves out what we mean to do otherwise: namespaces are always
// named, objects other than the pod are the application's and not the pod's, and carry its labels and the hash of the
// specification.
func Normalise(bodies [][]byte) ([]Object, error) {
	objects := make([]Object, 0, len(bodies))
	for _, body := range bodies {
		object, err := normalise(body)
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	renumberClaims(objects)
	slices.SortFunc(objects, func(a, b Object) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return objects, nil
}

func normalise(body []byte) (Object, error) {
	text := withoutRandom(string(body))
	var partial metav1.PartialObjectMetadata
	if err := json.Unmarshal([]byte(text), &partial); err != nil {
		return Object{}, fmt.Errorf("decode object: %w", err)
	}
	object := Object{Kind: partial.Kind, Name: partial.Name, Labels: partial.Labels, Annotations: partial.Annotations}
	if partial.Kind == "Pod" {
		object.Owners, object.Finalizers = partial.OwnerReferences, partial.Finalizers
	} else {
		ours := func(name, _ string) bool { return strings.HasPrefix(name, sparklabels.Domain) }
		maps.DeleteFunc(object.Labels, ours)
		maps.DeleteFunc(object.Annotations, ours)
	}
	return object, object.decode([]byte(text))
}

// decode reads the part of an object that its kind has. Kubernetes' own types make quantities and defaults alike.
func (o *Object) decode(body []byte) (err error) {
	switch o.Kind {
	case "ConfigMap":
		var configMap corev1.ConfigMap
		if err := json.Unmarshal(body, &configMap); err != nil {
			return err
		}
		o.Immutable = configMap.Immutable
		o.setData(configMap.Data)
	case "Service":
		o.Spec, err = specOf(body, func(service *corev1.Service) any {
			if service.Spec.ClusterIP != corev1.ClusterIPNone { // The API server draws addresses.
				service.Spec.ClusterIP, service.Spec.ClusterIPs = "", nil
			}
			return service.Spec
		})
	case "PersistentVolumeClaim":
		o.Spec, err = specOf(body, func(claim *corev1.PersistentVolumeClaim) any { return claim.Spec })
	case "NetworkPolicy":
		o.Spec, err = specOf(body, func(policy *networkingv1.NetworkPolicy) any { return policy.Spec })
	case "Ingress":
		o.Spec, err = specOf(body, func(ingress *networkingv1.Ingress) any { return ingress.Spec })
	case "PodDisruptionBudget":
		o.Spec, err = specOf(body, func(budget *policyv1.PodDisruptionBudget) any { return budget.Spec })
	case "PodGroup": // Of any batch scheduler.
		o.Spec, err = specOf(body, func(group *volcanov1beta1.PodGroup) any { return group.Spec })
	case "Pod":
		o.Spec, err = specOf(body, func(pod *corev1.Pod) any {
			renumberLocalDirs(&pod.Spec)
			sortPod(&pod.Spec)
			return pod.Spec
		})
	default:
		return fmt.Errorf("unexpected %s %s", o.Kind, o.Name)
	}
	return err
}

// specOf returns the specification of an object of a type.
func specOf[T any](body []byte, spec func(*T) any) (any, error) {
	object := new(T)
	if err := json.Unmarshal(body, object); err != nil {
		return nil, err
	}
	return spec(object), nil
}

func (o *Object) setData(data map[string]string) {
	const file = "spark.properties"
	if text, found := data[file]; found {
		delete(data, file)
		conf := sparkconf.ParseProperties(text)
		for _, key := range templateProperties {
			conf.Delete(key)
		}
		conf.Set(sparkconf.Master, "MASTER")
		o.Properties = maps.Collect(conf.All())
	}
	o.Data = data
}

func sortPod(spec *corev1.PodSpec) {
	slices.SortStableFunc(spec.Volumes, func(a, b corev1.Volume) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(spec.Containers, func(a, b corev1.Container) int { return strings.Compare(a.Name, b.Name) })
	for i := range spec.Containers {
		c := &spec.Containers[i]
		sortLocalDirs(c.Env)
		slices.SortStableFunc(c.Env, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })
		slices.SortStableFunc(c.Ports, func(a, b corev1.ContainerPort) int { return strings.Compare(a.Name, b.Name) })
		slices.SortStableFunc(c.VolumeMounts, func(a, b corev1.VolumeMount) int { return strings.Compare(a.MountPath, b.MountPath) })
	}
}

// FromPlanExecutor returns the normalised executor pod that we expect of a plan.
func FromPlanExecutor(plan *planning.Plan) (Object, error) {
	objects, err := plan.Render()
	if err != nil {
		return Object{}, err
	}
	pod, err := plan.Executor(objects)
	if err != nil {
		return Object{}, err
	}
	body, err := json.Marshal(pod)
	if err != nil {
		return Object{}, err
	}
	return NormaliseExecutor(body)
}

// NormaliseExecutor makes executor pods comparable. Beside what Normalise does it leaves out what Spark's driver adds
// from its own JVM and host: the options of the executor's JVM, the secret that it draws for it, and the ConfigMap with
// the files of its configuration directory.
func NormaliseExecutor(body []byte) (Object, error) {
	object, err := normalise(body)
	if err != nil {
		return Object{}, err
	}
	spec, isPod := object.Spec.(corev1.PodSpec)
	if !isPod {
		return Object{}, fmt.Errorf("executor is a %s", object.Kind)
	}
	renumberClaims([]Object{object})
	const volume = "spark-conf-volume-exec"
	spec.Volumes = slices.DeleteFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == volume })
	for i := range spec.Containers {
		c := &spec.Containers[i]
		c.Env = slices.DeleteFunc(c.Env, func(v corev1.EnvVar) bool {
			return strings.HasPrefix(v.Name, "SPARK_JAVA_OPT_") || v.Name == "_SPARK_AUTH_SECRET"
		})
		c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m corev1.VolumeMount) bool { return m.Name == volume })
	}
	object.Spec = spec
	return object, nil
}

// sortLocalDirs sorts the scratch directories, which Spark shuffles so that not every pod fills the first one first.
func sortLocalDirs(env []corev1.EnvVar) {
	for i := range env {
		if env[i].Name == "SPARK_LOCAL_DIRS" {
			dirs := strings.Split(env[i].Value, ",")
			slices.Sort(dirs)
			env[i].Value = strings.Join(dirs, ",")
		}
	}
}
