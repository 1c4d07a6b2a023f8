// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	kindApplication = "SparkApplication"
	kindScheduled   = "ScheduledSparkApplication"
)

// application is an application of a manifest.
type application struct {
	*v1beta2.SparkApplication
	// place says where it is written, for errors.
	place string
	// notes are what people should know of how the manifest was read.
	notes []string
}

func (a *application) String() string { return a.Namespace + "/" + a.Name }

// readApplications reads all files. Its error names all that is wrong with them.
func readApplications(o *renderOptions, stdin io.Reader) ([]*application, error) {
	var apps []*application
	var errs []error
	for _, file := range o.files {
		found, err := readFile(file, stdin)
		if err != nil {
			errs = append(errs, err)
		}
		apps = append(apps, found...)
	}
	for _, app := range apps {
		app.complete(o)
		errs = append(errs, app.check()...)
	}
	return apps, errors.Join(errs...)
}

func readFile(file string, stdin io.Reader) ([]*application, error) {
	var content []byte
	var err error
	if file == "-" {
		file = "standard input"
		content, err = io.ReadAll(stdin)
	} else {
		content, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	documents, err := splitDocuments(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(documents) == 0 {
		return nil, fmt.Errorf("%s: it is empty; write a SparkApplication into it", file)
	}
	var apps []*application
	var errs []error
	for i, document := range documents {
		place := file
		if len(documents) > 1 {
			place = fmt.Sprintf("%s, document %d", file, i+1)
		}
		app, err := document.decode()
		if err != nil {
			errs = append(errs, at(place, err)...)
			continue
		}
		app.place = place
		apps = append(apps, app)
	}
	return apps, errors.Join(errs...)
}

// manifest is a document of a file: as JSON, or why it is no YAML.
type manifest struct {
	json []byte
	err  error
}

// splitDocuments returns the documents of a file that are not empty.
func splitDocuments(content []byte) ([]manifest, error) {
	var documents []manifest
	reader := yamlutil.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	for {
		text, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		// Like kubectl, and unlike yaml.Unmarshal, it turns no number into a string: the API server would refuse it.
		converted, err := yaml.YAMLToJSONStrict(text)
		if string(converted) != "null" {
			documents = append(documents, manifest{converted, err})
		}
	}
}

// decode looks at the kind before it looks at fields: of an object of another kind all of them would be unknown.
func (m manifest) decode() (*application, error) {
	if m.err != nil {
		return nil, m.err
	}
	document := m.json
	var found metav1.TypeMeta
	if err := strictDecode(document, &found, false); err != nil {
		return nil, err
	}
	if found.Kind != kindApplication && found.Kind != kindScheduled {
		return nil, fmt.Errorf("kind: %q: it cannot be rendered; give a SparkApplication or ScheduledSparkApplication", found.Kind)
	}
	if want := v1beta2.GroupVersion.String(); found.APIVersion != want {
		return nil, fmt.Errorf("apiVersion: %q: it is not known; use %s", found.APIVersion, want)
	}
	if found.Kind == kindScheduled {
		var scheduled v1beta2.ScheduledSparkApplication
		if err := strictDecode(document, &scheduled, true); err != nil {
			return nil, err
		}
		return ofSchedule(&scheduled), nil
	}
	var app v1beta2.SparkApplication
	if err := strictDecode(document, &app, true); err != nil {
		return nil, err
	}
	return &application{SparkApplication: &app}, nil
}

// ofSchedule returns the application of a run. Each run has a UID of its own, which is not the schedule's.
func ofSchedule(scheduled *v1beta2.ScheduledSparkApplication) *application {
	app := &v1beta2.SparkApplication{Spec: *scheduled.Spec.Template.DeepCopy()}
	app.Name, app.Namespace = scheduled.Name, scheduled.Namespace
	app.Labels = map[string]string{sparklabels.ScheduledAppName: scheduled.Name}
	maps.Copy(app.Labels, scheduled.Labels)
	note := fmt.Sprintf("it is a schedule: the application of a run is named %s-<time of the run>, here %s", scheduled.Name, scheduled.Name)
	return &application{SparkApplication: app, notes: []string{note}}
}

// complete fills in what the API server gives.
func (a *application) complete(o *renderOptions) {
	if a.Namespace == "" {
		a.Namespace = o.namespace
	}
	if o.uid != "" {
		a.UID = types.UID(o.uid)
	}
	if a.UID == "" {
		a.UID = unknownUID
	}
}

var validName = regexp.MustCompile("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")

var applicationTypes = []v1beta2.SparkApplicationType{
	v1beta2.SparkApplicationTypeJava, v1beta2.SparkApplicationTypeScala,
	v1beta2.SparkApplicationTypePython, v1beta2.SparkApplicationTypeR,
}

// check returns what the API server would refuse before the operator sees the application.
func (a *application) check() []error {
	var errs []error
	if !validName.MatchString(a.Name) {
		errs = append(errs, fmt.Errorf("metadata.name: %q: use at most 63 lower-case letters, digits and '-', "+
			"a letter first and a letter or digit last", a.Name))
	}
	if kind := a.Spec.Type; kind != "" && !slices.Contains(applicationTypes, kind) {
		errs = append(errs, fmt.Errorf("spec.type: %q: use Java, Scala, Python or R", string(kind)))
	}
	return at(a.place, errors.Join(errs...))
}

// at returns the errors that err is made of, each with the place that it is about.
func at(place string, err error) []error {
	if err == nil {
		return nil
	}
	var errs []error
	for _, one := range flatten(err) {
		errs = append(errs, fmt.Errorf("%s: %w", place, one))
	}
	return errs
}
