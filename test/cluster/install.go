// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/test/images"
	"github.com/alauda/spark-operator/test/installation"
)

// Namespace is the operator's.
const Namespace = "spark-operator"

// The operator's Deployments.
const (
	ControllerDeployment = "spark-operator-controller"
	WebhookDeployment    = "spark-operator-webhook"
)

// Dockerfiles is the value of the environment variable IMAGES that has the local cluster run images built from the
// Dockerfiles, rather than binaries built and packaged here, which is quicker.
const Dockerfiles = "dockerfiles"

// fieldOwner owns the fields that the installation sets.
const fieldOwner = "spark-operator-install"

// rolloutTimeout is how long a Deployment may take to become available.
const rolloutTimeout = 3 * time.Minute

// binaries are the operator's programs with the image that each becomes.
// The controller's packages Spark, for submission by spark-submit.
var binaries = []struct{ deployment, name, base, imageVariable string }{
	{ControllerDeployment, "controller", "spark", "CONTROLLER_IMAGE"},
	{WebhookDeployment, "webhook", "static", "WEBHOOK_IMAGE"},
}

// Install installs the operator and the service account of applications, and waits until both binaries are available.
// On the local cluster it builds and loads the images first.
func (c *Cluster) Install(ctx context.Context) error {
	resources, err := installation.Build(installation.Default)
	if err != nil {
		return err
	}
	if err := c.Apply(ctx, "config/rbac/spark"); err != nil {
		return err
	}
	return c.InstallThis(ctx, resources)
}

// images returns the image of each Deployment, of this version.
func (c *Cluster) images(ctx context.Context) (map[string]string, error) {
	if c.built == nil {
		images, err := c.ImagesOf(ctx, c.root)
		if err != nil {
			return nil, err
		}
		c.built = images
	}
	return c.built, nil
}

// ImagesOf returns the image of each Deployment, as the environment names them; on the local cluster it builds and
// loads those of the version that is in a folder.
func (c *Cluster) ImagesOf(ctx context.Context, root string) (map[string]string, error) {
	if c.Kind == Local && os.Getenv("IMAGES") == Dockerfiles && root == c.root {
		return c.fromDockerfiles(ctx, map[string]images.Image{ControllerDeployment: images.Controller, WebhookDeployment: images.Webhook})
	}
	named := map[string]string{}
	if c.Kind == Local {
		if err := c.run(ctx, c.out, "make", "-C", root, "build"); err != nil {
			return nil, err
		}
	}
	for _, b := range binaries {
		image := os.Getenv(b.imageVariable)
		if c.Kind == Local {
			var err error
			if image, err = c.load(ctx, filepath.Join(root, "bin", b.name), b.base); err != nil {
				return nil, err
			}
		}
		if image != "" {
			named[b.deployment] = image
		}
	}
	return named, nil
}

// load packages a locally built binary as an image and returns the image's name. Its tag is the hash of the binary, so
// that a changed binary is rolled out and an unchanged one is not.
func (c *Cluster) load(ctx context.Context, path, base string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append(content, base...))
	binary := filepath.Base(path)
	image := fmt.Sprintf("alauda/spark-operator-%s:dev-%s", binary, hex.EncodeToString(sum[:6]))
	return image, c.local(ctx, c.out, "load", image, "--binary", path, "--base", base, "--entrypoint", "/"+binary)
}

// SparkImage returns the name of the image of a release of Spark, which the local cluster is given first; other
// clusters pull it.
func (c *Cluster) SparkImage(ctx context.Context, version string) (string, error) {
	if c.Kind != Local {
		return "docker.io/library/spark:" + version, nil
	}
	var name bytes.Buffer
	if err := c.local(ctx, &name, "spark-image", version); err != nil {
		return "", err
	}
	return strings.TrimSpace(name.String()), nil
}

// Apply applies a kustomization of the repository as it is.
func (c *Cluster) Apply(ctx context.Context, folder string) error {
	resources, err := installation.Build(folder)
	if err != nil {
		return err
	}
	return c.applyAll(ctx, resources, nil)
}

// ApplyIn applies the objects of a kustomization in another namespace than theirs.
func (c *Cluster) ApplyIn(ctx context.Context, folder, namespace string) error {
	resources, err := installation.In(folder, namespace)
	if err != nil {
		return err
	}
	return c.applyAll(ctx, resources, nil)
}

