// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package escalation

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Attempt is one way to ask for what the author has no right to.
type Attempt struct {
	// Name says what is attempted.
	Name string
	// Change makes a good application one that attempts it.
	Change func(*v1beta2.SparkApplication)
	// Field is the path of the field that the refusal must name, Value its value as people may see it, and Fix a part
	// of what to do.
	Field, Value, Fix string
	// BySparkSubmit is whether it only concerns applications that are submitted by spark-submit, which runs in the
	// operator.
	BySparkSubmit bool
	// BySchema is whether the API server refuses it already, by the rules of the CRD.
	BySchema bool
}

const (
	fixReserved  = "only the operator sets it"
	fixAccount   = "use spec.driver.serviceAccount or spec.executor.serviceAccount"
	fixToken     = "the driver uses its service account; set spec.driver.serviceAccount"
	fixOwnFile   = "it names a file of the operator"
	fixOption    = "it must not begin with '-'"
	fixContainer = "it is a file of the operator's container, which applications may not have"
	fixConnect   = "spark-submit would connect to it from the operator"
)

// steps is the package of Spark's feature steps.
const steps = "org.apache.spark.deploy.k8s.features."

// token is a file that every operator has.
const token = "/var/run/secrets/kubernetes.io/serviceaccount/token"

// Attempts returns all attempts that are refused.
func Attempts() []Attempt {
	var all []Attempt
	all = append(all, properties()...)
	all = append(all, labelsAndAnnotations()...)
	all = append(all, claims()...)
	all = append(all, fields()...)
	return append(all, files()...)
}

// application is what attempts change.
type application = v1beta2.SparkApplication

// setConf sets a property of sparkConf.
func setConf(key, value string) func(*application) {
	return func(app *application) {
		if app.Spec.SparkConf == nil {
			app.Spec.SparkConf = map[string]string{}
		}
		app.Spec.SparkConf[key] = value
	}
}

func property(name, key, value, fix string) Attempt {
	return Attempt{Name: name, Change: setConf(key, value), Field: "spec.sparkConf[" + key + "]", Value: sparkconf.Redact(key, value), Fix: fix}
}

// uploading is a place for uploads where there is something to upload.
func uploading(name string, change func(*application)) Attempt {
	attempt := property(name, sparkconf.FileUploadPath, "s3a://mine", "the operator does not upload its own files")
	place := attempt.Change
	attempt.Change = func(app *application) {
		change(app)
		place(app)
	}
	return attempt
}

func properties() []Attempt {
	attempts := []Attempt{
		property("another master", sparkconf.Master, "k8s://https://elsewhere", "on its own cluster only"),
		property("a Connect server in place of the cluster", sparkconf.Remote, "sc://elsewhere", "remove it"),
		property("another context of a kubeconfig", sparkconf.Context, "admin", "on its own cluster only"),
		property("another address of the API server for the driver", sparkconf.DriverMaster, "https://elsewhere", "use spec.driver.kubernetesMaster"),
		property("another namespace", sparkconf.Namespace, "kube-system", "it must be the application's namespace"),
		property("client mode", sparkconf.DeployMode, "client", "would run the driver inside the operator"),
		property("an image past its field", sparkconf.ContainerImage, "other", "use spec.image"),
		property("the driver's image past its field", sparkconf.DriverContainerImage, "other", "use spec.driver.image"),
		property("the executors' image past its field", sparkconf.ExecutorContainerImage, "other", "use spec.executor.image"),
		property("the driver's service account past its field", sparkconf.DriverServiceAccount, "admin", fixAccount),
		property("the executors' service account past its field", sparkconf.ExecutorServiceAccount, "admin", fixAccount),
		uploading("upload of the operator's files", func(app *application) { app.Spec.Deps.Files = []string{token} }),
		uploading("upload of the operator's main file", func(app *application) { app.Spec.MainApplicationFile = new("file://" + token) }),
		uploading("upload of the operator's files by sparkConf", setConf(sparkconf.Jars, "local:///a.jar, "+token)),
		property("the operator's Ivy settings", sparkconf.JarsIvySettings, "/etc/ivy.xml", fixOwnFile),
		property("a driver without the operator's labels", sparkconf.DriverExcludedSteps, steps+"BasicDriverFeatureStep", "do not exclude them"),
		property("steps to exclude by another property", sparkconf.DriverExcludedSteps, "${spark.mine}", "name them"),
		property("executors without the operator's labels", sparkconf.ExecutorExcludedSteps, steps+"BasicExecutorFeatureStep", "do not exclude them"),
		property("a key that hides another", "spark.master=k8s://elsewhere", "x", "keys are words"),
		property("a key of two lines", "spark.a\nspark.master", "x", "keys are words"),
	}
	const authenticate = sparkconf.AuthenticatePrefix
	for _, who := range []string{"", "driver.", "executor."} {
		attempts = append(attempts,
			property("an OAuth token: "+who, authenticate+who+"oauthToken", "hunter2", fixToken),
			property("an OAuth token by file: "+who, authenticate+who+"oauthTokenFile", token, fixToken))
	}
	for _, file := range []string{"clientKeyFile", "clientCertFile", "caCertFile"} {
		attempts = append(attempts,
			property("the operator's files for the driver: "+file, authenticate+"driver."+file, token, fixOwnFile),
			property("other credentials for the operator: "+file, authenticate+"submission."+file, "/tmp/x", "the operator's own credentials"))
	}
	return append(attempts,
		property("another token for the operator", authenticate+"submission.oauthToken", "hunter2", "the operator's own credentials"))
}

