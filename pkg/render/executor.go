// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// ExecutorInput is all that an executor pod is made from.
type ExecutorInput struct {
	// Namespace of the pod.
	Namespace string
	// SparkVersion is the value of the label spark-version.
	SparkVersion string
	// SparkUser is the user that Spark takes itself to run as.
	SparkUser string
	// Prefix begins the pod's name unless the configuration names one.
	Prefix string
	// LocalDir is Spark's scratch directory where the application names none.
	LocalDir string
	// Conf is the configuration that the driver reads: Objects.Properties.
	Conf *sparkconf.Conf
	// Template is the pod to start from; nil for none. It is not changed.
	Template *corev1.PodTemplateSpec
	// ID is the number of the executor, from 1.
	ID int
}

// executorDraft is an executor in the making.
type executorDraft struct {
	in        ExecutorInput
	version   Version
	pod       *corev1.Pod
	container *corev1.Container
}

// executorSteps are the feature steps of Spark's driver for executors, in Spark's order.
var executorSteps = []step[*executorDraft]{
	{"basics", "BasicExecutorFeatureStep", (*executorDraft).basics},
	{"credentials", "ExecutorKubernetesCredentialsFeatureStep", (*executorDraft).credentials},
	{"secrets", "MountSecretsFeatureStep", (*executorDraft).secrets},
	{"secret environment", "EnvSecretsFeatureStep", (*executorDraft).secretEnv},
	{"volumes", "MountVolumesFeatureStep", (*executorDraft).volumes},
	{"hadoop configuration", "HadoopConfExecutorFeatureStep", (*executorDraft).hadoopConf},
	{"local directories", "LocalDirsFeatureStep", (*executorDraft).localDirs},
}

// Executor returns the executor pod that the driver will make, as far as it can be known before: all but its owner, the
// options of its JVM and the ConfigMap of its configuration. It serves to see, and to count, what an application will
// ask for.
func Executor(in ExecutorInput, version Version) (*corev1.Pod, error) {
	in.Conf = version.Reading(in.Conf)
	pod, container := fromTemplate(in.Template, in.Conf.Get(sparkconf.ExecutorPodTemplateContainer))
	d := &executorDraft{in: in, version: version, pod: pod, container: container}
	if err := applySteps(d, executorSteps, version.excludedSteps(in.Conf, sparkconf.ExecutorExcludedSteps)); err != nil {
		return nil, fmt.Errorf("render executor: %w", err)
	}
	pod.Spec.Containers = append(pod.Spec.Containers, *container)
	return pod, nil
}

// basics is Spark's BasicExecutorFeatureStep.
func (d *executorDraft) basics() error {
	if err := executorPod(d.pod, d.in, d.version); err != nil {
		return err
	}
	return executorContainer(d.container, d.in, d.version)
}

// credentials names the account, unless the template does: Spark looks at the older of the template's two fields.
func (d *executorDraft) credentials() error {
	account, found := d.in.Conf.Lookup(sparkconf.ExecutorServiceAccount, sparkconf.DriverServiceAccount)
	if found && d.pod.Spec.DeprecatedServiceAccount == "" {
		d.pod.Spec.ServiceAccountName, d.pod.Spec.DeprecatedServiceAccount = account, account
	}
	return nil
}

func (d *executorDraft) secrets() error {
	addSecrets(d.pod, d.container, d.in.Conf.WithPrefix(sparkconf.ExecutorSecretsPrefix))
	return nil
}

func (d *executorDraft) secretEnv() error {
	return addSecretEnv(d.container, d.in.Conf, sparkconf.ExecutorSecretKeyRefPrefix)
}

func (d *executorDraft) volumes() error {
	volumes, err := d.version.parseVolumes(d.in.Conf, sparkconf.ExecutorVolumesPrefix)
	if err != nil {
		return err
	}
	for i := range volumes {
		claim := strings.ReplaceAll(volumes[i].claim, onDemand, fmt.Sprintf("%s-pvc-%d", d.pod.Name, i))
		volumes[i].claim = strings.ReplaceAll(claim, "SPARK_EXECUTOR_ID", strconv.Itoa(d.in.ID))
	}
	return mountVolumes(d.pod, d.container, volumes)
}

