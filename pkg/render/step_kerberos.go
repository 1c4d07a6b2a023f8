// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Where Spark mounts what Kerberos needs.
const (
	Krb5File       = "/etc/krb5.conf"
	HadoopTokenDir = "/mnt/secrets/hadoop-credentials"
)

const (
	krb5Volume        = "krb5-file"
	hadoopTokenVolume = "hadoop-secret"
)

// kerberos is Spark's KerberosConfDriverFeatureStep, for a krb5.conf and delegation tokens that are in the cluster
// already. Fetching tokens needs Spark's own client.
func (d *draft) kerberos() error {
	if name, found := d.conf.Lookup(sparkconf.Krb5ConfigMap); found {
		d.pod.Spec.Volumes = append(d.pod.Spec.Volumes, configMapVolume(krb5Volume, name))
		d.container.VolumeMounts = append(d.container.VolumeMounts,
			corev1.VolumeMount{Name: krb5Volume, MountPath: Krb5File, SubPath: "krb5.conf"})
	}
	secret, named := d.conf.Lookup(sparkconf.KerberosTokenSecret)
	key, keyed := d.conf.Lookup(sparkconf.KerberosTokenSecretKey)
	if named != keyed {
		return fmt.Errorf("%s and %s must be set together", sparkconf.KerberosTokenSecret, sparkconf.KerberosTokenSecretKey)
	}
	if !named {
		return nil
	}
	d.pod.Spec.Volumes = append(d.pod.Spec.Volumes, corev1.Volume{Name: hadoopTokenVolume, VolumeSource: corev1.VolumeSource{
		Secret: &corev1.SecretVolumeSource{SecretName: secret},
	}})
	d.container.VolumeMounts = append(d.container.VolumeMounts, corev1.VolumeMount{Name: hadoopTokenVolume, MountPath: HadoopTokenDir})
	d.container.Env = append(d.container.Env, corev1.EnvVar{Name: "HADOOP_TOKEN_FILE_LOCATION", Value: HadoopTokenDir + "/" + key})
	return nil
}
