// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const propertiesFile = "spark.properties"

// masker hides what looks like a secret by Spark's pattern or the application's own.
type masker struct {
	// of knows Spark's pattern and the application's own.
	of *sparkconf.Masker
	// count is how many values were hidden.
	count int
}

// separators are written in options and variables where properties have dots: ACCESS_KEY is as secret as access.key.
var separators = strings.NewReplacer("-", ".", "_", ".")

// property returns a value as it may be seen, judged under the property by which Spark is given it.
func (m *masker) property(key, value string) string {
	if value == "" {
		return value
	}
	seen := m.of.Value(key, value)
	if other := separators.Replace(key); other != key && seen == value {
		seen = m.of.Value(other, value)
	}
	if seen != value {
		m.count++
	}
	return seen
}

// conf returns a configuration as it may be seen.
func (m *masker) conf(c *sparkconf.Conf) map[string]string {
	seen := make(map[string]string, c.Len())
	for key, value := range c.All() {
		seen[key] = m.property(key, value)
	}
	return seen
}

// maskObjects hides secrets in all objects, in place.
func (m *masker) maskObjects(objects *render.Objects, executor *corev1.Pod) error {
	for key, content := range objects.ConfigMap.Data {
		if key == propertiesFile {
			content = m.properties(content)
		}
		objects.ConfigMap.Data[key] = content
	}
	if objects.TemplateConfigMap != nil {
		for key, content := range objects.TemplateConfigMap.Data {
			masked, err := m.template(content)
			if err != nil {
				return err
			}
			objects.TemplateConfigMap.Data[key] = masked
		}
	}
	m.pod(objects.Driver, sparkconf.DriverAnnotationPrefix, sparkconf.DriverEnvPrefix)
	m.pod(executor, sparkconf.ExecutorAnnotationPrefix, sparkconf.ExecutorEnvPrefix)
	return nil
}

// dependent hides secrets in an object that the application has beside those of Spark's client, in place.
func (m *masker) dependent(object render.Object) {
	annotations := object.GetAnnotations()
	for name, value := range annotations {
		annotations[name] = m.property(name, value)
	}
	object.SetAnnotations(annotations)
	if configMap, isConfigMap := object.(*corev1.ConfigMap); isConfigMap {
		for key, content := range configMap.Data {
			configMap.Data[key] = m.lines(content)
		}
	}
}

// properties masks a properties file below its comment.
func (m *masker) properties(text string) string {
	before := m.count
	masked := &sparkconf.Conf{}
	for key, value := range sparkconf.ParseProperties(text).All() {
		masked.Set(key, m.property(key, value))
	}
	if m.count == before {
		return text
	}
	comment, _, _ := strings.Cut(text, "\n")
	return masked.Properties(strings.TrimPrefix(comment, "#"))
}

// lines masks a configuration file of which a line gives a value to a name, by = or a colon.
func (m *masker) lines(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			continue
		}
		value := strings.TrimSpace(line[at+1:])
		if seen := m.property(strings.Trim(line[:at], " \t-\"'"), value); seen != value {
			lines[i] = line[:at+1] + strings.Replace(line[at+1:], value, seen, 1)
		}
	}
	return strings.Join(lines, "")
}

// template masks the file of the executor template.
func (m *masker) template(text string) (string, error) {
	var pod corev1.Pod
	if err := json.Unmarshal([]byte(text), &pod); err != nil {
		return "", fmt.Errorf("decode executor template: %w", err)
	}
	before := m.count
	m.pod(&pod, sparkconf.ExecutorAnnotationPrefix, sparkconf.ExecutorEnvPrefix)
	if m.count == before {
		return text, nil
	}
	return planning.TemplateFile(&pod)
}

func (m *masker) pod(pod *corev1.Pod, annotationPrefix, envPrefix string) {
	for name, value := range pod.Annotations {
		pod.Annotations[name] = m.property(annotationPrefix+name, value)
	}
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			for j := range containers[i].Env {
				variable := &containers[i].Env[j]
				variable.Value = m.property(envPrefix+variable.Name, variable.Value)
			}
			m.words(containers[i].Command)
			m.words(containers[i].Args)
		}
	}
}

// words masks the words of a command line: the value of a name=value, what follows an option, and whole texts.
func (m *masker) words(words []string) {
	for i, word := range words {
		if name, value, found := strings.Cut(word, "="); found && !strings.ContainsAny(name, " \n") {
			words[i] = name + "=" + m.property(name, value)
			continue
		}
		if strings.ContainsAny(word, " \n") {
			words[i] = m.property("", word)
			continue
		}
		option := strings.HasPrefix(word, "-") && i+1 < len(words) && !strings.HasPrefix(words[i+1], "-")
		if option {
			words[i+1] = m.property(word, words[i+1])
		}
	}
}
