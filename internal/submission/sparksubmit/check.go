// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/internal/submission"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Uploads says which files of the operator's container applications may have. The zero value: none.
type Uploads struct {
	// Dir is the directory of files that any application may name: to be uploaded, as a keytab, or as a krb5.conf.
	Dir string
	// Path is where Spark uploads files to, a URL that the drivers can read (spark.kubernetes.file.upload.path).
	Path string
}

// mixing are main classes for which the launcher looks for options among the arguments of the application as well, so that
// those could change the deploy mode or the namespace.
var mixing = []string{
	"org.apache.spark.repl.Main",
	"org.apache.spark.sql.application.ConnectRepl",
	"org.apache.spark.sql.connect.service.SparkConnectServer",
	"org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
	"org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
}

const (
	fixClass    = "spark-submit takes options from the arguments of this class, and it cannot run in cluster mode; start it from a class of your own"
	fixNoClass  = "it is required: spark-submit would have to fetch the jar into the operator to find it"
	fixPackages = "spark-submit would download them into the operator and load them there; choose submission mode Native, where the driver downloads them, or list the jars in spec.deps.jars"
	fixOption   = "the class path is that of the operator's own process; use spark.driver.extraClassPath"
	fixLost     = "null characters and carriage returns do not arrive by spark-submit; choose submission mode Native, or a file"
	fixFile     = "it is a file of the operator's container, which applications may not have; put it into the image and name it local:///..., or use a URL"
	fixR        = "spark-submit would build R packages of it in the operator; put it into the image and name it local:///..."
)

// check returns what must not reach spark-submit, or could do nothing but fail. It comes on top of what plans refuse
// themselves: here the operator's own process reads what the application's author wrote.
func check(plan *submission.Plan, uploads Uploads) error {
	conf := plan.Conf()
	var problems []submission.Problem
	problems = append(problems, checkArguments(plan)...)
	for _, key := range []string{sparkconf.JarsPackages, "spark.driver.defaultExtraClassPath"} {
		if conf.Get(key) != "" {
			fix := fixPackages
			if key != sparkconf.JarsPackages {
				fix = fixOption
			}
			problems = append(problems, submission.Problem{Field: key, Value: conf.Get(key), Fix: fix})
		}
	}
	problems = append(problems, checkFiles(plan, conf, uploads)...)
	if len(problems) > 0 {
		return &submission.InvalidError{Problems: problems}
	}
	return nil
}

func checkArguments(plan *submission.Plan) []submission.Problem {
	var problems []submission.Problem
	class := plan.MainClass()
	if slices.Contains(mixing, class) {
		problems = append(problems, submission.Problem{Field: "spec.mainClass", Value: class, Fix: fixClass})
	}
	if class == "" && !interpreted(plan.MainFile()) {
		problems = append(problems, submission.Problem{Field: "spec.mainClass", Fix: fixNoClass})
	}
	for _, argument := range append(plan.Args(), plan.MainFile(), class, plan.ProxyUser()) {
		if strings.ContainsAny(argument, "\x00\r") {
			problems = append(problems, submission.Problem{Field: "spec.arguments", Fix: fixLost})
			break
		}
	}
	return problems
}

// interpreted returns whether a main file is Python or R.
func interpreted(file string) bool { return strings.HasSuffix(file, ".py") || isR(file) }

func isR(file string) bool { return strings.HasSuffix(file, ".R") || strings.HasSuffix(file, ".r") }

// checkFiles refuses files of the operator's container, its token first of all, that Spark would hand to the application.
func checkFiles(plan *submission.Plan, conf *sparkconf.Conf, uploads Uploads) []submission.Problem {
	var problems []submission.Problem
	for _, key := range []string{sparkconf.Jars, sparkconf.Files, sparkconf.Archives, sparkconf.PyFiles} {
		for _, file := range conf.List(key) {
			if render.LocalFile(file) && !uploads.allow(file) {
				problems = append(problems, submission.Problem{Field: key, Value: file, Fix: fixFile})
			}
			if key == sparkconf.Jars && isR(plan.MainFile()) && render.LocalFile(file) {
				problems = append(problems, submission.Problem{Field: key, Value: file, Fix: fixR})
			}
		}
	}
	// A path of an R file is one in the driver's image.
	if main := plan.MainFile(); render.LocalFile(main) && !isR(main) && !uploads.allow(main) {
		problems = append(problems, submission.Problem{Field: "spec.mainApplicationFile", Value: main, Fix: fixFile})
	}
	for _, key := range []string{sparkconf.KerberosKeytab, sparkconf.KerberosKeytabV2, sparkconf.Krb5Path} {
		// Even with the scheme local: some of these are read where spark-submit runs.
		if file := conf.Get(key); file != "" && !uploads.allow(strings.TrimPrefix(file, "local:")) {
			problems = append(problems, submission.Problem{Field: key, Value: file, Fix: fixFile})
		}
	}
	return problems
}

// allow returns whether a file is in the directory for uploads, after all links. Patterns and what Spark would decode are
// not: what is looked at here must be what Spark opens.
func (u Uploads) allow(file string) bool {
	if u.Dir == "" || strings.ContainsAny(file, "*?[]{}%\\#") {
		return false
	}
	path := strings.TrimPrefix(file, "file:")
	if strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///") || !filepath.IsAbs(path) {
		return false
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	root, err := filepath.EvalSymlinks(u.Dir)
	if err != nil {
		return false
	}
	relative, err := filepath.Rel(root, resolved)
	return err == nil && filepath.IsLocal(relative)
}

// notInstalled returns what is wrong where there is no spark-submit.
func notInstalled(home string) error {
	fix := "this controller image has no Spark; run the controller image that packages Spark, or make the application one that native submission supports"
	if home != "" {
		if info, err := os.Stat(submitScript(home)); err == nil && info.Mode().IsRegular() {
			return nil
		}
		fix += " (there is no " + submitScript(home) + ")"
	}
	return &submission.InvalidError{Problems: []submission.Problem{{Field: "submission mode", Value: "SparkSubmit", Fix: fix}}}
}

func submitScript(home string) string { return filepath.Join(home, "bin", "spark-submit") }
