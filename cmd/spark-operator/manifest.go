// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	yamlutil "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
)

const (
	kindApplication = "SparkApplication"
	kindScheduled   = "ScheduledSparkApplication"
	kindConnect     = "SparkConnect"
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

// manifests is what files hold.
type manifests struct {
	apps []*application
	// leftOut describes objects that are not rendered.
	leftOut []string
}

// readManifests reads all files. Its error names all that is wrong with them.
func readManifests(o *renderOptions, stdin io.Reader) (*manifests, error) {
	all := &manifests{}
	var errs []error
	for _, file := range o.files {
		documents, err := readFile(file, stdin)
		if err != nil {
			errs = append(errs, err)
		}
		for _, document := range documents {
			errs = append(errs, all.add(document)...)
		}
	}
	if len(all.apps) == 0 && len(errs) == 0 {
		errs = append(errs, fmt.Errorf("-f %s: there is nothing to render; write a SparkApplication or ScheduledSparkApplication into it", strings.Join(o.files, ", ")))
	}
	for _, app := range all.apps {
		app.complete(o)
		errs = append(errs, app.check()...)
	}
	return all, errors.Join(errs...)
}

// add adds what a document holds.
func (all *manifests) add(document manifest) []error {
	objects, err := document.objects()
	if err != nil {
		return at(document.place, err)
	}
	var errs []error
	for _, object := range objects {
		app, leftOut, err := object.decode()
		switch {
		case err != nil:
			errs = append(errs, at(object.place, err)...)
		case leftOut != "":
			all.leftOut = append(all.leftOut, object.place+": "+leftOut)
		default:
			app.place = object.place
			all.apps = append(all.apps, app)
		}
	}
	return errs
}

func readFile(file string, stdin io.Reader) ([]manifest, error) {
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
	for i := range documents {
		documents[i].place = file
		if len(documents) > 1 {
			documents[i].place = fmt.Sprintf("%s, document %d", file, i+1)
		}
	}
	return documents, nil
}

// manifest is a document of a file, or an object of a list: as JSON, or why it is no YAML.
type manifest struct {
	json []byte
	err  error
	// place says where it is written.
	place string
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
		err = unwritable(err)
		if string(converted) != "null" {
			documents = append(documents, manifest{json: converted, err: err})
		}
	}
}

// objects returns the objects of a list, or else the document itself.
func (m manifest) objects() ([]manifest, error) {
	if m.err != nil {
		return nil, m.err
	}
	var list struct {
		metav1.TypeMeta `json:",inline"`
		Items           []json.RawMessage `json:"items"`
	}
	if !bytes.HasPrefix(bytes.TrimSpace(m.json), []byte("{")) {
		return nil, errors.New("it is no object; write one, with apiVersion and kind, or several with --- between them")
	}
	if err := strictDecode(m.json, &list.TypeMeta, false); err != nil {
		return nil, err
	}
	if !slices.Contains(lists, list.Kind) {
		return []manifest{m}, nil
	}
	if err := strictDecode(m.json, &list, false); err != nil {
		return nil, err
	}
	objects := make([]manifest, 0, len(list.Items))
	for i, item := range list.Items {
		// An item may be a list in turn, as far as the depth that can be decoded.
		one := manifest{json: item, place: fmt.Sprintf("%s, items[%d]", m.place, i)}
		inner, err := one.objects()
		if err != nil {
			one.err = err
			inner = []manifest{one}
		}
		objects = append(objects, inner...)
	}
	return objects, nil
}

// unwritable says of what YAML has and JSON has not what to write: the libraries name Go's types.
func unwritable(err error) error {
	if err == nil {
		return nil
	}
	switch text := err.Error(); {
	case strings.Contains(text, "map key"):
		return errors.New("a name is null, a list or an object, which JSON does not have; write each name as a text")
	case strings.Contains(text, "json: unsupported value"):
		return errors.New("a number is .nan or .inf, which JSON does not have; write a number, or a text in quotes")
	}
	return err
}

// lists are the kinds that hold objects of others.
var lists = []string{"List", kindApplication + "List", kindScheduled + "List", kindConnect + "List"}

// decode returns the application of an object, or says why it is left out. It looks at the kind before it looks at
// fields: of an object of another kind all of them would be unknown.
func (m manifest) decode() (app *application, leftOut string, err error) {
	if m.err != nil {
		return nil, "", m.err
	}
	var found metav1.TypeMeta
	if err := strictDecode(m.json, &found, false); err != nil {
		return nil, "", err
	}
	switch {
	case found.Kind == kindApplication || found.Kind == kindScheduled:
		app, err := m.decodeApplication(found)
		return app, "", err
	case found.Kind == "" || found.APIVersion == "" || found.Kind != kindConnect && found.GroupVersionKind().Group == v1beta2.GroupVersion.Group:
		return nil, "", fmt.Errorf("kind: %q: it cannot be rendered; give a SparkApplication or ScheduledSparkApplication", found.Kind)
	}
	return nil, strings.TrimSpace(found.Kind+" "+m.name()) + " is left out: only SparkApplications and ScheduledSparkApplications are rendered", nil
}

// name returns the name of an object, whatever else is in it; nothing where it has none.
func (m manifest) name() string {
	var object struct {
		Metadata struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(m.json, &object); err != nil {
		return ""
	}
	return object.Metadata.Name
}

func (m manifest) decodeApplication(found metav1.TypeMeta) (*application, error) {
	if want := v1beta2.GroupVersion.String(); found.APIVersion != want {
		return nil, fmt.Errorf("apiVersion: %q: it is not known; use %s", found.APIVersion, want)
	}
	if found.Kind == kindScheduled {
		var scheduled v1beta2.ScheduledSparkApplication
		if err := strictDecode(m.json, &scheduled, true); err != nil {
			return nil, err
		}
		return ofSchedule(&scheduled), nil
	}
	var app v1beta2.SparkApplication
	if err := strictDecode(m.json, &app, true); err != nil {
		return nil, err
	}
	return &application{SparkApplication: &app}, nil
}

// ofSchedule returns the application of a run. Each run has a UID of its own, which is not the schedule's.
func ofSchedule(scheduled *v1beta2.ScheduledSparkApplication) *application {
	slot := time.Unix(0, 0).UTC()
	app := schedule.RunOf(scheduled, schedule.Occasion{Trigger: schedule.TriggerSchedule, Slot: slot})
	app.Name, app.OwnerReferences = scheduled.Name, nil
	note := fmt.Sprintf("it is a schedule: the application of a run is named %s-<time>-<digest>, here %s; the time that it is given is when it is due, here %s",
		scheduled.Name, scheduled.Name, slot.Format(time.RFC3339))
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
