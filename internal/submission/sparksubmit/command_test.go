// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/golden"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func application(change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	app := builder.Stored("default", "pi")
	app.Spec.SparkConf = map[string]string{}
	for _, c := range change {
		c(app)
	}
	return app
}

func planOf(tb testing.TB, app *v1beta2.SparkApplication, attempt int64) *planning.Plan {
	tb.Helper()
	plan, err := planning.NewPlan(app, identity.Of(app, attempt), planning.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	return plan
}

// Every testdata/<case>.input.yaml is an application; <case>.argv.txt has an argument a line, and the other files are
// those that spark-submit reads.
func TestGoldenCommands(t *testing.T) {
	inputs, err := filepath.Glob("testdata/*.input.yaml")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no inputs: %v", err)
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(input, ".input.yaml")
		t.Run(filepath.Base(name), func(t *testing.T) {
			plan := planOf(t, manifest.Application(t, input), 1)
			if err := Check(plan, Uploads{}); err != nil {
				t.Fatal(err)
			}
			files := filesIn("/private")
			golden.Check(t, name+".argv.txt", strings.Join(Argv(plan, files), "\n")+"\n")
			written := filesIn(t.TempDir())
			if err := writeFiles(plan, written, Uploads{}); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name+".properties", Properties(plan, files, Uploads{}).Properties(""))
			golden.Check(t, name+".driver.yaml", readTemplate(t, written.DriverTemplate))
			golden.Check(t, name+".executor.yaml", readTemplate(t, written.ExecutorTemplate))
		})
	}
}

func readTemplate(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %o, want 600", path, info.Mode().Perm())
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.JSONToYAML(content)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What makes a driver known as the attempt's is the operator's, in the template and by the property that wins over it.
func TestDriversAreKnownByWhatTheOperatorSays(t *testing.T) {
	app := application(func(app *v1beta2.SparkApplication) {
		app.Spec.Driver.Template = &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"a": "b"}}}
	})
	plan := planOf(t, app, 1)
	hash := plan.Attempt().SpecHash
	if got := Properties(plan, filesIn("/private"), Uploads{}).Get("spark.kubernetes.driver.annotation." + sparklabels.SpecHash); got != hash {
		t.Errorf("annotation by property = %q, want %q", got, hash)
	}
	template, err := plan.DriverTemplate()
	if err != nil {
		t.Fatal(err)
	}
	want := metav1.ObjectMeta{
		Annotations:     map[string]string{"a": "b", sparklabels.SpecHash: hash},
		OwnerReferences: []metav1.OwnerReference{podmutation.Owner(app)},
		Finalizers:      []string{sparklabels.DriverEnd},
	}
	if diff := cmp.Diff(want, template.ObjectMeta); diff != "" {
		t.Errorf("metadata of the template (-want +got):\n%s", diff)
	}
}

