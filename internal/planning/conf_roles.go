// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// roleKeys are the properties of a role.
type roleKeys struct {
	role                                           podmutation.Role
	name, image                                    string
	cores, requestCores, limitCores                string
	memory, memoryOverhead                         string
	serviceAccount, schedulerName, javaOptions     string
	label, annotation, env, secrets, secretKeyRefs string
	volumes, nodeSelector, escalation              string
	templateContainer                              string
}

// at returns where the field of a role stands.
func (p *Plan) at(keys roleKeys) *field.Path { return p.root.Child(keys.name) }

var driverKeys = roleKeys{
	role: podmutation.Driver, name: "driver", image: sparkconf.DriverContainerImage,
	cores: sparkconf.DriverCores, requestCores: sparkconf.DriverRequestCores, limitCores: sparkconf.DriverLimitCores,
	memory: sparkconf.DriverMemory, memoryOverhead: sparkconf.DriverMemoryOverhead,
	serviceAccount: sparkconf.DriverServiceAccount, schedulerName: sparkconf.DriverSchedulerName,
	javaOptions: sparkconf.DriverExtraJavaOptions,
	label:       sparkconf.DriverLabelPrefix, annotation: sparkconf.DriverAnnotationPrefix, env: sparkconf.DriverEnvPrefix,
	secrets: sparkconf.DriverSecretsPrefix, secretKeyRefs: sparkconf.DriverSecretKeyRefPrefix, volumes: sparkconf.DriverVolumesPrefix,
	nodeSelector: sparkconf.DriverNodeSelectorPrefix, escalation: sparkconf.DriverEscalation,
	templateContainer: sparkconf.DriverPodTemplateContainer,
}

var executorKeys = roleKeys{
	role: podmutation.Executor, name: "executor", image: sparkconf.ExecutorContainerImage,
	cores: sparkconf.ExecutorCores, requestCores: sparkconf.ExecutorRequestCores, limitCores: sparkconf.ExecutorLimitCores,
	memory: sparkconf.ExecutorMemory, memoryOverhead: sparkconf.ExecutorMemoryOverhead,
	serviceAccount: sparkconf.ExecutorServiceAccount, schedulerName: sparkconf.ExecutorSchedulerName,
	javaOptions: sparkconf.ExecutorExtraJavaOptions,
	label:       sparkconf.ExecutorLabelPrefix, annotation: sparkconf.ExecutorAnnotationPrefix, env: sparkconf.ExecutorEnvPrefix,
	secrets: sparkconf.ExecutorSecretsPrefix, secretKeyRefs: sparkconf.ExecutorSecretKeyRefPrefix, volumes: sparkconf.ExecutorVolumesPrefix,
	nodeSelector: sparkconf.ExecutorNodeSelectorPrefix, escalation: sparkconf.ExecutorEscalation,
	templateContainer: sparkconf.ExecutorPodTemplateContainer,
}

// fixLifecycle is what keeps an executor the same with and without the webhook, which would put the field in the place
// of Spark's hook.
const fixLifecycle = "with spark.decommission.enabled Spark puts a hook of its own in its place; remove one of them, or have spark.kubernetes.decommission.script name a script that does both"

func (b *confBuilder) driver() {
	driver := &b.app.Spec.Driver
	b.role(driverKeys, &driver.SparkPodSpec)
	b.setField(sparkconf.DriverRequestCores, driver.CoreRequest)
	b.addJavaOptions(driverKeys, valueOf(driver.JavaOptions))
	b.setField(sparkconf.DriverMaster, driver.KubernetesMaster)
	b.conf.SetAll(sparkconf.DriverServiceLabelPrefix, driver.ServiceLabels)
	b.conf.SetAll(sparkconf.DriverServiceAnnotPrefix, driver.ServiceAnnotations)
}

