// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package escalation

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Permission is something that looks like an Attempt and that authors may ask for.
type Permission struct {
	// Name says what is asked for.
	Name string
	// Change makes a good application one that asks for it.
	Change func(*application)
	// NotBySparkSubmit is whether it is refused where spark-submit would do it in the operator.
	NotBySparkSubmit bool
}

// Permissions returns what stays allowed, in every mode of submission unless it says otherwise.
func Permissions() []Permission {
	return slices.Concat(settings(), withoutEffect(), fetched())
}

// withoutEffect are properties that are the operator's, where they change nothing.
func withoutEffect() []Permission {
	return []Permission{
		{Name: "images by properties that say what the fields say", Change: func(app *application) {
			app.Spec.Image, app.Spec.Executor.Image = new("a:1"), new("b:1")
			for key, value := range map[string]string{
				sparkconf.ContainerImage: "a:1", sparkconf.DriverContainerImage: "a:1", sparkconf.ExecutorContainerImage: "b:1",
			} {
				setConf(key, value)(app)
			}
		}},
		{Name: "service accounts by properties that say what the fields say", Change: func(app *application) {
			app.Spec.Driver.ServiceAccount = new("spark")
			setConf(sparkconf.DriverServiceAccount, "spark")(app)
			setConf(sparkconf.ExecutorServiceAccount, "spark")(app)
		}},
		{Name: "the cluster that the operator is in", Change: func(app *application) {
			setConf(sparkconf.Master, "k8s://https://kubernetes.default.svc:443")(app)
			setConf(sparkconf.DriverMaster, "https://kubernetes.default.svc")(app)
		}},
		{Name: "the credentials that the operator uses anyway", Change: func(app *application) {
			setConf(sparkconf.AuthenticatePrefix+"submission.oauthTokenFile", token)(app)
			setConf(sparkconf.AuthenticatePrefix+"submission.caCertFile", "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt")(app)
		}},
		{Name: "a place for uploads where nothing is uploaded", Change: setConf(sparkconf.FileUploadPath, "s3a://mine")},
	}
}

func settings() []Permission {
	return []Permission{
		{Name: "arguments that look like options", Change: func(app *application) {
			app.Spec.Arguments = []string{"--deploy-mode", "client", "--conf", "spark.kubernetes.namespace=kube-system"}
		}},
		{Name: "service accounts by their fields", Change: func(app *application) {
			app.Spec.Driver.ServiceAccount, app.Spec.Executor.ServiceAccount = new("spark"), new("spark")
		}},
		{Name: "a service account by a template", Change: func(app *application) {
			app.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "spark"}}
		}},
		{Name: "the API server as the driver sees it", Change: func(app *application) {
			app.Spec.Driver.KubernetesMaster = new("k8s://https://kubernetes.default.svc:443")
		}},
		{Name: "images by their fields", Change: func(app *application) {
			app.Spec.Driver.Image, app.Spec.Executor.Image = new("a:1"), new("b:1")
		}},
		{Name: "pull secrets and pull policy", Change: func(app *application) {
			app.Spec.ImagePullSecrets, app.Spec.ImagePullPolicy = []string{"registry"}, new("Always")
		}},
		{Name: "the application's own namespace", Change: func(app *application) { setConf(sparkconf.Namespace, app.Namespace)(app) }},
		{Name: "cluster mode by sparkConf", Change: setConf(sparkconf.DeployMode, "cluster")},
		{Name: "a name for the driver", Change: func(app *application) { app.Spec.Driver.PodName = new("my.driver") }},
		{Name: "a name for the driver by sparkConf", Change: setConf(sparkconf.DriverPodName, "my-driver")},
		{Name: "the author's own labels and annotations", Change: func(app *application) {
			app.Labels = map[string]string{"team": "a", "kueue.x-k8s.io/queue-name": "b"}
			app.Spec.Driver.Labels = map[string]string{"app.kubernetes.io/name": "x"}
			app.Spec.Executor.Annotations = map[string]string{"example.com/a": "b"}
			app.Spec.Driver.ServiceLabels = map[string]string{"a": "b"}
			setConf(sparkconf.DriverLabelPrefix+"b", "c")(app)
		}},
		{Name: "what the operator says itself", Change: func(app *application) {
			app.Labels = map[string]string{sparklabels.AppName: app.Name, sparklabels.ScheduledAppName: "nightly"}
			app.Spec.Driver.Labels = map[string]string{sparklabels.AppName: app.Name, sparklabels.LaunchedByOperator: "true"}
		}},
		{Name: "templates with metadata", Change: func(app *application) {
			app.Spec.Executor.Template = template(metav1.ObjectMeta{
				Namespace: app.Namespace, Name: "ignored", Labels: map[string]string{"a": "b"}, Annotations: map[string]string{"c": "d"},
			})
		}},
		{Name: "template files by sparkConf, which are ignored with a warning", Change: setConf(sparkconf.DriverPodTemplateFile, token)},
		{Name: "secrets of the namespace", Change: func(app *application) {
			setConf(sparkconf.DriverSecretsPrefix+"mine", "/etc/mine")(app)
			setConf(sparkconf.ExecutorSecretKeyRefPrefix+"PASSWORD", "mine:key")(app)
		}},
		{Name: "credentials for storage", Change: func(app *application) {
			app.Spec.HadoopConf = map[string]string{"fs.s3a.access.key": "mine", "spark.hadoop.fs.s3a.secret.key": "mine"}
		}},
		{Name: "a proxy user", Change: func(app *application) { app.Spec.ProxyUser = new("alice") }},
	}
}

// fetched are files, packages and tokens that the driver gets for itself.
func fetched() []Permission {
	return []Permission{
		{Name: "files by URL", Change: func(app *application) {
			app.Spec.Deps.Jars = []string{"https://example.com/a.jar", "local:///opt/b.jar"}
		}},
		{Name: "a main file on another file system", Change: func(app *application) { app.Spec.MainApplicationFile = new("s3a://bucket/a.jar") }},
		{Name: "files on another file system, which the driver fetches", NotBySparkSubmit: true, Change: func(app *application) {
			app.Spec.Deps.Files = []string{"hdfs://namenode/a"}
		}},
		{Name: "file systems that the driver fetches tokens for", Change: func(app *application) {
			setConf(sparkconf.KerberosAccess, "hdfs://namenode")(app)
			setConf(sparkconf.KerberosTokenSecret, "mine")(app)
			setConf(sparkconf.KerberosTokenSecretKey, "token")(app)
		}},
		{Name: "packages that the driver loads", NotBySparkSubmit: true, Change: func(app *application) {
			app.Spec.Deps.Packages = []string{"org.example:good:1"}
			setConf("spark.jars.ivy", "/tmp/ivy")(app)
		}},
		{Name: "variables of the driver", NotBySparkSubmit: true, Change: setConf("spark.eventLog.dir", "s3a://logs/${env:TEAM}")},
	}
}