// applyAll applies what a kustomization has made, with the images of Deployments replaced as given.
func (c *Cluster) applyAll(ctx context.Context, resources []*resource.Resource, images map[string]string) error {
	for _, r := range resources {
		content, err := r.MarshalJSON()
		if err != nil {
			return fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err)
		}
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(content); err != nil {
			return fmt.Errorf("%s %s: %w", r.GetKind(), r.GetName(), err)
		}
		if image := images[object.GetName()]; image != "" && object.GetKind() == "Deployment" {
			if err := setImage(object, image); err != nil {
				return err
			}
		}
		if err := c.apply(ctx, object); err != nil {
			return err
		}
	}
	return nil
}

// apply retries while the API server does not know a kind whose CRD it has just got, or a webhook is not up yet.
func (c *Cluster) apply(ctx context.Context, object *unstructured.Unstructured) error {
	var last error
	err := wait.PollUntilContextTimeout(ctx, time.Second, time.Minute, true, func(ctx context.Context) (bool, error) {
		last = c.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(object.DeepCopy()), client.FieldOwner(fieldOwner), client.ForceOwnership)
		if meta.IsNoMatchError(last) || (last != nil && strings.Contains(last.Error(), "failed calling webhook")) {
			return false, nil
		}
		return true, last
	})
	if err != nil {
		return fmt.Errorf("apply %s %s: %w", object.GetKind(), object.GetName(), errors.Join(last, context.Cause(ctx)))
	}
	return nil
}

func setImage(deployment *unstructured.Unstructured, image string) error {
	containers, _, err := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	if err != nil || len(containers) == 0 {
		return fmt.Errorf("deployment %s has no containers", deployment.GetName())
	}
	first, isMap := containers[0].(map[string]any)
	if !isMap {
		return fmt.Errorf("deployment %s: container is not an object", deployment.GetName())
	}
	first["image"] = image
	return unstructured.SetNestedSlice(deployment.Object, containers, "spec", "template", "spec", "containers")
}

// WaitAvailable waits until a Deployment of the operator has rolled out. On failure it says what its pods say.
func (c *Cluster) WaitAvailable(ctx context.Context, name string) error {
	deployment := &appsv1.Deployment{}
	err := wait.PollUntilContextTimeout(ctx, 500*time.Millisecond, rolloutTimeout, true, func(ctx context.Context) (bool, error) {
		if err := c.Client.Get(ctx, client.ObjectKey{Namespace: Namespace, Name: name}, deployment); err != nil {
			return false, err
		}
		s := deployment.Status
		want := *deployment.Spec.Replicas
		return s.ObservedGeneration >= deployment.Generation && s.UpdatedReplicas == want && s.AvailableReplicas == want && s.Replicas == want, nil
	})
	if err != nil {
		return fmt.Errorf("deployment %s is not available after %s: %w%s", name, rolloutTimeout, err, c.explain(ctx, deployment))
	}
	return nil
}

// explain returns what the pods of a Deployment wait for and the end of their logs.
func (c *Cluster) explain(ctx context.Context, deployment *appsv1.Deployment) string {
	selector, err := metav1.LabelSelectorAsSelector(deployment.Spec.Selector)
	if err != nil {
		return ""
	}
	pods := &corev1.PodList{}
	if err := c.Client.List(ctx, pods, client.InNamespace(Namespace), client.MatchingLabelsSelector{Selector: selector}); err != nil {
		return ""
	}
	var b strings.Builder
	for _, pod := range pods.Items {
		fmt.Fprintf(&b, "\npod %s is %s", pod.Name, pod.Status.Phase)
		for _, s := range pod.Status.ContainerStatuses {
			if s.State.Waiting != nil {
				fmt.Fprintf(&b, "; %s waits: %s %s", s.Name, s.State.Waiting.Reason, s.State.Waiting.Message)
			}
		}
		if log, err := c.Logs(ctx, Namespace, pod.Name, 15); err == nil && log != "" {
			b.WriteString("\n" + log)
		}
	}
	return b.String()
}

// Logs returns the last lines of the first container of a pod.
func (c *Cluster) Logs(ctx context.Context, namespace, pod string, lines int64) (string, error) {
	options := &corev1.PodLogOptions{}
	if lines > 0 {
		options.TailLines = &lines
	}
	raw, err := c.Pods.CoreV1().Pods(namespace).GetLogs(pod, options).DoRaw(ctx)
	return strings.TrimSpace(string(raw)), err
}