func labelsAndAnnotations() []Attempt {
	attempts := []Attempt{
		{
			Name: "the application's label gives its pods to another", Field: "metadata.labels[" + sparklabels.AppName + "]", Value: "another", Fix: fixReserved,
			Change: func(app *application) { app.Labels = map[string]string{sparklabels.AppName: "another"} },
		},
		{
			Name: "a service label of an attempt", Field: "spec.driver.serviceLabels[" + sparklabels.SubmissionID + "]", Value: "x", Fix: fixReserved,
			Change: func(app *application) {
				app.Spec.Driver.ServiceLabels = map[string]string{sparklabels.SubmissionID: "x"}
			},
		},
		{
			Name: "an executor's number", Field: "spec.executor.labels[" + sparklabels.SparkExecutorID + "]", Value: "1", Fix: "the label is reserved for Spark",
			Change: func(app *application) {
				app.Spec.Executor.Labels = map[string]string{sparklabels.SparkExecutorID: "1"}
			},
		},
		property("the role by sparkConf", sparkconf.DriverLabelPrefix+sparklabels.SparkRole, "executor", "the label is reserved for Spark"),
		{
			Name: "a label that hides a property", Field: "spec.driver.labels[a=b]", Value: "c", Fix: "rename it",
			Change: func(app *application) { app.Spec.Driver.Labels = map[string]string{"a=b": "c"} },
		},
		{
			Name: "a Hadoop property that hides another", Field: "spec.hadoopConf[a=b]", Value: "c", Fix: "rename it",
			Change: func(app *application) { app.Spec.HadoopConf = map[string]string{"a=b": "c"} },
		},
	}
	for key, value := range map[string]string{
		sparklabels.AppName: "another", sparklabels.SubmissionID: "another", sparklabels.LaunchedByOperator: "false",
		sparklabels.ConnectName: "another", sparklabels.SpecHash: "h1-forged",
	} {
		entry := map[string]string{key: value}
		attempts = append(attempts,
			property("by sparkConf, label of the driver: "+key, sparkconf.DriverLabelPrefix+key, value, fixReserved),
			property("by sparkConf, label of executors: "+key, sparkconf.ExecutorLabelPrefix+key, value, fixReserved),
			property("by sparkConf, annotation of the driver: "+key, sparkconf.DriverAnnotationPrefix+key, value, fixReserved),
			property("by sparkConf, annotation of executors: "+key, sparkconf.ExecutorAnnotationPrefix+key, value, fixReserved),
			Attempt{
				Name: "label of the driver: " + key, Field: "spec.driver.labels[" + key + "]", Value: value, Fix: fixReserved,
				Change: func(app *application) { app.Spec.Driver.Labels = entry },
			},
			Attempt{
				Name: "label of executors: " + key, Field: "spec.executor.labels[" + key + "]", Value: value, Fix: fixReserved,
				Change: func(app *application) { app.Spec.Executor.Labels = entry },
			},
			Attempt{
				Name: "annotation of the driver: " + key, Field: "spec.driver.annotations[" + key + "]", Value: value, Fix: fixReserved,
				Change: func(app *application) { app.Spec.Driver.Annotations = entry },
			},
			Attempt{
				Name: "label of the driver's template: " + key, Field: "spec.driver.template.metadata.labels[" + key + "]", Value: value, Fix: fixReserved,
				Change: func(app *application) { app.Spec.Driver.Template = template(metav1.ObjectMeta{Labels: entry}) },
			},
			Attempt{
				Name: "annotation of the executors' template: " + key, Field: "spec.executor.template.metadata.annotations[" + key + "]", Value: value, Fix: fixReserved,
				Change: func(app *application) { app.Spec.Executor.Template = template(metav1.ObjectMeta{Annotations: entry}) },
			})
	}
	return attempts
}