func (b *confBuilder) executor() {
	executor := &b.app.Spec.Executor
	setNumber(b, sparkconf.ExecutorInstances, executor.Instances)
	b.role(executorKeys, &executor.SparkPodSpec)
	if grace := executor.TerminationGracePeriodSeconds; grace != nil {
		// Spark gives executors a grace period of its own after the template's from 4.1 on.
		b.conf.Set(sparkconf.ExecutorGracePeriod, strconv.FormatInt(*grace, 10)+"s")
	}
	if decommissioned, err := b.conf.Bool(sparkconf.DecommissionEnabled, false); err == nil && decommissioned && executor.Lifecycle != nil {
		b.refuse(b.plan.at(executorKeys).Child("lifecycle"), fixLifecycle)
	}
	b.setField(sparkconf.ExecutorRequestCores, executor.CoreRequest)
	b.addJavaOptions(executorKeys, valueOf(executor.JavaOptions))
	if executor.DeleteOnTermination != nil {
		b.conf.Set(sparkconf.ExecutorDeleteOnTermination, strconv.FormatBool(*executor.DeleteOnTermination))
	}
	// Spark gives executors a SPARK_CONF_DIR of its own after the template's; only this property comes after that.
	if valueOf(b.app.Spec.SparkConfigMap) != "" {
		b.conf.Set(sparkconf.ExecutorEnvPrefix+sparklabels.EnvSparkConfDir, sparklabels.SparkConfPath)
	}
}

// addJavaOptions appends to the options of a role's JVM: properties are often a platform's, and the field is of this
// application.
func (b *confBuilder) addJavaOptions(keys roleKeys, options string) {
	if options == "" {
		return
	}
	joined, overridden := sparkconf.JoinJavaOptions(b.conf.Get(keys.javaOptions), options)
	b.conf.Set(keys.javaOptions, joined)
	if _, written := b.app.Spec.SparkConf[keys.javaOptions]; written && len(overridden) > 0 {
		if b.overridden == nil {
			b.overridden = map[string][]string{}
		}
		b.overridden[keys.javaOptions] = append(b.overridden[keys.javaOptions], overridden...)
	}
}

// role sets what driver and executors have in common.
func (b *confBuilder) role(keys roleKeys, pod *v1beta2.SparkPodSpec) {
	setNumber(b, keys.cores, pod.Cores)
	b.setField(keys.limitCores, pod.CoreLimit)
	b.setField(keys.memory, pod.Memory)
	b.setField(keys.memoryOverhead, pod.MemoryOverhead)
	b.setField(keys.serviceAccount, pod.ServiceAccount)
	b.conf.SetAll(keys.label, pod.Labels)
	b.conf.SetAll(keys.annotation, pod.Annotations)
	b.conf.SetAll(keys.env, pod.EnvVars)
	for name, ref := range pod.EnvSecretKeyRefs {
		b.conf.Set(keys.secretKeyRefs+name, ref.Name+":"+ref.Key)
	}
	b.secrets(keys, pod.Secrets)
	b.localDirs(keys, pod)
	b.contested(keys, pod)
}

// contested sets the properties of fields that the mutators put into the executor template, too. Spark applies
// properties after the template, so that one of sparkConf would win over the field wherever the webhook does not run.
func (b *confBuilder) contested(keys roleKeys, pod *v1beta2.SparkPodSpec) {
	b.conf.SetAll(keys.nodeSelector, pod.NodeSelector)
	if scheduler := podmutation.SchedulerName(b.app, pod); scheduler != "" {
		b.conf.Set(keys.schedulerName, scheduler)
	}
	if allowed := podmutation.Escalation(pod.SecurityContext); allowed != nil {
		b.conf.Set(keys.escalation, strconv.FormatBool(*allowed))
	}
	b.variables(keys, pod)
	if valueOf(b.app.Spec.HadoopConfigMap) != "" {
		b.conf.Delete(keys.env + sparklabels.EnvHadoopConfDir)
		b.conf.Delete(keys.secretKeyRefs + sparklabels.EnvHadoopConfDir)
	}
}

// variables leaves one place for each variable: Spark adds those of properties after those of templates, and those of
// Secrets last, and would name a variable twice that is in two places. The field env wins over properties and the older
// fields, a Secret over a value.
func (b *confBuilder) variables(keys roleKeys, pod *v1beta2.SparkPodSpec) {
	for i := range pod.Env {
		variable := &pod.Env[i]
		b.conf.Delete(keys.secretKeyRefs + variable.Name)
		if variable.ValueFrom == nil && strings.HasPrefix(variable.Name, sparksVariables) {
			// Spark's own come after the template's as well, and only the property after those.
			b.conf.Set(keys.env+variable.Name, variable.Value)
		} else {
			b.conf.Delete(keys.env + variable.Name)
		}
	}
	for name := range b.conf.MapWithPrefix(keys.secretKeyRefs) {
		b.conf.Delete(keys.env + name)
	}
}

