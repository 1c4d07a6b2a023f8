// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// LoadController returns the controller's configuration: the defaults, and over them the file at path unless it is
// empty, or all files of a folder: a later one says only what it changes, and its lists replace those of earlier ones.
func LoadController(path string) (*configv1alpha1.ControllerConfiguration, error) {
	return Sources{Path: path}.Controller()
}

// LoadWebhook returns the webhook's configuration, read as LoadController reads.
func LoadWebhook(path string) (*configv1alpha1.WebhookConfiguration, error) {
	return Sources{Path: path}.Webhook()
}

// Controller returns the controller's configuration.
func (s Sources) Controller() (*configv1alpha1.ControllerConfiguration, error) {
	c := configv1alpha1.DefaultControllerConfiguration()
	if err := s.load(ControllerVariable, configv1alpha1.ControllerConfigurationKind, c); err != nil {
		return nil, err
	}
	if err := s.invalid(ControllerVariable, ValidateController(c)); err != nil {
		return nil, err
	}
	return c, s.resolve(&c.SharedConfiguration)
}

// Webhook returns the webhook's configuration.
func (s Sources) Webhook() (*configv1alpha1.WebhookConfiguration, error) {
	c := configv1alpha1.DefaultWebhookConfiguration()
	if err := s.load(WebhookVariable, configv1alpha1.WebhookConfigurationKind, c); err != nil {
		return nil, err
	}
	if err := s.invalid(WebhookVariable, ValidateWebhook(c)); err != nil {
		return nil, err
	}
	return c, s.resolve(&c.SharedConfiguration)
}

func (s Sources) load(variable, kind string, into any) error {
	if err := load(s.Path, kind, into); err != nil {
		return err
	}
	document := s.variable(variable)
	if document == "" {
		return nil
	}
	if err := decode([]byte(document), kind, into); err != nil {
		return fmt.Errorf("configuration of the variable %s: %w", variable, err)
	}
	return nil
}

func load(path, kind string, into any) error {
	files, err := filesAt(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read configuration: %w", err)
		}
		if err := decode(data, kind, into); err != nil {
			return fmt.Errorf("configuration file %s: %w", file, err)
		}
	}
	return nil
}

// filesAt returns the file at path, or the files ending in .yaml of the folder at path in the order of their names. A
// mounted ConfigMap is such a folder, to which each part of an installation adds a file.
func filesAt(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	// Sorted, and without the hidden folders by which the kubelet changes all files together.
	files, err := filepath.Glob(filepath.Join(path, "[^.]*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("folder %s has no file *.yaml", path)
	}
	return files, nil
}

// decode checks what the document is before it looks at the fields: of a file of another kind every field would be
// unknown, which is not what is wrong with it.
func decode(data []byte, kind string, into any) error {
	document, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return err
	}
	var found metav1.TypeMeta
	if err := strictjson.UnmarshalCaseSensitivePreserveInts(document, &found); err != nil {
		return err
	}
	want := configv1alpha1.GroupVersion.String()
	if found.APIVersion != want || found.Kind != kind {
		return fmt.Errorf("apiVersion is %q and kind is %q, want %q and %q", found.APIVersion, found.Kind, want, kind)
	}
	strict, err := strictjson.UnmarshalStrict(document, into)
	if err != nil {
		return err
	}
	return errors.Join(strict...)
}

// invalid says where to look for what is wrong.
func (s Sources) invalid(variable string, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	place := cmp.Or(s.Path, "(defaults)")
	if s.variable(variable) != "" {
		place += " and variable " + variable
	}
	return fmt.Errorf("configuration file %s: %w", place, errs.ToAggregate())
}