// claims are those that Spark makes of properties.
func claims() []Attempt {
	const claim = "persistentVolumeClaim.data."
	var attempts []Attempt
	for _, key := range []string{sparklabels.AppName, sparklabels.SubmissionID, sparklabels.SpecHash} {
		attempts = append(attempts,
			property("label of a driver's claim: "+key, sparkconf.DriverVolumesPrefix+claim+"label."+key, "another", fixReserved),
			property("annotation of a driver's claim: "+key, sparkconf.DriverVolumesPrefix+claim+"annotation."+key, "another", fixReserved),
			property("label of executors' claims: "+key, sparkconf.ExecutorVolumesPrefix+claim+"label."+key, "another", fixReserved),
			property("annotation of executors' claims: "+key, sparkconf.ExecutorVolumesPrefix+claim+"annotation."+key, "another", fixReserved))
	}
	return attempts
}

func template(metadata metav1.ObjectMeta) *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{ObjectMeta: metadata}
}

func fields() []Attempt {
	owners := metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "Deployment", Name: "victim", UID: "1"}}}
	elsewhere := metav1.ObjectMeta{Namespace: "kube-system"}
	return []Attempt{
		{
			Name: "client mode by its field", Field: "spec.mode", Value: "client", Fix: "set it to cluster", BySchema: true,
			Change: func(app *application) { app.Spec.Mode = v1beta2.DeployModeClient },
		},
		{
			Name: "client mode within the cluster", Field: "spec.mode", Value: "in-cluster-client", Fix: "set it to cluster", BySchema: true,
			Change: func(app *application) { app.Spec.Mode = v1beta2.DeployModeInClusterClient },
		},
		{
			Name: "an option as main file", Field: "spec.mainApplicationFile", Value: "--conf", Fix: fixOption,
			Change: func(app *application) {
				app.Spec.MainApplicationFile = new("--conf")
				app.Spec.Arguments = []string{"spark.kubernetes.namespace=kube-system", "local:///a.jar"}
			},
		},
		{
			Name: "an option as main class", Field: "spec.mainClass", Value: "--master", Fix: fixOption,
			Change: func(app *application) { app.Spec.MainClass = new("--master") },
		},
		{
			Name: "an option as proxy user", Field: "spec.proxyUser", Value: "--deploy-mode", Fix: fixOption,
			Change: func(app *application) { app.Spec.ProxyUser = new("--deploy-mode") },
		},
		{
			Name: "a driver's template in another namespace", Field: "spec.driver.template.metadata.namespace", Value: "kube-system", Fix: "remove it",
			Change: func(app *application) { app.Spec.Driver.Template = template(elsewhere) },
		},
		{
			Name: "an executors' template in another namespace", Field: "spec.executor.template.metadata.namespace", Value: "kube-system", Fix: "remove it",
			Change: func(app *application) { app.Spec.Executor.Template = template(elsewhere) },
		},
		{
			Name: "a driver that another object owns", Field: "spec.driver.template.metadata.ownerReferences", Value: "Deployment victim", Fix: "remove it",
			Change: func(app *application) { app.Spec.Driver.Template = template(owners) },
		},
		{
			Name: "executors that another object owns", Field: "spec.executor.template.metadata.ownerReferences", Value: "Deployment victim", Fix: "remove it",
			Change: func(app *application) { app.Spec.Executor.Template = template(owners) },
		},
		{
			Name: "a driver whose name is a path", Field: "spec.driver.podName", Value: "../kube-system/pods/x", Fix: "it is no name of a pod", BySchema: true,
			Change: func(app *application) { app.Spec.Driver.PodName = new("../kube-system/pods/x") },
		},
		property("a driver whose name by sparkConf is a path", sparkconf.DriverPodName, "../kube-system/pods/x", "it is no name of a pod"),
		{
			Name: "a class for which spark-submit takes options from the arguments", Field: "spec.mainClass", Value: "org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
			Fix: "spark-submit takes options from the arguments of this class", BySparkSubmit: true,
			Change: func(app *application) {
				app.Spec.MainClass = new("org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver")
				app.Spec.Arguments = []string{"--conf", "spark.kubernetes.namespace=kube-system"}
			},
		},
	}
}

