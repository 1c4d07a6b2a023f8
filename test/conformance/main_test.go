// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	schedulingv1 "k8s.io/api/scheduling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/test/conformance/sparkjvm"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

var (
	api client.Client
	// master is how Spark's client reaches the API server: by a proxy that brings the credentials.
	master string
	sparks []*spark
)

// spark is a release of Spark.
type spark struct {
	version string
	home    string
	dir     string
	jvm     *sparkjvm.JVM
	// withoutExecutor is whether executors cannot be compared.
	withoutExecutor bool
}

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), registry.AddToScheme(scheme)); err != nil {
		panic(err)
	}
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.Gangs()}, ErrorIfCRDPathMissing: true}
	code := apiserver.Run(m, env, func(folder string) (err error) {
		if api, err = client.New(env.Config, client.Options{Scheme: scheme}); err != nil {
			return err
		}
		if err := startProxy(env.Config); err != nil {
			return err
		}
		if err := createPriorityClasses(); err != nil {
			return err
		}
		return startSparks(folder)
	})
	for _, s := range sparks {
		if err := s.jvm.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

func startProxy(config *rest.Config) error {
	transport, err := rest.TransportFor(config)
	if err != nil {
		return err
	}
	target, err := url.Parse(config.Host)
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
	master = "k8s://" + httptest.NewServer(proxy).URL
	return nil
}

// createPriorityClasses makes the classes that applications name: the API server refuses pods of others.
func createPriorityClasses() error {
	for i, name := range []string{"high", "low"} {
		class := &schedulingv1.PriorityClass{ObjectMeta: metav1.ObjectMeta{Name: name}, Value: int32(100 * i)}
		if err := api.Create(context.Background(), class); err != nil {
			return err
		}
	}
	return nil
}

func startSparks(folder string) error {
	versions := strings.Fields(os.Getenv("SPARK_VERSIONS"))
	if len(versions) == 0 {
		versions = []string{"4.0.1"}
	}
	for _, version := range versions {
		s, err := startSpark(version, filepath.Join(folder, version))
		if err != nil {
			return fmt.Errorf("spark %s: %w", version, err)
		}
		sparks = append(sparks, s)
	}
	return nil
}

func startSpark(version, dir string) (*spark, error) {
	home, err := distribution(version)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	jvm, err := sparkjvm.Start(context.Background(), home, dir)
	return &spark{version: version, home: home, dir: dir, jvm: jvm}, err
}

// distribution returns the folder of a release of Spark, downloaded on first use.
func distribution(version string) (string, error) {
	command := exec.Command("go", "-C", "../localcluster", "run", ".", "distribution", version)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		return "", errors.Join(err, errors.New(stderr.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// forEachSpark runs a test for each release.
func forEachSpark(t *testing.T, test func(t *testing.T, s *spark)) {
	t.Helper()
	for _, s := range sparks {
		t.Run("Spark "+s.version, func(t *testing.T) { test(t, s) })
	}
}
