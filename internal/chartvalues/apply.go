// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// reason is the error of a value that is what it should be and has no counterpart.
type reason string

func (r reason) Error() string { return string(r) }

// unless has no counterpart for an object, but if all that it says is what the chart has.
func unless(presets []any, why string) func(*converter, any) error {
	return func(_ *converter, v any) error {
		for _, preset := range presets {
			if contained(v, preset) {
				return nil
			}
		}
		return reason(why)
	}
}

// contained reports whether a value says nothing that another does not.
func contained(v, in any) bool {
	given, isObject := v.(map[string]any)
	whole, also := in.(map[string]any)
	if !isObject || !also {
		return reflect.DeepEqual(v, in)
	}
	for key, value := range given {
		if !contained(value, whole[key]) {
			return false
		}
	}
	return true
}

func flag(v any, set func(bool)) error {
	on, isFlag := v.(bool)
	if !isFlag {
		return errors.New("want true or false")
	}
	set(on)
	return nil
}

func number(v any, set func(int64)) error {
	n, isNumber := v.(int64)
	if !isNumber {
		return errors.New("want a whole number")
	}
	set(n)
	return nil
}

func text(v any, set func(string)) error {
	s, isText := v.(string)
	if !isText {
		return errors.New("want a text")
	}
	set(s)
	return nil
}

func object(v any, into document) error {
	o, isObject := v.(map[string]any)
	if !isObject {
		return errors.New("want an object")
	}
	maps.Copy(into, o)
	return nil
}

// texts returns a list of texts, also where it is one text with commas.
func texts(v any) ([]string, error) {
	if s, isText := v.(string); isText {
		if s == "" {
			return nil, nil
		}
		return strings.Split(s, ","), nil
	}
	items, isList := v.([]any)
	var all []string
	for _, item := range items {
		s, isText := item.(string)
		isList = isList && isText
		all = append(all, s)
	}
	if !isList {
		return nil, errors.New("want a list of texts")
	}
	return all, nil
}

// inController sets a field of the controller's configuration.
func inController(path string) func(*converter, any) error {
	return func(c *converter, v any) error {
		c.controller.set(path, v)
		return nil
	}
}

// both sets a field of the configuration of one binary.
func both(path, key string) func(*converter, any) error {
	return func(c *converter, v any) error {
		if key == "webhook" {
			c.webhook.set(path, v)
			return nil
		}
		c.controller.set(path, v)
		return nil
	}
}

func component(name string) func(*converter, any) error {
	return func(c *converter, v any) error {
		return flag(v, func(on bool) { c.components[name] = on })
	}
}

func word(s string) (any, error) { return strings.TrimSpace(s), nil }

func decimal(s string) (any, error) { return strconv.ParseFloat(strings.TrimSpace(s), 64) }

// list sets a list of the controller's configuration.
func list(path string, parse func(string) (any, error)) func(*converter, any) error {
	return func(c *converter, v any) error {
		items, err := texts(v)
		if err != nil {
			return err
		}
		var parsed []any
		for _, item := range items {
			one, err := parse(item)
			if err != nil {
				return fmt.Errorf("%q is no number", item)
			}
			parsed = append(parsed, one)
		}
		c.controller.set(path, parsed)
		return nil
	}
}

func jobNamespaces(c *converter, v any) error {
	names, err := texts(v)
	if err != nil {
		return err
	}
	c.namespaces = nil
	for _, name := range names {
		if !slices.Contains(c.namespaces, name) {
			c.namespaces = append(c.namespaces, name)
		}
	}
	return nil
}

func namespaceSelector(c *converter, v any) error {
	s, isText := v.(string)
	if !isText {
		return errors.New("want a selector such as spark=yes")
	}
	selector, err := metav1.ParseToLabelSelector(s)
	if err != nil {
		return err
	}
	c.components["namespace-selector"] = true
	c.controller.set("namespaceSelector", selector)
	c.webhook.set("namespaceSelector", selector)
	return nil
}

// driversAccount takes no other name than that of config/rbac/spark.
func driversAccount(_ *converter, v any) error {
	if v == "spark-operator-spark" {
		return nil
	}
	return reason("the service account of drivers is spark-operator-spark; make one of your name beside it, with the same Role (config/rbac/spark)")
}

// hook is of interest only where it does something.
func hook(_ *converter, v any) error {
	o := document{}
	if err := object(v, o); err != nil {
		return err
	}
	if o["upgradeCrd"] == true {
		return reason(whyHook)
	}
	return nil
}

// featureGates names those that are on and have no counterpart.
func featureGates(c *converter, v any) error {
	gates, isList := v.([]any)
	if !isList {
		return errors.New("want a list of gates")
	}
	why := map[string]string{
		"PartialRestart":    "PartialRestart: what a change of the spec does is updatePolicy of the application",
		"LoadSparkDefaults": "LoadSparkDefaults: defaults of the operator's image are not read; write them into sparkConf, or into the ConfigMap of sparkConfigMap",
		"RestSubmitter":     "RestSubmitter: " + whySubmitter,
		// What it allows is allowed here.
		"DefaultTimeToLive": "",
	}
	for _, g := range gates {
		gate, isGate := g.(map[string]any)
		if !isGate {
			return errors.New("want a list of gates, each with name and enabled")
		}
		name, _ := gate["name"].(string)
		reason, known := why[name]
		switch {
		case gate["enabled"] != true:
		case !known:
			c.note("controller.featureGates", fmt.Sprintf("%s: there is no such feature gate", name))
		case reason != "":
			c.note("controller.featureGates", reason)
		}
	}
	return nil
}

func uiIngress(c *converter, v any) error {
	o := document{}
	if err := object(v, o); err != nil {
		return err
	}
	if o["enable"] != true {
		return nil
	}
	for from, to := range map[string]string{"urlFormat": "urlFormat", "ingressClassName": "className", "tls": "tls", "annotations": "annotations"} {
		if value := o[from]; value != nil && !same(nil, value) {
			c.controller.set("uiIngress."+to, value)
		}
	}
	return nil
}

// batchScheduler enables the scheduler that is the default and those that are kube-schedulers. The chart enables others
// by the same switch, whether the cluster has them or not.
func batchScheduler(c *converter, v any) error {
	o := document{}
	if err := object(v, o); err != nil {
		return err
	}
	if o["enable"] != true {
		return nil
	}
	names, err := texts(o["kubeSchedulerNames"])
	if o["kubeSchedulerNames"] != nil && err != nil {
		return fmt.Errorf("kubeSchedulerNames: %w", err)
	}
	if len(names) > 0 {
		c.both("batchScheduler.kubeSchedulers", names)
		c.components["coscheduling"] = true
	}
	name, _ := o["default"].(string)
	if name != "" {
		c.controller.set("batchScheduler.default", name)
		if !slices.Contains(names, name) {
			c.both("batchScheduler.enabled", []string{name})
		}
		c.volcano = name == "volcano"
	}
	c.note("controller.batchScheduler", "schedulers that applications name and the cluster has, such as volcano and yunikorn, are to be listed in batchScheduler.enabled of both configurations; "+
		"volcano needs config/rbac/volcano as well")
	return nil
}

func pprof(c *converter, v any) error {
	o := document{}
	if err := object(v, o); err != nil {
		return err
	}
	if o["enable"] != true {
		return nil
	}
	port, isNumber := o["port"].(int64)
	if !isNumber {
		port = 6060
	}
	c.controller.set("pprof.bindAddress", fmt.Sprintf("localhost:%d", port))
	c.note("controller.pprof", "the profiler asks nobody who calls, so it is bound to localhost: use kubectl port-forward")
	return nil
}