func TestCheck(t *testing.T) {
	type app = v1beta2.SparkApplication
	conf := func(key, value string) func(*app) { return func(a *app) { a.Spec.SparkConf[key] = value } }
	main := func(file string) func(*app) { return func(a *app) { a.Spec.MainApplicationFile = &file } }
	uploads := Uploads{Dir: t.TempDir(), Path: "s3a://bucket/uploads"}
	allowed, secret := filepath.Join(uploads.Dir, "app.jar"), filepath.Join(t.TempDir(), "token")
	link := filepath.Join(uploads.Dir, "link.jar")
	for _, path := range []string{allowed, secret} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		change  func(*app)
		uploads Uploads
		// wantField is the field that is refused; empty where nothing is.
		wantField string
	}{
		"arguments that look like options are the application's": {
			change: func(a *app) {
				a.Spec.Arguments = []string{"--deploy-mode", "client", "--conf", "spark.kubernetes.namespace=kube-system"}
			},
		},
		"a class that mixes options and arguments": {
			change: func(a *app) { a.Spec.MainClass = new("org.apache.spark.repl.Main") }, wantField: "spec.mainClass",
		},
		"a jar that would be fetched to find its class": {
			change:    func(a *app) { a.Spec.MainClass = nil; a.Spec.MainApplicationFile = new("https://example.com/a.jar") },
			wantField: "spec.mainClass",
		},
		"an argument that no command line can carry": {
			change: func(a *app) { a.Spec.Arguments = []string{"a\x00b"} }, wantField: "spec.arguments",
		},
		"a carriage return, which the launcher's script drops": {
			change: func(a *app) { a.Spec.Arguments = []string{"a\rb"} }, wantField: "spec.arguments",
		},
		"packages": {
			change: func(a *app) { a.Spec.Deps.Packages = []string{"org.example:evil:1"} }, wantField: "spec.deps.packages",
		},
		"the class path of the operator's process": {
			change: conf("spark.driver.defaultExtraClassPath", "/tmp/evil.jar"), wantField: "spec.sparkConf[spark.driver.defaultExtraClassPath]",
		},
		"the operator's token as main file": {change: main("file:///var/run/secrets/token"), wantField: "spec.mainApplicationFile"},
		"the operator's token as file":      {change: conf("spark.files", "/var/run/secrets/token"), wantField: "spec.sparkConf[spark.files]"},
		"the operator's token as jar":       {change: conf("spark.jars", "local:///a.jar,file:/var/run/secrets/token"), wantField: "spec.sparkConf[spark.jars]"},
		"the operator's token as archive":   {change: conf("spark.archives", "/var/run/secrets/token#x"), wantField: "spec.sparkConf[spark.archives]"},
		"the operator's token as py-file":   {change: func(a *app) { a.Spec.Deps.PyFiles = []string{"token"} }, wantField: "spec.deps.pyFiles"},
		"the operator's token as krb5.conf": {change: conf("spark.kubernetes.kerberos.krb5.path", "/var/run/secrets/token"), wantField: "spec.sparkConf[spark.kubernetes.kerberos.krb5.path]"},
		"the operator's token as keytab":    {change: conf("spark.kerberos.keytab", "/var/run/secrets/token"), wantField: "spec.sparkConf[spark.kerberos.keytab]"},
		"a keytab by the scheme local":      {change: conf("spark.yarn.keytab", "local:///var/run/secrets/token"), wantField: "spec.sparkConf[spark.yarn.keytab]"},
		"an R file of the driver's image":   {change: main("/opt/dataframe.R")},
		"a file of the uploads":             {change: main(allowed), uploads: uploads},
		"a file of the uploads by its URI":  {change: main("file://" + allowed), uploads: uploads},
		"a link out of the uploads":         {change: main(link), uploads: uploads, wantField: "spec.mainApplicationFile"},
		"a path out of the uploads":         {change: main(uploads.Dir + "/../token"), uploads: uploads, wantField: "spec.mainApplicationFile"},
		"another file system as jar": {
			change: func(a *app) { a.Spec.Deps.Jars = []string{"local:///a.jar", "webhdfs://198.19.0.1:80/x"} }, wantField: "spec.deps.jars",
		},
		"another file system as file":    {change: conf("spark.files", "s3a://bucket/*"), wantField: "spec.sparkConf[spark.files]"},
		"another file system as archive": {change: conf("spark.archives", "hdfs://nn/a.zip#a"), wantField: "spec.sparkConf[spark.archives]"},
		"another file system as py-file": {change: func(a *app) { a.Spec.Deps.PyFiles = []string{"HTTPS://example.com/a.py"} }, wantField: "spec.deps.pyFiles"},
		"a main file on another one":     {change: main("s3a://bucket/a.jar")},
		"what the driver fetches":        {change: conf("spark.files", "http://a/b,https://a/b,ftp://a/b,local:///b"), wantField: ""},
		"a path that looks like a URL":   {change: main("http:/%zz/../../var/run/secrets/token"), uploads: uploads, wantField: "spec.mainApplicationFile"},
		"one in a list":                  {change: conf("spark.files", "local:#/../../var/run/secrets/token"), uploads: uploads, wantField: "spec.sparkConf[spark.files]"},
		"one that begins with a space":   {change: conf("spark.files", "\u00a0local:/../var/run/secrets/token"), uploads: uploads, wantField: "spec.sparkConf[spark.files]"},
		"a class that reads files":       {change: func(a *app) { a.Spec.HadoopConf = map[string]string{"fs.file.impl": "Evil"} }, wantField: "spec.hadoopConf[fs.file.impl]"},
		"tokens in the operator's name":  {change: conf("spark.kerberos.access.hadoopFileSystems", "hdfs://nn"), wantField: "spec.sparkConf[spark.kerberos.access.hadoopFileSystems]"},
		"tokens that the driver fetches": {change: func(a *app) {
			conf("spark.yarn.access.namenodes", "hdfs://nn")(a)
			conf("spark.kubernetes.kerberos.tokenSecret.name", "t")(a)
		}},
		"a pattern in the uploads":           {change: conf("spark.files", uploads.Dir+"/*"), uploads: uploads, wantField: "spec.sparkConf[spark.files]"},
		"an encoded path in the uploads":     {change: conf("spark.files", "file://"+uploads.Dir+"/%2e%2e/token"), uploads: uploads, wantField: "spec.sparkConf[spark.files]"},
		"a file of the uploads that is none": {change: main(uploads.Dir + "/none.jar"), uploads: uploads, wantField: "spec.mainApplicationFile"},
		"a file of the uploads and no place for it": {
			change: main(allowed), uploads: Uploads{Dir: uploads.Dir}, wantField: "spec.mainApplicationFile",
		},
		"the operator's token as a template of Volcano's": {
			change:    conf("spark.kubernetes.scheduler.volcano.podGroupTemplateFile", "/var/run/secrets/token"),
			wantField: "spec.sparkConf[spark.kubernetes.scheduler.volcano.podGroupTemplateFile]",
		},
		"a variable of the operator's": {
			change: conf("spark.kubernetes.driver.scheduler.name", "${env:SECRET}"), wantField: "spec.sparkConf[spark.kubernetes.driver.scheduler.name]",
		},
		"a variable of the operator's in a field": {
			change: func(a *app) { a.Spec.Image = new("spark:${env:SECRET}") }, wantField: "spark.kubernetes.container.image",
		},
		"a variable of the operator's in hadoopConf": {
			change: func(a *app) { a.Spec.HadoopConf = map[string]string{"a": "${system:user.home}"} }, wantField: "spec.hadoopConf[a]",
		},
		"a reference to another property": {change: func(a *app) {
			conf("spark.mine", "batch")(a)
			conf("spark.kubernetes.driver.scheduler.name", "${spark.mine}")(a)
		}},
		"what Hadoop expands in the driver": {change: func(a *app) { a.Spec.HadoopConf = map[string]string{"fs.s3a.access.key": "${env.KEY}"} }},
		"whoever answers for the API server": {
			change: conf("spark.kubernetes.trust.certificates", "true"), wantField: "spec.sparkConf[spark.kubernetes.trust.certificates]",
		},
		"an R package to be built": {
			change:  func(a *app) { main("/opt/a.R")(a); conf("spark.jars", allowed)(a) },
			uploads: uploads, wantField: "spec.sparkConf[spark.jars]",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			err := Check(planOf(t, application(tc.change), 1), tc.uploads)
			invalid, refused := errors.AsType[*planning.InvalidError](err)
			if !refused {
				if err != nil || tc.wantField != "" {
					t.Fatalf("check = %v, want refusal of %q", err, tc.wantField)
				}
				return
			}
			if got := invalid.Errors[0]; got.Field != tc.wantField || got.Detail == "" {
				t.Errorf("refused %q (%s), want %q", got.Field, got.Detail, tc.wantField)
			}
		})
	}
}

