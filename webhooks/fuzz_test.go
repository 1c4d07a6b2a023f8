// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

// objectSeeds are the objects that the integration tests fill in completely, and what people mistype.
func objectSeeds(f *testing.F) [][]byte {
	f.Helper()
	seeds := [][]byte{
		[]byte(`{}`), []byte(`null`), []byte(`[]`), []byte(`{"spec":null}`), []byte(minimalApplication),
		[]byte(`{"spec":{"schedule":"TZ=","template":{"driver":{"template":{"spec":{"containers":null}}}}}}`),
		[]byte(`{"spec":{"driver":{"sidecars":[{"name":"spark-kubernetes-driver"}],"coreLimit":"-1"},"executor":{"memory":"99999999999999999999g"}}}`),
		[]byte(`{"spec":{"sparkConf":{"":"", "spark.executor.cores":"x"},"mainApplicationFile":"-x","dynamicAllocation":{"enabled":true,"minExecutors":-9}}}`),
	}
	paths, err := filepath.Glob("../test/integration/testdata/*.full.yaml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		document, err := yaml.YAMLToJSON(content)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, document)
	}
	return seeds
}

// No object makes a handler panic, whatever it was before; and what is defaulted once is not defaulted again.
func FuzzHandlers(f *testing.F) {
	for _, seed := range objectSeeds(f) {
		f.Add(seed, []byte(minimalApplication))
		f.Add([]byte(minimalApplication), seed)
	}
	all := endpoints(readerOf(f, sparkPi(demanding)), readerOf(f), Options{ResourceQuota: configv1alpha1.ResourceQuotaEnforce})
	f.Fuzz(func(t *testing.T, after, before []byte) {
		for path, endpoint := range all {
			for _, operation := range []admissionv1.Operation{admissionv1.Create, admissionv1.Update} {
				request := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
					Operation: operation, Namespace: "team",
					Object: runtime.RawExtension{Raw: after}, OldObject: runtime.RawExtension{Raw: before},
				}}
				response := endpoint.Handler.Handle(t.Context(), request)
				if !response.Allowed && (response.Result == nil || response.Result.Message == "") {
					t.Errorf("%s: refused without a word", path)
				}
				if len(response.Patches) == 0 {
					continue
				}
				request.Object.Raw = patched(t, after, response)
				if again := endpoint.Handler.Handle(t.Context(), request); !again.Allowed || len(again.Patches) > 0 {
					t.Errorf("%s: %s became %s, and that was changed again: %s", path, after, request.Object.Raw, encode(t, again))
				}
			}
		}
	})
}

// ofApplication reports whether a pod is one of the application's, in words of its own: no owner that is an application
// is another one, and nothing else controls the pod but, for an executor, what may have made it.
func ofApplication(pod *corev1.Pod, application *app) bool {
	labels := pod.Labels
	if labels["sparkoperator.k8s.io/app-name"] != application.Name || labels["sparkoperator.k8s.io/launched-by-spark-operator"] != "true" {
		return false
	}
	makers := map[string]bool{}
	switch labels["spark-role"] {
	case "driver":
	case "executor":
		makers = map[string]bool{"Pod": true, "StatefulSet": true, "ReplicaSet": true, "Deployment": true}
	default:
		return false
	}
	for _, owner := range pod.OwnerReferences {
		anApplication := owner.Kind == "SparkApplication" && strings.HasPrefix(owner.APIVersion, "sparkoperator.k8s.io/")
		if anApplication && (owner.Name != application.Name || owner.UID != application.UID) {
			return false
		}
	}
	for _, owner := range pod.OwnerReferences {
		if owner.Controller != nil && *owner.Controller {
			return makers[owner.Kind] || owner.UID == application.UID && owner.Kind == "SparkApplication"
		}
	}
	return true
}

// bare is a pod without what the application asks for; the rest is not the webhook's to change.
func bare(pod *corev1.Pod) *corev1.Pod {
	pod.Spec.Tolerations, pod.Spec.NodeSelector = nil, nil
	pod.Spec.Containers = slices.DeleteFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == "proxy" })
	for i := range pod.Spec.Containers {
		pod.Spec.Containers[i].Env = nil
		delete(pod.Spec.Containers[i].Resources.Limits, corev1.ResourceMemory)
	}
	return pod
}

// Whatever a pod is: unless its labels and owners say that it is of the application, it passes unchanged; and it is
// never refused, never changed twice, and changed in nothing but what the application asks for.
func FuzzPods(f *testing.F) {
	for _, role := range []podmutation.Role{podmutation.Driver, podmutation.Executor} {
		f.Add(encode(f, foreignPod(role)))
		f.Add(encode(f, foreignPod(role, withMore, ownedBy("sparkoperator.k8s.io/v1", "SparkApplication", "pi", "x", true))))
		f.Add(encode(f, foreignPod(role, ownedBy("v1", "Pod", "d", "1", true))))
	}
	for _, seed := range objectSeeds(f) {
		f.Add(seed)
	}
	application := sparkPi(demanding)
	m := mutatorOf(f, []client.Object{application})
	f.Fuzz(func(t *testing.T, raw []byte) {
		response := m.Handle(t.Context(), podRequest(raw))
		if !response.Allowed {
			t.Fatalf("refused: %v", response.Result)
		}
		if len(response.Patches) == 0 {
			return
		}
		pod := decodePod(t, raw)
		if !ofApplication(pod, application) {
			t.Errorf("a pod of somebody else's was changed: %s", raw)
		}
		once := patched(t, raw, response)
		if diff := cmp.Diff(bare(pod), bare(decodePod(t, once)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what nobody asked for was changed (-before +after):\n%s", diff)
		}
		if again := m.Handle(t.Context(), podRequest(once)); len(again.Patches) > 0 {
			t.Errorf("changed again: %s", encode(t, again.Patches))
		}
	})
}
