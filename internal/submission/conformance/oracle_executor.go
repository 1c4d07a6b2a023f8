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
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// statement keeps a driver busy while it asks for executors.
const statement = "select reflect('java.lang.Thread', 'sleep', 60000L)"

// driverAddress is how executors reach their driver.
var driverAddress = regexp.MustCompile(`(spark://CoarseGrainedScheduler@)[^"]*`)

// RunDriver runs Spark's real driver of a plan on this host, against a Recorder, and returns the first executor pod
// that it asks for, with the address of the plan's driver in place of this host's. The driver's own program is another
// one; what executors look like does not depend on it.
func RunDriver(ctx context.Context, sparkHome string, plan *planning.Plan) ([]byte, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	recorder := &Recorder{PodCreated: stop}
	server := httptest.NewServer(recorder)
	defer server.Close()
	dir, err := os.MkdirTemp("", "spark-driver-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	objects, err := plan.Render()
	if err != nil {
		return nil, err
	}
	properties, err := driverProperties(dir, objects, "k8s://"+server.URL)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, filepath.Join(sparkHome, "bin", "spark-submit"), "--properties-file", properties,
		"--class", "org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver", "spark-internal", "-e", statement)
	command.Env = append(os.Environ(), "SPARK_HOME="+sparkHome, "SPARK_USER=spark", "SPARK_LOCAL_IP=127.0.0.1",
		"SPARK_CONF_DIR="+filepath.Join(dir, "conf"))
	command.Dir = dir
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	runErr := command.Run()
	for _, request := range recorder.Requests() {
		if request.Method == http.MethodPost && strings.HasSuffix(request.Path, "/pods") {
			address := objects.Properties.Get(sparkconf.DriverHost) + ":" + objects.Properties.Get(sparkconf.DriverPort)
			return driverAddress.ReplaceAll(request.Body, []byte("${1}"+address)), nil
		}
	}
	return nil, fmt.Errorf("the driver asked for no executor: %w\n%s", errors.Join(runErr, ctx.Err()), output.Bytes())
}

// driverProperties writes the properties that the driver would read, less those that belong to its pod or program.
func driverProperties(dir string, objects *render.Objects, master string) (string, error) {
	conf := objects.Properties.Clone()
	for _, key := range []string{
		sparkconf.DriverPodName, sparkconf.SubmitInDriver, sparkconf.DriverPort, sparkconf.DriverBlockManagerPort,
		sparkconf.Jars, sparkconf.Files, sparkconf.Archives, sparkconf.PyFiles, sparkconf.DriverMemory, sparkconf.DriverExtraJavaOptions,
	} {
		conf.Delete(key)
	}
	conf.Set(sparkconf.Master, master)
	conf.Set(sparkconf.DeployMode, "client")
	conf.Set(sparkconf.DriverHost, "127.0.0.1")
	conf.Set(sparkconf.UIPort, "0")
	if objects.TemplateConfigMap != nil {
		template := filepath.Join(dir, "executor.json")
		for _, content := range objects.TemplateConfigMap.Data {
			if err := os.WriteFile(template, []byte(content), 0o600); err != nil {
				return "", err
			}
		}
		conf.Set(sparkconf.ExecutorPodTemplateFile, template)
	}
	file := filepath.Join(dir, "driver.properties")
	return file, os.WriteFile(file, []byte(conf.Properties("")), 0o600)
}
