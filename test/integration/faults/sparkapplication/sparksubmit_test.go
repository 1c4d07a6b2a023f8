// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// jvm is the client by whose name spark-submit makes its calls.
const jvm = "spark-submit"

// sparkSubmit makes the objects of drivers as Spark's own client does: for as long as the process that stands in for it
// lives, and by calls that meet faults as the controller's own do.
type sparkSubmit struct {
	trial *world
	// home is SPARK_HOME; work is where the controller keeps the files of its submissions.
	home, work string
	folder     string
	api        client.Client
	listener   net.Listener
	running    sync.WaitGroup
}

func (t *world) newSparkSubmit(p *wire.Process) (*sparkSubmit, error) {
	folder, err := os.MkdirTemp("", "s") // The path of a socket must be short.
	if err != nil {
		return nil, err
	}
	s := &sparkSubmit{trial: t, folder: folder, home: filepath.Join(folder, "h"), work: filepath.Join(folder, "w")}
	connection := t.Connection(p, jvm)
	httpClient, err := rest.HTTPClientFor(connection)
	if err != nil {
		return nil, err
	}
	if s.api, err = client.New(connection, client.Options{Scheme: subject.Scheme, Mapper: t.RESTMapper(), HTTPClient: httpClient}); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(s.home, "bin"), 0o700); err != nil {
		return nil, err
	}
	if err := os.Symlink(standin, filepath.Join(s.home, "bin", "spark-submit")); err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("unix", filepath.Join(s.home, "socket")); err != nil {
		return nil, err
	}
	s.running.Go(s.serve)
	return s, nil
}

func (s *sparkSubmit) close() {
	_ = s.listener.Close()
	s.running.Wait()
	_ = os.RemoveAll(s.folder)
}

func (s *sparkSubmit) serve() {
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.running.Go(func() { s.answer(connection) })
	}
}

// answer one process. What it does ends with it.
func (s *sparkSubmit) answer(connection net.Conn) {
	defer func() { _ = connection.Close() }()
	reader := bufio.NewReader(connection)
	var arguments []string
	if err := json.NewDecoder(reader).Decode(&arguments); err != nil {
		return
	}
	ctx, killed := context.WithCancel(context.Background())
	defer killed()
	go func() {
		defer killed()
		_, _ = io.Copy(io.Discard, connection) // It says nothing more; this ends when it does.
	}()
	var got struct {
		ExitCode int
		Output   string
	}
	if err := s.submit(ctx, arguments); err != nil {
		got.ExitCode, got.Output = 1, wordsOf(err)
	}
	// What it made may have an owner that is gone already.
	s.trial.CollectGarbage()
	_ = json.NewEncoder(connection).Encode(got)
}

// wordsOf returns what Spark's client writes when the API server refuses.
func wordsOf(err error) string {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: ` + err.Error()
	}
	return fmt.Sprintf(`Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://api. `+
		`Message: %s. Received status: Status(apiVersion=v1, code=%d, details=null, kind=Status, message=%s, reason=%s, status=Failure).`,
		status.Status().Message, status.Status().Code, status.Status().Message, status.Status().Reason)
}

// submit does what org.apache.spark.deploy.k8s.submit.Client does: the driver pod first, then what it needs; if that
// cannot be made, the pod is deleted again.
func (s *sparkSubmit) submit(ctx context.Context, arguments []string) error {
	conf, err := propertiesIn(arguments)
	if err != nil {
		return err
	}
	pod, err := driverPod(conf)
	if err != nil {
		return err
	}
	if err := s.api.Create(ctx, pod); err != nil {
		return err
	}
	for _, object := range dependentsOf(pod) {
		if err := s.api.Create(ctx, object); err != nil {
			return errors.Join(err, s.api.Delete(ctx, pod))
		}
	}
	return s.takeTime(ctx, pod)
}

// takeTime ends no sooner than the controller has seen the driver and rests, as a JVM takes longer for its end: else it
// would be chance whether the controller knows Spark's id of the application by then. Once the fault was injected
// nothing waits any more.
func (s *sparkSubmit) takeTime(ctx context.Context, driver *corev1.Pod) error {
	return s.trial.Poll(ctx, "the driver to be seen", func() bool {
		i := s.trial.Injector
		return i.Injected() || i.Passed("pods", driver.UID) && i.Quiet(engine.QuietTime)
	})
}

func propertiesIn(arguments []string) (map[string]string, error) {
	for i, argument := range arguments {
		if argument != "--properties-file" {
			continue
		}
		content, err := os.ReadFile(arguments[i+1])
		if err != nil {
			return nil, err
		}
		conf := map[string]string{}
		for line := range strings.SplitSeq(string(content), "\n") {
			key, value, _ := strings.Cut(line, "=")
			conf[strings.ReplaceAll(key, `\`, "")] = strings.ReplaceAll(value, `\`, "")
		}
		return conf, nil
	}
	return nil, fmt.Errorf("no properties in %q", arguments)
}

func driverPod(conf map[string]string) (*corev1.Pod, error) {
	template, err := os.ReadFile(conf["spark.kubernetes.driver.podTemplateFile"])
	if err != nil {
		return nil, err
	}
	pod := &corev1.Pod{}
	if err := yaml.Unmarshal(template, pod); err != nil {
		return nil, err
	}
	pod.Name, pod.Namespace = conf["spark.kubernetes.driver.pod.name"], conf["spark.kubernetes.namespace"]
	pod.Labels = with(pod.Labels, conf, "spark.kubernetes.driver.label.")
	pod.Annotations = with(pod.Annotations, conf, "spark.kubernetes.driver.annotation.")
	id := "spark-" + strings.ReplaceAll(uuid.NewString(), "-", "")
	pod.Labels[sparklabels.SparkRole], pod.Labels[sparklabels.SparkAppSelector] = sparklabels.RoleDriver, id
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	pod.Spec.Containers[0].Image = conf["spark.kubernetes.container.image"]
	for volume, suffix := range ownVolumes {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{
			ConfigMap: &corev1.ConfigMapVolumeSource{LocalObjectReference: corev1.LocalObjectReference{Name: id + suffix}},
		}})
	}
	return pod, nil
}

// ownVolumes are the volumes that Spark's client makes a ConfigMap for, and the ends of their names.
var ownVolumes = map[string]string{"spark-conf-volume-driver": "-conf-map", "pod-template-volume": "-podspec"}

func with(m, conf map[string]string, prefix string) map[string]string {
	if m == nil {
		m = map[string]string{}
	}
	for key, value := range conf {
		if name, found := strings.CutPrefix(key, prefix); found {
			m[name] = value
		}
	}
	return m
}

// dependentsOf returns what Spark's client makes after a driver pod, in its order.
func dependentsOf(pod *corev1.Pod) []client.Object {
	id := pod.Labels[sparklabels.SparkAppSelector]
	about := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{
			Name: name, Namespace: pod.Namespace,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(pod, corev1.SchemeGroupVersion.WithKind("Pod"))},
		}
	}
	service := &corev1.Service{ObjectMeta: about(id + "-svc"), Spec: corev1.ServiceSpec{
		ClusterIP: corev1.ClusterIPNone, Selector: map[string]string{sparklabels.SparkAppSelector: id},
		Ports: []corev1.ServicePort{{Name: "driver-rpc-port", Port: 7078}},
	}}
	service.Labels = map[string]string{sparklabels.SparkAppSelector: id}
	return []client.Object{
		service,
		&corev1.ConfigMap{ObjectMeta: about(id + "-podspec")},
		&corev1.ConfigMap{ObjectMeta: about(id + "-conf-map")},
	}
}
