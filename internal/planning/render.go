// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Render returns every object that the driver starts from, as they are to be created. It returns an UnsupportedError
// where Spark's own client is needed, and an InvalidError where the application is at fault.
func (p *Plan) Render() (*render.Objects, error) {
	if unsupported := p.Unsupported(); unsupported != nil {
		return nil, unsupported
	}
	objects, _, err := p.render()
	return objects, err
}

// render returns what the driver starts from, and an executor pod as the driver will make it.
func (p *Plan) render() (*render.Objects, *corev1.Pod, error) {
	template, err := p.ExecutorTemplate()
	if err != nil {
		return nil, nil, invalid(p.at(executorKeys), err)
	}
	file, err := TemplateFile(template)
	if err != nil {
		return nil, nil, invalid(p.at(executorKeys), err)
	}
	if err := p.checkTemplateFile(file); err != nil {
		return nil, nil, err
	}
	driver, err := p.template(podmutation.Driver)
	if err != nil {
		return nil, nil, invalid(p.at(driverKeys), err)
	}
	owner := podmutation.Owner(p.app)
	objects, err := render.Driver(render.Input{
		Namespace: p.app.Namespace, AppName: p.app.Name, AppID: p.attempt.ApplicationID,
		SparkVersion: sparklabels.Value(p.app.Spec.SparkVersion), SparkUser: p.options.SparkUser, Master: p.options.Master,
		Names: p.names(), Conf: p.conf,
		Server: podmutation.IsServer(p.app), MainClass: p.MainClass(), MainFile: p.MainFile(), Args: p.app.Spec.Arguments, ProxyUser: p.ProxyUser(),
		DriverTemplate: driver, DriverContainer: p.DriverContainer(),
		ExecutorTemplate: file, Owner: &owner, ObjectLabels: p.objectLabels(),
	}, p.selection.Version)
	if err != nil {
		return nil, nil, invalid(p.root, err)
	}
	if err := p.shapeDriver(objects.Driver); err != nil {
		return nil, nil, invalid(p.at(driverKeys), err)
	}
	p.serve(objects)
	executor, err := p.executor(objects, template)
	if err != nil {
		return nil, nil, err
	}
	if err := p.checkExecutor(executor); err != nil {
		return nil, nil, err
	}
	if err := p.finish(objects.Driver, func() (*demand.Demand, error) { return p.demandOf(objects, executor) }); err != nil {
		return nil, nil, err
	}
	return objects, executor, nil
}

// checkExecutor looks at what the driver would find out too late: whether Spark can make an executor. It limits an
// executor's memory to what it requests; the webhook lowers or lifts the limit afterwards.
func (p *Plan) checkExecutor(pod *corev1.Pod) error {
	in := podmutation.Input{App: p.app, Role: podmutation.Executor}
	if valueOf(p.app.Spec.Executor.MemoryLimit) != "" {
		pod = pod.DeepCopy()
		if err := podmutation.Apply(pod, in, podmutation.Default()...); err != nil {
			return invalid(p.at(executorKeys), err)
		}
	}
	if err := p.checkPod(pod, in); err != nil {
		return invalid(p.at(executorKeys), err)
	}
	return nil
}

// Executor returns an executor pod as the driver will make it, as far as it can be known before.
func (p *Plan) Executor(objects *render.Objects) (*corev1.Pod, error) {
	template, err := p.ExecutorTemplate()
	if err != nil {
		return nil, invalid(p.at(executorKeys), err)
	}
	return p.executor(objects, template)
}

func (p *Plan) executor(objects *render.Objects, template *corev1.Pod) (*corev1.Pod, error) {
	pod, err := render.Executor(render.ExecutorInput{
		Namespace: p.app.Namespace, SparkVersion: sparklabels.Value(p.app.Spec.SparkVersion), SparkUser: p.options.SparkUser,
		Prefix: p.names().Prefix, LocalDir: p.names().LocalDir, Conf: objects.Properties,
		Template: &corev1.PodTemplateSpec{ObjectMeta: template.ObjectMeta, Spec: template.Spec}, ID: 1,
	}, p.selection.Version)
	if err != nil {
		return nil, invalid(p.at(executorKeys), err)
	}
	return pod, nil
}

// Requests returns what the application will ask of the cluster when it starts.
func (p *Plan) Requests() (podrequests.Totals, error) {
	found, err := p.Demand()
	if err != nil {
		return podrequests.Totals{}, err
	}
	return found.Totals(), nil
}

// shapeDriver shapes the driver by the application's fields.
func (p *Plan) shapeDriver(pod *corev1.Pod) error {
	in := podmutation.Input{App: p.app, Role: podmutation.Driver}
	if err := podmutation.Apply(pod, in, podmutation.Default()...); err != nil {
		return err
	}
	p.prioritise(pod, podmutation.Driver)
	return p.checkPod(pod, in)
}

// objectLabels are the labels of ConfigMaps and Service, by which remnants of an attempt are found.
func (p *Plan) objectLabels() map[string]string {
	labels := p.labels()
	labels[sparklabels.CreatedByOperator] = sparklabels.True
	return labels
}

func invalid(path *field.Path, err error) *InvalidError { return Invalid(path, "", err.Error()) }