// files are attempts to have files of the operator's container, or code in its process.
func files() []Attempt {
	const podGroup = "spark.kubernetes.scheduler.volcano.podGroupTemplateFile"
	attempts := []Attempt{
		property("a keytab of the operator's", sparkconf.KerberosKeytab, token, fixContainer),
		property("a krb5.conf of the operator's", sparkconf.Krb5Path, token, fixContainer),
		property("a file of the operator's by sparkConf", sparkconf.Files, "file://"+token, fixContainer),
		property("a pod group's template of the operator's", podGroup, token, fixContainer),
		property("a class path of the operator's", sparkconf.DriverDefaultClassPath, "/tmp/x.jar", "the operator's own process"),
		property("whoever answers for the API server", sparkconf.TrustCertificates, "true", "the operator's own token"),
		property("a class to read the operator's files", sparkconf.HadoopPrefix+"fs.file.impl", "org.example.Evil", "what reads files in the operator"),
		property("tokens in the operator's name", sparkconf.KerberosAccess, "hdfs://198.19.0.1", "in the operator's name"),
		property("a connection from the operator by sparkConf", sparkconf.Files, "s3a://198.19.0.1/x", fixConnect),
		property("a path that looks like a URL", sparkconf.Files, "http:/%zz/../../../../../.."+token, fixContainer),
		property("a variable of the operator's", sparkconf.DriverSchedulerName, "${env:HOME}", "write the value itself"),
		property("a property of the operator's JVM", sparkconf.DriverSchedulerName, "${system:user.home}", "write the value itself"),
		{
			Name: "the operator's token as main file", Field: "spec.mainApplicationFile", Value: token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.MainApplicationFile = new(token) },
		},
		{
			Name: "the operator's token as jar", Field: "spec.deps.jars", Value: "file://" + token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.Deps.Jars = []string{"file://" + token} },
		},
		{
			Name: "the operator's token as file", Field: "spec.deps.files", Value: token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.Deps.Files = []string{token} },
		},
		{
			Name: "the operator's token as Python file", Field: "spec.deps.pyFiles", Value: token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.Deps.PyFiles = []string{token} },
		},
		{
			Name: "the operator's token as archive", Field: "spec.deps.archives", Value: token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.Deps.Archives = []string{token} },
		},
		{
			Name: "a connection from the operator by a jar", Field: "spec.deps.jars", Value: "webhdfs://198.19.0.1:80/x", Fix: fixConnect,
			Change: func(app *application) { app.Spec.Deps.Jars = []string{"webhdfs://198.19.0.1:80/x"} },
		},
		{
			Name: "a connection from the operator by a Python file", Field: "spec.deps.pyFiles", Value: "hdfs://198.19.0.1/x.py", Fix: fixConnect,
			Change: func(app *application) { app.Spec.Deps.PyFiles = []string{"hdfs://198.19.0.1/x.py"} },
		},
		{
			Name: "a connection from the operator by an archive", Field: "spec.deps.archives", Value: "hdfs://198.19.0.1/*.zip", Fix: fixConnect,
			Change: func(app *application) { app.Spec.Deps.Archives = []string{"hdfs://198.19.0.1/*.zip"} },
		},
		{
			Name: "a main file that looks like a URL", Field: "spec.mainApplicationFile", Value: "local:#/../../../../../.." + token, Fix: fixContainer,
			Change: func(app *application) { app.Spec.MainApplicationFile = new("local:#/../../../../../.." + token) },
		},
		{
			Name: "packages that the operator would load", Field: "spec.deps.packages", Value: "org.example:evil:1", Fix: "choose submission mode Native",
			Change: func(app *application) { app.Spec.Deps.Packages = []string{"org.example:evil:1"} },
		},
	}
	for i := range attempts {
		attempts[i].BySparkSubmit = true
	}
	return attempts
}
