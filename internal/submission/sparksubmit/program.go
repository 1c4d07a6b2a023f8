// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"cmp"
	"context"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// judge returns whether a pod is the driver of the plan: one that says so, and runs what spark-submit lets it run or
// what admission makes of that.
func (s *Submitter) judge(ctx context.Context, plan *planning.Plan, pod *corev1.Pod) (apply.Judgement, error) {
	if !isOf(plan, pod) || sameProgram(plan, pod) {
		return apply.Judgement{Ours: isOf(plan, pod)}, nil
	}
	asked, err := asMade(plan, pod)
	if err != nil {
		return apply.Judgement{}, err
	}
	return apply.Judge(ctx, s.client, asked, pod, func(admitted client.Object) bool {
		made, isPod := admitted.(*corev1.Pod)
		return isPod && runsTheSame(plan, made, pod)
	})
}

const accountByDefault = "default"

// sameProgram reports whether the driver would run what spark-submit lets it run, as far as that is known without it:
// image, account, command and arguments. A pod that would not was made by somebody who has read the application, or
// rewritten by a webhook.
func sameProgram(plan *planning.Plan, pod *corev1.Pod) bool {
	in := podmutation.Input{App: plan.App(), Role: podmutation.Driver}
	template, err := plan.DriverTemplate()
	spark := podmutation.SparkContainer(pod, in)
	if err != nil || spark == nil {
		return false
	}
	image, account := imageAndAccount(plan, template)
	sameAccount := cmp.Or(pod.Spec.ServiceAccountName, accountByDefault) == account
	// A placeholder in the image is for Spark to fill in.
	sameImage := spark.Image == image || strings.Contains(image, "{{")
	return sameAccount && sameImage && slices.Equal(spark.Command, podmutation.SparkContainer(template, in).Command) &&
		len(sparkArgs(plan, spark)) == len(spark.Args)
}

func imageAndAccount(plan *planning.Plan, template *corev1.Pod) (image, account string) {
	conf := plan.Conf()
	image, _ = conf.Lookup(sparkconf.DriverContainerImage, sparkconf.ContainerImage)
	account, _ = conf.Lookup(sparkconf.DriverServiceAccount)
	return image, cmp.Or(account, template.Spec.ServiceAccountName, accountByDefault)
}

// sparkArgs returns the arguments that spark-submit gives a driver, out of those that a container has: from the word
// driver on to the application's own. Nil where they are not there.
func sparkArgs(plan *planning.Plan, spark *corev1.Container) []string {
	own := plan.Args()
	before := len(spark.Args) - len(own)
	if before <= 0 || !slices.Equal(spark.Args[before:], own) {
		return nil
	}
	if at := slices.Index(spark.Args[:before], "driver"); at >= 0 {
		return spark.Args[at:]
	}
	return nil
}

// asMade returns the driver pod as spark-submit makes it: as native submission does, and where that cannot express it,
// its template with what is known of its program. What only Spark knows is taken from the pod that is there.
func asMade(plan *planning.Plan, pod *corev1.Pod) (*corev1.Pod, error) {
	in := podmutation.Input{App: plan.App(), Role: podmutation.Driver}
	existing := podmutation.SparkContainer(pod, in)
	template, err := plan.DriverTemplate()
	if err != nil {
		return nil, err
	}
	image, account := imageAndAccount(plan, template)
	made := template
	if rendered, err := plan.Render(); err == nil {
		made = rendered.Driver
	} else {
		made.Namespace, made.Name = pod.Namespace, pod.Name
		made.OwnerReferences = []metav1.OwnerReference{podmutation.Owner(plan.App())}
		made.Labels = labels.Merge(made.Labels, labels.Set{sparklabels.SubmissionID: plan.Attempt().SubmissionID})
		spark := podmutation.SparkContainer(made, in)
		spark.Image, made.Spec.ServiceAccountName = image, account
		if existing != nil {
			spark.Args = sparkArgs(plan, existing)
		}
	}
	if existing != nil && strings.Contains(image, "{{") {
		podmutation.SparkContainer(made, in).Image = existing.Image
	}
	return made, nil
}

// runsTheSame reports whether two drivers have the same image, account, command and arguments.
func runsTheSame(plan *planning.Plan, one, other *corev1.Pod) bool {
	in := podmutation.Input{App: plan.App(), Role: podmutation.Driver}
	a, b := podmutation.SparkContainer(one, in), podmutation.SparkContainer(other, in)
	return a != nil && b != nil && a.Image == b.Image && slices.Equal(a.Command, b.Command) && slices.Equal(a.Args, b.Args) &&
		cmp.Or(one.Spec.ServiceAccountName, accountByDefault) == cmp.Or(other.Spec.ServiceAccountName, accountByDefault)
}