func (d *executorDraft) hadoopConf() error {
	if name := d.in.Conf.Get(sparkconf.HadoopConfigMapPassed); name != "" {
		addHadoopConf(d.pod, d.container, name)
	}
	return nil
}

func (d *executorDraft) localDirs() error {
	return addLocalDirs(d.pod, d.container, d.in.Conf, d.in.LocalDir)
}

func executorPod(pod *corev1.Pod, in ExecutorInput, version Version) error {
	id, appID := strconv.Itoa(in.ID), in.Conf.Get(sparkconf.AppID)
	labels := map[string]string{}
	for _, label := range in.Conf.WithPrefix(sparkconf.ExecutorLabelPrefix) {
		if sparklabels.ReservedExecutor(label.Key) {
			return fmt.Errorf("label %q is reserved for Spark: remove it", label.Key)
		}
		labels[label.Key] = version.labelValue(label.Value, appID, id)
	}
	labels[sparklabels.SparkVersion] = in.SparkVersion
	labels[sparklabels.SparkExecutorID] = id
	labels[sparklabels.SparkAppSelector] = appID
	labels[sparklabels.SparkAppName] = sparklabels.SparkAppNameValue(in.Conf.Get(sparkconf.AppName))
	labels[sparklabels.SparkRole] = sparklabels.RoleExecutor
	labels[sparklabels.SparkResourceProfileID] = "0"
	pod.Namespace = in.Namespace
	pod.Name = valueOr(in.Conf, sparkconf.ExecutorPodNamePrefix, in.Prefix) + "-exec-" + id
	pod.Spec.Hostname = hostname(pod.Name)
	pod.Labels = merged(pod.Labels, labels)
	for _, annotation := range in.Conf.WithPrefix(sparkconf.ExecutorAnnotationPrefix) {
		setAnnotation(pod, annotation.Key, substituteIDs(annotation.Value, appID, id))
	}
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	allocator := in.Conf.Get(sparkconf.AllocationPodsAllocator)
	if allocator == "statefulset" || allocator == "deployment" && version.resizable {
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	}
	if err := executorGrace(pod, in.Conf, version); err != nil {
		return err
	}
	applyPlacement(pod, in.Conf, sparkconf.ExecutorNodeSelectorPrefix, sparkconf.ExecutorSchedulerName)
	return nil
}

func executorContainer(c *corev1.Container, in ExecutorInput, version Version) error {
	if c.Name == "" {
		c.Name = sparklabels.ExecutorContainer
	}
	image, found := in.Conf.Lookup(sparkconf.ExecutorContainerImage, sparkconf.ContainerImage)
	if !found {
		return fmt.Errorf("no container image is given for the executors")
	}
	policy, err := pullPolicy(in.Conf)
	if err != nil {
		return err
	}
	c.Image, c.ImagePullPolicy = image, policy
	port, err := in.Conf.Int(sparkconf.BlockManagerPort, defaultBlockManagerPort)
	if err != nil {
		return err
	}
	if port != 0 {
		c.Ports = append(c.Ports, corev1.ContainerPort{Name: sparklabels.BlockManagerPortName, ContainerPort: int32(port)})
	}
	c.Args = append(c.Args, "executor")
	if err := escalation(c, in.Conf, version, sparkconf.ExecutorEscalation); err != nil {
		return err
	}
	if version.resizable {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			c.ResizePolicy = append(c.ResizePolicy, corev1.ContainerResizePolicy{ResourceName: name, RestartPolicy: corev1.NotRequired})
		}
	}
	if err := executorEnv(c, in, version); err != nil {
		return err
	}
	decommission, err := in.Conf.Bool(sparkconf.DecommissionEnabled, false)
	if err != nil {
		return err
	}
	if decommission {
		script := valueOr(in.Conf, sparkconf.DecommissionScript, "/opt/decom.sh")
		c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{script}}}}
	}
	return executorResources(c, in.Conf, version)
}

