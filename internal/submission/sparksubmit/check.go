// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Uploads says which files of the operator's container applications may have. The zero value: none.
type Uploads struct {
	// Dir is the directory of files that any application may name: to be uploaded, as a keytab, or as a krb5.conf.
	Dir string
	// Path is where Spark uploads files to, a URL that the drivers can read (spark.kubernetes.file.upload.path).
	Path string
	// Elsewhere is whether the directory is not on this machine, so that only the names of files can be looked at.
	// Nothing is submitted then.
	Elsewhere bool
}

// mixing are main classes for which the launcher looks for options among the arguments of the application as well, so
// that those could change the deploy mode or the namespace.
var mixing = []string{
	"org.apache.spark.repl.Main",
	"org.apache.spark.sql.application.ConnectRepl",
	"org.apache.spark.sql.connect.service.SparkConnectServer",
	"org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
	"org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
}

const (
	fixClass     = "spark-submit takes options from the arguments of this class, and it cannot run in cluster mode; start it from a class of your own"
	fixNoClass   = "it is required: spark-submit would have to fetch the jar into the operator to find it"
	fixPackages  = "spark-submit would download them into the operator and load them there; choose submission mode Native, where the driver downloads them, or list the jars in spec.deps.jars"
	fixOption    = "the class path is that of the operator's own process; use spark.driver.extraClassPath"
	fixTrust     = "the operator's own token would be sent to whoever answers for the API server; remove it, or choose submission mode Native, where only the driver reads it"
	fixLost      = "null characters and carriage returns do not arrive by spark-submit; choose submission mode Native, or a file"
	fixFile      = "it is a file of the operator's container, which applications may not have; put it into the image and name it local:///..., or use a URL"
	fixNoPlace   = "the operator has no place to upload files to; put it into the image and name it local:///..., or have submission.sparkSubmit.uploads.path set in the operator's configuration"
	fixR         = "spark-submit would build R packages of it in the operator; put it into the image and name it local:///..."
	fixConnect   = "spark-submit would connect to it from the operator; use local:///, http, https or ftp, or what native submission can express, so that only the driver connects to it"
	fixBorrowed  = "spark-submit would fetch tokens for them in the operator's name; bring a keytab or the Secret of a token (spark.kubernetes.kerberos.tokenSecret.name)"
	fixReader    = "it would choose what reads files in the operator; remove it"
	fixReference = "spark-submit would put in what the operator's own process has under that name; write the value itself, or choose submission mode Native"
)

// reference is what Spark replaces by a variable of its process or a property of its JVM where it reads a property.
var reference = regexp.MustCompile(`\$\{(env|system):`)

// never are properties that no application may set where the operator runs spark-submit.
var never = []struct{ key, fix string }{
	{sparkconf.JarsPackages, fixPackages},
	{sparkconf.DriverDefaultClassPath, fixOption},
	{sparkconf.TrustCertificates, fixTrust},
	{sparkconf.HadoopPrefix + "fs.file.impl", fixReader},
}

// borrowed are properties for which spark-submit uses the Kerberos credentials of its own process where the application
// brings none.
var borrowed = []string{sparkconf.KerberosAccess, sparkconf.KerberosAccessV2, sparkconf.KerberosAccessV1}

// Check returns an InvalidError of what must not reach spark-submit, or could do nothing but fail. It comes on top of
// what plans refuse themselves: here the operator's own process reads what the application's author wrote.
func Check(plan *planning.Plan, uploads Uploads) error {
	conf := plan.Conf()
	errs := checkArguments(plan)
	for _, property := range never {
		if value := conf.Get(property.key); value != "" {
			errs = append(errs, plan.Refusal(property.key, value, property.fix))
		}
	}
	for key, value := range conf.All() {
		if reference.MatchString(value) {
			errs = append(errs, plan.Refusal(key, value, fixReference))
		}
	}
	if _, own := conf.Lookup(sparkconf.KerberosKeytab, sparkconf.KerberosKeytabV2, sparkconf.KerberosTokenSecret); !own {
		for _, key := range borrowed {
			if value := conf.Get(key); value != "" {
				errs = append(errs, plan.Refusal(key, value, fixBorrowed))
			}
		}
	}
	errs = append(errs, checkFiles(plan, conf, uploads)...)
	if len(errs) > 0 {
		return &planning.InvalidError{Errors: errs}
	}
	return nil
}

