// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Templates are the files that a plan's pod templates are written to.
type Templates struct {
	driver, executor string
}

// RunSparkSubmit submits a plan by the real spark-submit of a Spark distribution and returns the objects that it sent.
func RunSparkSubmit(ctx context.Context, sparkHome string, plan *planning.Plan) ([][]byte, error) {
	recorder := &Recorder{}
	server := httptest.NewServer(recorder)
	defer server.Close()
	dir, err := os.MkdirTemp("", "spark-submit-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := WriteTemplates(dir, plan)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, filepath.Join(sparkHome, "bin", "spark-submit"), Arguments(plan, "k8s://"+server.URL, files)...)
	command.Env = append(os.Environ(), "SPARK_HOME="+sparkHome, "SPARK_USER=spark", "SPARK_CONF_DIR="+filepath.Join(dir, "conf"),
		"LC_ALL=C.UTF-8", "SPARK_SUBMIT_OPTS=-Dsun.jnu.encoding=UTF-8 -Dfile.encoding=UTF-8 -Divy.home="+filepath.Join(dir, "ivy"))
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("spark-submit: %w\n%s", err, output.Bytes())
	}
	return recorder.Objects()
}

// WriteTemplates writes a plan's pod templates into a directory.
func WriteTemplates(dir string, plan *planning.Plan) (Templates, error) {
	files := Templates{driver: filepath.Join(dir, "driver.json"), executor: filepath.Join(dir, "executor.json")}
	driver, err := plan.DriverTemplate()
	if err != nil {
		return files, err
	}
	executor, err := plan.ExecutorTemplate()
	if err != nil {
		return files, err
	}
	content, err := planning.TemplateFile(driver)
	if err != nil {
		return files, err
	}
	if err := os.WriteFile(files.driver, []byte(content), 0o600); err != nil {
		return files, err
	}
	if content, err = planning.TemplateFile(executor); err != nil {
		return files, err
	}
	return files, os.WriteFile(files.executor, []byte(content), 0o600)
}

// Arguments are the command line of spark-submit for a plan, with a master that begins with k8s://.
func Arguments(plan *planning.Plan, master string, files Templates) []string {
	args := []string{"--master", master, "--deploy-mode", "cluster", "--name", plan.Name()}
	if class := plan.MainClass(); class != "" {
		args = append(args, "--class", class)
	}
	if user := plan.ProxyUser(); user != "" {
		args = append(args, "--proxy-user", user)
	}
	conf := plan.Conf()
	conf.Set(sparkconf.DriverPodTemplateFile, files.driver)
	conf.Set(sparkconf.DriverPodTemplateContainer, plan.DriverContainer())
	conf.Set(sparkconf.ExecutorPodTemplateFile, files.executor)
	for key, value := range conf.All() {
		args = append(args, "--conf", key+"="+value)
	}
	args = append(args, plan.MainFile())
	return append(args, plan.Args()...)
}