// executorEnv is the environment less the options of the JVM.
func executorEnv(c *corev1.Container, in ExecutorInput, version Version) error {
	heap, err := in.Conf.MiB(sparkconf.DefaultMemoryMiB, sparkconf.ExecutorMemory)
	if err != nil {
		return err
	}
	driverURL := "spark://CoarseGrainedScheduler@" + in.Conf.Get(sparkconf.DriverHost) + ":" + in.Conf.Get(sparkconf.DriverPort)
	c.Env = append(c.Env,
		corev1.EnvVar{Name: "SPARK_USER", Value: in.SparkUser},
		corev1.EnvVar{Name: "SPARK_DRIVER_URL", Value: driverURL},
		corev1.EnvVar{Name: "SPARK_EXECUTOR_CORES", Value: valueOr(in.Conf, sparkconf.ExecutorCores, "1")},
		corev1.EnvVar{Name: "SPARK_EXECUTOR_MEMORY", Value: strconv.FormatInt(heap, 10) + "m"},
		corev1.EnvVar{Name: "SPARK_APPLICATION_ID", Value: in.Conf.Get(sparkconf.AppID)},
		corev1.EnvVar{Name: sparklabels.EnvSparkConfDir, Value: ConfDir},
		corev1.EnvVar{Name: "SPARK_EXECUTOR_ID", Value: strconv.Itoa(in.ID)},
		corev1.EnvVar{Name: "SPARK_RESOURCE_PROFILE_ID", Value: "0"},
	)
	for _, variable := range in.Conf.WithPrefix(sparkconf.ExecutorEnvPrefix) {
		c.Env = append(c.Env, corev1.EnvVar{Name: variable.Key, Value: variable.Value})
	}
	if path, found := executorClassPath(in.Conf, version); found {
		c.Env = append(c.Env, corev1.EnvVar{Name: "SPARK_CLASSPATH", Value: path})
	}
	if path, found := in.Conf.Lookup(sparkconf.ExecutorExtraLibraryPath); found && version.executorGrace {
		c.Env = append(c.Env, corev1.EnvVar{Name: "SPARK_EXECUTOR_LIBRARY_PATH", Value: path})
	}
	c.Env = append(c.Env, fieldEnv("SPARK_EXECUTOR_POD_IP", "status.podIP"), fieldEnv("SPARK_EXECUTOR_POD_NAME", "metadata.name"))
	return nil
}

// executorClassPath is what comes before Spark's own jars.
func executorClassPath(conf *sparkconf.Conf, version Version) (string, bool) {
	path, found := conf.Lookup(sparkconf.ExecutorExtraClassPath)
	first, given := conf.Lookup(sparkconf.ExecutorDefaultClassPath)
	switch {
	case !version.defaultClassPath || !given:
		return path, found
	case !found:
		return first, true
	}
	return first + ":" + path, true
}

// hostname is the end of a pod's name, as far as one of a host may go.
func hostname(name string) string {
	name = name[max(0, len(name)-sparklabels.MaxLabelLength):]
	return strings.ReplaceAll(strings.TrimLeft(name, "-."), ".", "_")
}

func executorResources(c *corev1.Container, conf *sparkconf.Conf, version Version) error {
	memory, err := executorMemory(conf, version, language(conf.Get(sparkconf.ResourceType)))
	if err != nil {
		return err
	}
	cores, err := conf.Int(sparkconf.ExecutorCores, 1)
	if err != nil {
		return err
	}
	request := valueOr(conf, sparkconf.ExecutorRequestCores, strconv.FormatInt(cores, 10))
	if err := addResources(c, memory.totalMiB, request, conf.Get(sparkconf.ExecutorLimitCores)); err != nil {
		return err
	}
	return addCustomResources(c, conf, sparkconf.ExecutorResourcePrefix)
}
