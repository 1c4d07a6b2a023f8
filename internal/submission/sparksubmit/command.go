// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Files are what spark-submit reads of a plan.
type Files struct {
	// Properties is the path of the file with all of Spark's properties.
	Properties string
	// DriverTemplate and ExecutorTemplate are the paths of the pod templates.
	DriverTemplate, ExecutorTemplate string
}

// filesIn returns the files of a plan in a directory.
func filesIn(dir string) Files {
	return Files{
		Properties:       filepath.Join(dir, "spark.properties"),
		DriverTemplate:   filepath.Join(dir, "driver.json"),
		ExecutorTemplate: filepath.Join(dir, "executor.json"),
	}
}

// Argv returns the arguments of spark-submit for a plan.
//
// Everybody on the machine can read them, so they hold no property. Both parsers of spark-submit, the launcher's and
// SparkSubmit's own, take options up to the first argument that begins with no dash, which is the main file: what comes
// after it is the application's, whatever it looks like.
func Argv(plan *planning.Plan, files Files) []string {
	argv := []string{
		"--master", plan.Master(),
		"--deploy-mode", "cluster",
		"--name", plan.Name(),
		"--properties-file", files.Properties,
	}
	if class := plan.MainClass(); class != "" {
		argv = append(argv, "--class", class)
	}
	if user := plan.ProxyUser(); user != "" {
		argv = append(argv, "--proxy-user", user)
	}
	argv = append(argv, plan.MainFile())
	return append(argv, plan.Args()...)
}

// Properties returns the configuration that spark-submit is given for a plan: the plan's own, and what makes the driver
// pod known as the plan's. Fields that Spark has no property for are in the templates.
func Properties(plan *planning.Plan, files Files, uploads Uploads) *sparkconf.Conf {
	conf := plan.Conf()
	conf.Set(sparkconf.DriverPodTemplateFile, files.DriverTemplate)
	conf.Set(sparkconf.DriverPodTemplateContainer, plan.DriverContainer())
	conf.Set(sparkconf.ExecutorPodTemplateFile, files.ExecutorTemplate)
	// The template has it too, but annotations of the application's win over those of templates.
	conf.Set(sparkconf.DriverAnnotationPrefix+sparklabels.SpecHash, plan.Attempt().SpecHash)
	if uploads.Path != "" {
		conf.Set(sparkconf.FileUploadPath, uploads.Path)
	}
	return conf
}

// writeFiles writes what spark-submit reads, readable to nobody else.
func writeFiles(plan *planning.Plan, files Files, uploads Uploads) error {
	driver, err := plan.DriverTemplate()
	if err != nil {
		return planning.Invalid(field.NewPath("spec", "driver"), "", err.Error())
	}
	executor, err := plan.ExecutorTemplate()
	if err != nil {
		return planning.Invalid(field.NewPath("spec", "executor"), "", err.Error())
	}
	driverContent, err := planning.TemplateFile(driver)
	if err != nil {
		return err
	}
	executorContent, err := planning.TemplateFile(executor)
	if err != nil {
		return err
	}
	for _, file := range []struct{ path, content string }{
		{files.Properties, Properties(plan, files, uploads).Properties("")},
		{files.DriverTemplate, driverContent},
		{files.ExecutorTemplate, executorContent},
	} {
		if err := os.WriteFile(file.path, []byte(file.content), 0o600); err != nil {
			return fmt.Errorf("write what spark-submit reads: %w", err)
		}
	}
	return nil
}

// passedOn are the variables of the operator that spark-submit gets to see: what it needs to find Java and the cluster.
var passedOn = []string{"PATH", "JAVA_HOME", "KUBECONFIG"}

// environment returns the variables of spark-submit: some of ours, and a home and a configuration directory in which
// there is nothing. SPARK_LOCAL_DIRS is not among them, for Spark would give it to the driver. Without a UTF-8 locale
// the arguments would arrive in the driver as question marks.
func environment(ours []string, home, dir, user string) []string {
	var env []string
	for _, variable := range ours {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "KUBERNETES_") {
			env = append(env, variable)
		}
		for _, passed := range passedOn {
			if name == passed {
				env = append(env, variable)
			}
		}
	}
	// The process lives for seconds: a simple collector and the quick compiler make it cheaper. Performance data would
	// be files in /tmp that a killed process leaves behind.
	const java = "-Dsun.jnu.encoding=UTF-8 -Dfile.encoding=UTF-8 -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
	temporary := filepath.Join(dir, "tmp")
	return append(env,
		"SPARK_HOME="+home,
		"SPARK_USER="+user,
		"SPARK_CONF_DIR="+filepath.Join(dir, "conf"),
		"HOME="+dir,
		"TMPDIR="+temporary,
		"LC_ALL=C.UTF-8",
		"LANG=C.UTF-8",
		"SPARK_SUBMIT_OPTS="+java+" -Duser.home="+dir+" -Djava.io.tmpdir="+temporary,
		"SPARK_LAUNCHER_OPTS="+java,
	)
}
