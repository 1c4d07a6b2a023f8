// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// LoadController returns the controller's configuration: the defaults, and over them the file at path unless it is empty.
func LoadController(path string) (*configv1alpha1.ControllerConfiguration, error) {
	c := configv1alpha1.DefaultControllerConfiguration()
	if err := load(path, configv1alpha1.ControllerConfigurationKind, c); err != nil {
		return nil, err
	}
	if err := invalid(path, ValidateController(c)); err != nil {
		return nil, err
	}
	return c, nil
}

// LoadWebhook returns the webhook's configuration: the defaults, and over them the file at path unless it is empty.
func LoadWebhook(path string) (*configv1alpha1.WebhookConfiguration, error) {
	c := configv1alpha1.DefaultWebhookConfiguration()
	if err := load(path, configv1alpha1.WebhookConfigurationKind, c); err != nil {
		return nil, err
	}
	if err := invalid(path, ValidateWebhook(c)); err != nil {
		return nil, err
	}
	return c, nil
}

func load(path, kind string, into any) error {
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read configuration: %w", err)
	}
	if err := decode(data, kind, into); err != nil {
		return fmt.Errorf("configuration file %s: %w", path, err)
	}
	return nil
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

func invalid(path string, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	if path == "" {
		path = "(defaults)"
	}
	return fmt.Errorf("configuration file %s: %w", path, errs.ToAggregate())
}
