// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package fallback lists what native submission cannot express, for the tests of the plan, the controller and the
// documentation.
package fallback

import (
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Need is something that only Spark's own client can do.
type Need struct {
	// Name says what.
	Name string
	// Change makes a good application one that needs it.
	Change func(*v1beta2.SparkApplication)
	// Field begins the message that says what native submission does not support.
	Field string
	// Documented is how the documentation names it.
	Documented string
}

func property(name, key, value, documented string) Need {
	return Need{
		Name: name, Field: key, Documented: documented,
		Change: func(app *v1beta2.SparkApplication) { app.Spec.SparkConf = map[string]string{key: value} },
	}
}

func file(name, field string, change func(*v1beta2.SparkApplication)) Need {
	return Need{Name: name, Field: field, Documented: "file of the submitter", Change: change}
}

// Needs returns all of them.
func Needs() []Need {
	const authentication = "hadoop.security.authentication"
	needs := []Need{
		file("a main file to upload", "spec.mainApplicationFile /uploads/a.jar", func(app *v1beta2.SparkApplication) {
			app.Spec.MainApplicationFile = new("/uploads/a.jar")
		}),
		file("a jar to upload", "spark.jars file:///uploads/a.jar", func(app *v1beta2.SparkApplication) {
			app.Spec.Deps.Jars = []string{"local:///b.jar", "file:///uploads/a.jar"}
		}),
		file("a file to upload", "spark.files /uploads/a", func(app *v1beta2.SparkApplication) { app.Spec.Deps.Files = []string{"/uploads/a"} }),
		file("an archive to upload", "spark.archives /uploads/a.zip", func(app *v1beta2.SparkApplication) {
			app.Spec.Deps.Archives = []string{"/uploads/a.zip"}
		}),
		file("a Python file to upload", "spark.submit.pyFiles /uploads/a.py", func(app *v1beta2.SparkApplication) {
			app.Spec.Deps.PyFiles = []string{"/uploads/a.py"}
		}),
		property("feature steps of the user's own", sparkconf.DriverFeatureSteps, "com.example.Step", sparkconf.DriverFeatureSteps),
		property("a principal", sparkconf.KerberosPrincipal, "me@EXAMPLE.COM", sparkconf.KerberosPrincipal),
		property("a keytab", sparkconf.KerberosKeytab, "/uploads/me.keytab", sparkconf.KerberosKeytab),
		property("a principal by its old name", sparkconf.KerberosPrincipalV2, "me@EXAMPLE.COM", sparkconf.KerberosPrincipalV2),
		property("a keytab by its old name", sparkconf.KerberosKeytabV2, "/uploads/me.keytab", sparkconf.KerberosKeytabV2),
		property("a krb5.conf of the submitter", sparkconf.Krb5Path, "/uploads/krb5.conf", sparkconf.Krb5Path),
		property("Kerberos by sparkConf", sparkconf.HadoopPrefix+authentication, "kerberos", authentication),
		{
			Name: "Kerberos by hadoopConf", Field: sparkconf.HadoopPrefix + authentication, Documented: authentication,
			Change: func(app *v1beta2.SparkApplication) {
				app.Spec.HadoopConf = map[string]string{authentication: "kerberos"}
			},
		},
	}
	for _, key := range []string{
		sparkconf.DriverSchedulerName, sparkconf.ImagePullSecrets, sparkconf.HadoopConfigMap, sparkconf.Krb5ConfigMap, sparkconf.DriverRequestCores,
		sparkconf.DriverMemoryOverheadFactor, sparkconf.DriverMinMemoryOverhead, sparkconf.DriverMemoryOverheadOld, sparkconf.PySparkPython,
		sparkconf.PySparkDriverPython, sparkconf.UIPort, sparkconf.LocalDirsTmpfs, sparkconf.LegacyPVCAccessMode, sparkconf.DriverServiceIPPolicy,
		sparkconf.DriverServiceIPFamilies, sparkconf.DriverServiceNotReady, sparkconf.Escalation, sparkconf.DriverEscalation,
	} {
		needs = append(needs, property("a reference in "+key, key, "${spark.mine}", "${spark.x}"))
	}
	return needs
}
