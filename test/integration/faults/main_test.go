// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// concurrency is how many trials run at a time. They wait for most of their time: for seconds to pass and events to arrive.
const concurrency = "24"

var (
	scheme = newScheme()
	// shared is the cluster of all trials that leave it whole.
	shared *cluster
	// standin is the program that stands in for spark-submit.
	standin string
	// restMapping is what discovery says; it is asked for once.
	restMapping meta.RESTMapper
)

func TestMain(m *testing.M) {
	flag.Parse()
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs()}, ErrorIfCRDPathMissing: true}
	// Fairness among clients costs the API server much of its time, and here is one client.
	env.ControlPlane.GetAPIServer().Configure().Set("enable-priority-and-fairness", "false")
	ctx, cancel := context.WithCancel(context.Background())
	os.Exit(apiserver.Run(watched{m, cancel}, env, func(folder string) error {
		ctrl.SetLogger(logr.Discard())
		klog.SetLogger(logr.Discard())
		if err := flag.Set("test.parallel", concurrency); err != nil {
			return err
		}
		standin = filepath.Join(folder, "spark-submit")
		if output, err := exec.Command("go", "build", "-o", standin, "./standin").CombinedOutput(); err != nil {
			return fmt.Errorf("build the stand-in: %w\n%s", err, output)
		}
		env.Config.QPS = -1
		var err error
		if restMapping, err = newMapping(env.Config); err != nil {
			return err
		}
		shared, err = newCluster(ctx, env.Config)
		return err
	}))
}

// watched are tests with watches that the API server would wait for.
type watched struct {
	*testing.M
	cancel context.CancelFunc
}

func (w watched) Run() int {
	defer w.cancel()
	return w.M.Run()
}

func newScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1beta2.AddToScheme(s)); err != nil {
		panic(err)
	}
	return s
}

func newMapping(config *rest.Config) (meta.RESTMapper, error) {
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	mapping, err := apiutil.NewDynamicRESTMapper(config, httpClient)
	if err != nil {
		return nil, err
	}
	for _, object := range objectKinds {
		gvk, err := apiutil.GVKForObject(object, scheme)
		if err != nil {
			return nil, err
		}
		if _, err := mapping.RESTMapping(gvk.GroupKind(), gvk.Version); err != nil {
			return nil, err
		}
	}
	return mapping, nil
}

func mapper(*rest.Config, *http.Client) (meta.RESTMapper, error) { return restMapping, nil }