// secrets mounts Secrets, and points to the file in those whose content is known.
func (b *confBuilder) secrets(keys roleKeys, secrets []v1beta2.SecretInfo) {
	byProperty := podmutation.SecretsByProperty(secrets)
	for _, secret := range secrets {
		if byProperty[secret.Name] {
			b.conf.Set(keys.secrets+secret.Name, secret.Path)
		} else {
			b.conf.Delete(keys.secrets + secret.Name)
		}
		switch secret.Type {
		case v1beta2.SecretTypeGCPServiceAccount:
			b.conf.Set(keys.env+sparklabels.EnvGoogleCredentials, secret.Path+"/"+sparklabels.GoogleCredentialsFile)
		case v1beta2.SecretTypeHadoopDelegationToken:
			b.conf.Set(keys.env+sparklabels.EnvHadoopToken, secret.Path+"/"+sparklabels.HadoopTokenFile)
		case v1beta2.SecretTypeGeneric:
		}
	}
}

// localDirs gives Spark the volumes for its scratch space that it has properties for.
func (b *confBuilder) localDirs(keys roleKeys, pod *v1beta2.SparkPodSpec) {
	mounts := pod.VolumeMounts
	if !podmutation.HasLocalDirs(mounts) {
		return
	}
	declared := volumesOf(b.app.Spec.Volumes)
	byProperty := podmutation.LocalDirsByProperty(b.app.Spec.Volumes, mounts)
	for i := range mounts {
		mount := &mounts[i]
		if !strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix) {
			continue
		}
		if !byProperty[mount.Name] {
			continue
		}
		kind, options := localDirVolume(declared[mount.Name])
		prefix := keys.volumes + kind + "." + mount.Name + "."
		b.conf.Set(prefix+"mount.path", mount.MountPath)
		if mount.SubPath != "" {
			b.conf.Set(prefix+"mount.subPath", mount.SubPath)
		}
		if mount.SubPathExpr != "" {
			b.conf.Set(prefix+"mount.subPathExpr", mount.SubPathExpr)
		}
		b.conf.Set(prefix+"mount.readOnly", strconv.FormatBool(mount.ReadOnly))
		for _, option := range options {
			if option.Value != "" {
				b.conf.Set(prefix+"options."+option.Key, option.Value)
			}
		}
	}
}

// localDirVolume returns a volume as Spark's properties describe it.
func localDirVolume(volume *corev1.Volume) (string, []sparkconf.Property) {
	switch {
	case volume.EmptyDir != nil:
		options := []sparkconf.Property{{Key: "medium", Value: string(volume.EmptyDir.Medium)}}
		if limit := volume.EmptyDir.SizeLimit; limit != nil {
			options = append(options, sparkconf.Property{Key: "sizeLimit", Value: limit.String()})
		}
		return "emptyDir", options
	case volume.HostPath != nil:
		options := []sparkconf.Property{{Key: "path", Value: volume.HostPath.Path}}
		if kind := volume.HostPath.Type; kind != nil {
			options = append(options, sparkconf.Property{Key: "type", Value: string(*kind)})
		}
		return "hostPath", options
	case volume.NFS != nil:
		return "nfs", []sparkconf.Property{
			{Key: "path", Value: volume.NFS.Path}, {Key: "server", Value: volume.NFS.Server},
			{Key: "readOnly", Value: strconv.FormatBool(volume.NFS.ReadOnly)},
		}
	case volume.PersistentVolumeClaim != nil:
		return "persistentVolumeClaim", []sparkconf.Property{
			{Key: "claimName", Value: volume.PersistentVolumeClaim.ClaimName},
			{Key: "readOnly", Value: strconv.FormatBool(volume.PersistentVolumeClaim.ReadOnly)},
		}
	}
	return "", nil
}

// volumesOf returns volumes by their names.
func volumesOf(volumes []corev1.Volume) map[string]*corev1.Volume {
	named := make(map[string]*corev1.Volume, len(volumes))
	for i := range volumes {
		named[volumes[i].Name] = &volumes[i]
	}
	return named
}
