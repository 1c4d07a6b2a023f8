// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Options say where the manifests of this operator are.
type Options struct {
	// Base is the way from the written folder to the repository, or the URL of the repository.
	Base string
	// Ref is the version of the repository, where Base is a URL.
	Ref string
}

// Note names a value that has no counterpart, and why.
type Note struct{ Path, Why string }

// Result is what values become.
type Result struct {
	// Files are those to write, by their paths.
	Files map[string][]byte
	// Notes are what people have to know, in the order of their paths.
	Notes []Note
}

// converter is the state of one conversion.
type converter struct {
	controller, webhook document
	// deployments are the patches of the Deployments, by name.
	deployments map[string]document
	// accounts are the patches of the ServiceAccounts, by name.
	accounts     map[string]document
	certificates document
	labels       document
	components   map[string]bool
	replicas     map[string]int64
	namespaces   []string
	// noDrivers is whether the service account of drivers is made elsewhere.
	noDrivers bool
	// volcano is whether the controller makes groups of Volcano's, which takes rights of their own.
	volcano bool
	notes   []Note
}

// Convert returns what values become. A value that the chart has anyway is taken as not chosen.
func Convert(values map[string]any, o Options) (Result, error) {
	c := &converter{
		controller: document{}, webhook: document{}, deployments: map[string]document{}, accounts: map[string]document{},
		certificates: document{}, labels: document{}, components: map[string]bool{}, replicas: map[string]int64{},
		namespaces: []string{"default"},
	}
	c.walk(nil, values)
	c.finish()
	files, err := c.files(o)
	slices.SortStableFunc(c.notes, func(a, b Note) int { return strings.Compare(a.Path, b.Path) })
	return Result{Files: files, Notes: c.notes}, err
}

// walk converts each value for which there is a line in the table, and goes into others that are objects.
func (c *converter) walk(way []string, values map[string]any) {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		value, way := values[key], append(slices.Clone(way), key)
		path := strings.Join(way, ".")
		e, known := table[path]
		inner, isObject := value.(map[string]any)
		switch {
		case value == nil:
		case known:
			c.convert(path, e, value)
		case isObject && within(path):
			c.walk(way, inner)
		default:
			c.note(path, "the chart has no such value; correct or remove it")
		}
	}
}

// within reports whether a line of the table is below a path.
func within(path string) bool {
	for known := range table {
		if strings.HasPrefix(known, path+".") {
			return true
		}
	}
	return false
}

func (c *converter) convert(path string, e entry, value any) {
	if same(e.preset, value) {
		return
	}
	if e.apply == nil {
		c.note(path, e.why)
		return
	}
	err := e.apply(c, value)
	if _, isReason := errors.AsType[reason](err); isReason {
		c.note(path, err.Error())
		return
	}
	if err != nil {
		c.note(path, fmt.Sprintf("is %v: %v", value, err))
		return
	}
	if e.why != "" {
		c.note(path, e.why)
	}
}

// same reports whether a value is what the chart has, or empty where it has nothing.
func same(preset, value any) bool {
	if preset == nil {
		v := reflect.ValueOf(value)
		switch v.Kind() {
		case reflect.Map, reflect.Slice, reflect.String:
			return v.Len() == 0
		default:
			return false
		}
	}
	return reflect.DeepEqual(preset, value)
}

func (c *converter) note(path, why string) { c.notes = append(c.notes, Note{Path: path, Why: why}) }

// finish does what depends on several values.
func (c *converter) finish() {
	if c.components["no-webhook"] {
		// There is nothing of it to change, nor to make a certificate for.
		c.webhook = document{}
		delete(c.deployments, webhookName)
		delete(c.accounts, webhookName)
		delete(c.replicas, webhookName)
		if c.components["cert-manager"] {
			delete(c.components, "cert-manager")
			c.certificates = document{}
			c.note("certManager.enable", "there is no webhook whose certificate it would make")
		}
	}
	if service := c.controller.at("uiService"); service["enabled"] == false && c.controller["uiIngress"] != nil {
		delete(c.controller, "uiIngress")
		c.note("controller.uiIngress", "an Ingress leads to the Service of the web UI, which uiService.enable turns off")
	} else if len(service) == 0 {
		delete(c.controller, "uiService")
	}
	if _, selects := c.controller["namespaceSelector"]; selects {
		c.namespaces = nil
	}
	if slices.Contains(c.namespaces, "") {
		c.namespaces = nil
	}
	if len(c.namespaces) > 0 {
		c.both("namespaces", c.namespaces)
	} else if !c.noDrivers {
		c.note("spark.serviceAccount", "drivers need a service account in each namespace: apply config/rbac/spark there, with namespace set")
	}
}

// both sets a field in the configurations of both binaries.
func (c *converter) both(path string, value any) {
	c.controller.set(path, value)
	if !c.components["no-webhook"] {
		c.webhook.set(path, value)
	}
}