// The fields that become arguments of spark-submit.
var (
	mainFilePath  = field.NewPath("spec", "mainApplicationFile")
	classPath     = field.NewPath("spec", "mainClass")
	argumentsPath = field.NewPath("spec", "arguments")
)

func checkArguments(plan *planning.Plan) field.ErrorList {
	var errs field.ErrorList
	class := plan.MainClass()
	if slices.Contains(mixing, class) {
		errs = append(errs, validation.Refuse(classPath, class, fixClass))
	}
	if class == "" && !interpreted(plan.MainFile()) {
		errs = append(errs, validation.Refuse(classPath, "", fixNoClass))
	}
	for _, argument := range append(plan.Args(), plan.MainFile(), class, plan.ProxyUser()) {
		if strings.ContainsAny(argument, "\x00\r") {
			errs = append(errs, validation.Refuse(argumentsPath, "", fixLost))
			break
		}
	}
	return errs
}

// interpreted returns whether a main file is Python or R.
func interpreted(file string) bool { return strings.HasSuffix(file, ".py") || isR(file) }

func isR(file string) bool { return strings.HasSuffix(file, ".R") || strings.HasSuffix(file, ".r") }

// checkFiles refuses files of the operator's container, its token first of all, that Spark would hand to the
// application.
func checkFiles(plan *planning.Plan, conf *sparkconf.Conf, uploads Uploads) field.ErrorList {
	var errs field.ErrorList
	for _, key := range []string{sparkconf.Jars, sparkconf.Files, sparkconf.Archives, sparkconf.PyFiles} {
		for _, file := range conf.List(key) {
			if why := uploads.whyNotListed(file); why != "" {
				errs = append(errs, plan.Refusal(key, file, why))
			}
			if key == sparkconf.Jars && isR(plan.MainFile()) && render.LocalFile(file) {
				errs = append(errs, plan.Refusal(key, file, fixR))
			}
		}
	}
	// A path of an R file is one in the driver's image.
	if main := plan.MainFile(); !isR(main) {
		if why := uploads.whyNotUpload(main); why != "" {
			errs = append(errs, validation.Refuse(mainFilePath, main, why))
		}
	}
	for _, key := range readHere {
		if file := conf.Get(key); file != "" && !uploads.allow(strings.TrimPrefix(file, "local:")) {
			errs = append(errs, plan.Refusal(key, file, fixFile))
		}
	}
	return errs
}

// readHere are properties that name a file which is read where spark-submit runs, some of them even with the scheme
// local.
var readHere = []string{
	sparkconf.KerberosKeytab, sparkconf.KerberosKeytabV2, sparkconf.Krb5Path, sparkconf.VolcanoPodGroupTemplateFile,
}

// leftToDriver are the schemes of files that spark-submit passes on as they are. For any other it asks the file system
// which files are meant, with the application's own configuration: it would connect to wherever that says.
var leftToDriver = []string{"local", "http", "https", "ftp"}

// whyNotListed returns why a list may not name a file; nothing where it may. The main file is not asked about, and may
// be on any file system.
func (u Uploads) whyNotListed(file string) string {
	scheme, _, _ := strings.Cut(file, ":")
	if render.LocalFile(file) || slices.Contains(leftToDriver, scheme) {
		return u.whyNotUpload(file)
	}
	return fixConnect
}

// whyNotUpload returns why Spark may not upload a file; nothing where it may, or would not.
func (u Uploads) whyNotUpload(file string) string {
	switch {
	case !render.LocalFile(file):
		return ""
	case !u.allow(file):
		return fixFile
	case u.Path == "":
		return fixNoPlace
	}
	return ""
}

// allow returns whether a file is in the directory for uploads, after all links. Patterns and what Spark would decode
// are not: what is looked at here must be what Spark opens.
func (u Uploads) allow(file string) bool {
	if u.Dir == "" || strings.ContainsAny(file, "*?[]{}%\\#") {
		return false
	}
	path := strings.TrimPrefix(file, "file:")
	if strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///") || !filepath.IsAbs(path) {
		return false
	}
	if u.Elsewhere {
		relative, err := filepath.Rel(u.Dir, path)
		return err == nil && filepath.IsLocal(relative)
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
	return planning.Invalid(field.NewPath("submission mode"), "SparkSubmit", fix)
}

func submitScript(home string) string { return filepath.Join(home, "bin", "spark-submit") }
