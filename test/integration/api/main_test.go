// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

const (
	crdDir      = "../../../config/crd/bases"
	testdataDir = "../testdata"
	namespace   = "default"
)

var (
	// api writes under strict field validation: an unknown field is an error.
	api client.Client
	// restConfig is the way to the API server.
	restConfig *rest.Config
	// kubeconfig is a file for kubectl.
	kubeconfig string
)

func TestMain(m *testing.M) {
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs()}, ErrorIfCRDPathMissing: true}
	os.Exit(apiserver.Run(m, env, func(folder string) (err error) {
		restConfig = env.Config
		if api, err = strictClient(restConfig); err != nil {
			return err
		}
		kubeconfig = filepath.Join(folder, "kubeconfig")
		return os.WriteFile(kubeconfig, env.KubeConfig, 0o600)
	}))
}

func strictClient(config *rest.Config) (client.Client, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1beta2.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, err
	}
	return client.WithFieldValidation(c, "Strict"), nil
}

// manifest reads a manifest of testdata.
func manifest(t *testing.T, file string) *unstructured.Unstructured {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testdataDir, file))
	if err != nil {
		t.Fatal(err)
	}
	document, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		t.Fatal(err)
	}
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(document); err != nil {
		t.Fatal(err)
	}
	return object
}

// full is the manifest that sets every field of a kind.
func full(t *testing.T, kind string) *unstructured.Unstructured {
	t.Helper()
	application := manifest(t, "sparkapplication.full.yaml")
	switch kind {
	case "SparkApplication":
		return application
	case "ScheduledSparkApplication":
		scheduled := manifest(t, "scheduledsparkapplication.full.yaml")
		scheduled.Object["spec"].(map[string]any)["template"] = application.Object["spec"]
		return scheduled
	default:
		return manifest(t, "sparkconnect.full.yaml")
	}
}

// create creates the object and removes it when the test has ended.
func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatalf("create: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context is cancelled by now.
		if err := api.Delete(context.WithoutCancel(t.Context()), object); err != nil {
			t.Errorf("delete: %v", err)
		}
	})
}