// The main file is what ends the options, so a plan whose main file looks like one must not exist.
func TestPlansRefuseMainFilesThatLookLikeOptions(t *testing.T) {
	for _, file := range []string{"-h", "--conf", "--deploy-mode=client", ""} {
		app := application(func(app *v1beta2.SparkApplication) { app.Spec.MainApplicationFile = &file })
		if _, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{}); err == nil {
			t.Errorf("a plan of the main file %q was made", file)
		}
	}
}

// Spark takes the address of an API server as it stands, and joins the variables of its own accord.
func TestAddressesOfIPv6ArePassedOnAsTheyAre(t *testing.T) {
	const master = "k8s://https://[fd00::1]:6443"
	app := application()
	plan, err := planning.NewPlan(app, identity.Of(app, 1), planning.Options{Master: master})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"--master", master}, Argv(plan, filesIn("/private"))[:2]); diff != "" {
		t.Errorf("arguments (-want +got):\n%s", diff)
	}
	if got := environment([]string{"KUBERNETES_SERVICE_HOST=fd00::1"}, "/spark", "/d", "me")[0]; got != "KUBERNETES_SERVICE_HOST=fd00::1" {
		t.Errorf("variable %q, want the address without brackets, as Kubernetes writes it", got)
	}
}

func TestEnvironmentHoldsNothingElse(t *testing.T) {
	ours := []string{
		"PATH=/bin", "JAVA_HOME=/java", "KUBERNETES_SERVICE_HOST=198.19.0.1", "AWS_SECRET_ACCESS_KEY=secret", "SPARK_REMOTE=sc://evil",
		"SPARK_CONF_DIR=/opt/spark/conf", "HADOOP_CONF_DIR=/etc/hadoop",
	}
	want := []string{
		"PATH=/bin", "JAVA_HOME=/java", "KUBERNETES_SERVICE_HOST=198.19.0.1",
		"SPARK_HOME=/spark", "SPARK_USER=me", "SPARK_CONF_DIR=/d/conf", "HOME=/d", "TMPDIR=/d/tmp", "LC_ALL=C.UTF-8", "LANG=C.UTF-8",
		"SPARK_SUBMIT_OPTS=-Dsun.jnu.encoding=UTF-8 -Dfile.encoding=UTF-8 -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Duser.home=/d -Djava.io.tmpdir=/d/tmp",
		"SPARK_LAUNCHER_OPTS=-Dsun.jnu.encoding=UTF-8 -Dfile.encoding=UTF-8 -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData",
	}
	if diff := cmp.Diff(want, environment(ours, "/spark", "/d", "me")); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}
