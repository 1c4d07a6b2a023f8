// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestVariablesComeAfterFiles(t *testing.T) {
	path := write(t, controllerHead+"workers: 3\nmaxTrackedExecutorPerApp: 7\nmetrics: {labels: [a, b]}\n")
	s := Sources{Path: path, Getenv: environment(map[string]string{
		ControllerVariable: controllerHead + "workers: 5\nmetrics: {labels: [c]}\n",
		WebhookVariable:    webhookHead + "port: 9444\n",
	})}
	wantController := configv1alpha1.DefaultControllerConfiguration()
	wantController.Workers, wantController.MaxTrackedExecutorPerApp, wantController.Metrics.Labels = 5, 7, []string{"c"}
	controller, err := s.Controller()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantController, controller); diff != "" {
		t.Errorf("controller (-want +got):\n%s", diff)
	}
	s.Path = ""
	wantWebhook := configv1alpha1.DefaultWebhookConfiguration()
	wantWebhook.Port = 9444
	webhook, err := s.Webhook()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantWebhook, webhook); diff != "" {
		t.Errorf("webhook (-want +got):\n%s", diff)
	}
}

func TestFilesAloneKnowNoVariables(t *testing.T) {
	t.Setenv(ControllerVariable, "{")
	t.Setenv(TargetsVariable, "team-a")
	c, err := LoadController("")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(configv1alpha1.DefaultControllerConfiguration(), c); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
	_, err = InPod("").Controller()
	wantError(t, err, []string{ControllerVariable})
}

func TestVariablesSayWhatIsWrong(t *testing.T) {
	for name, tc := range map[string]struct {
		file, document string
		want           []string
	}{
		"no YAML":              {document: "{", want: []string{ControllerVariable}},
		"another kind":         {document: webhookHead, want: []string{ControllerVariable, `kind is "WebhookConfiguration"`}},
		"an unknown key":       {document: controllerHead + "wokers: 1\n", want: []string{ControllerVariable, "wokers"}},
		"a value out of range": {document: controllerHead + "workers: 0\n", want: []string{ControllerVariable, "workers", "must be at least 1"}},
		"a value that does not fit that of the file": {
			file: controllerHead + "metrics: {secure: false}\n", document: controllerHead + "metrics: {certDir: /certs}\n",
			want: []string{"config.yaml", ControllerVariable, "metrics.certDir"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := Sources{Getenv: environment(map[string]string{ControllerVariable: tc.document})}
			if tc.file != "" {
				s.Path = write(t, tc.file)
			}
			_, err := s.Controller()
			wantError(t, err, tc.want)
		})
	}
}

func TestTargetsOfTheOperatorGroup(t *testing.T) {
	t.Setenv(namespaceVariable, "ops")
	for name, tc := range map[string]struct {
		targets, file string
		want          []string
		wantError     []string
	}{
		"all namespaces":                     {targets: ""},
		"all namespaces, and some are named": {targets: "", file: "namespaces: [a]", want: []string{"a"}},
		"one":                                {targets: "ops", want: []string{"ops"}},
		"several":                            {targets: "team-b, team-a,team-b,", want: []string{"team-b", "team-a"}},
		"fewer are served":                   {targets: "team-a,team-b", file: "namespaces: [team-b]", want: []string{"team-b"}},
		"the operator's own":                 {targets: "ops,team-a", file: "namespaces: [$(POD_NAMESPACE)]", want: []string{"ops"}},
		"another than the targets": {
			targets: "team-a,team-b", file: "namespaces: [team-a, team-c]",
			wantError: []string{"namespaces", "team-c", "WATCH_NAMESPACE=team-a,team-b", "OperatorGroup"},
		},
		"the operator's own is no target": {
			targets: "team-a", file: "namespaces: [$(POD_NAMESPACE)]", wantError: []string{"namespaces", `"ops"`, "WATCH_NAMESPACE=team-a"},
		},
		"a selector": {
			targets: "team-a", file: "namespaceSelector: {matchLabels: {spark: 'yes'}}",
			wantError: []string{"namespaceSelector", "WATCH_NAMESPACE=team-a", "all namespaces"},
		},
		"a selector, for all namespaces": {file: "namespaceSelector: {matchLabels: {spark: 'yes'}}"},
	} {
		t.Run(name, func(t *testing.T) {
			targets := environment(map[string]string{TargetsVariable: tc.targets})
			controller, err := Sources{Path: write(t, controllerHead+tc.file+"\n"), Getenv: targets}.Controller()
			if tc.wantError != nil {
				wantError(t, err, tc.wantError)
			} else if err != nil {
				t.Fatal(err)
			} else if diff := cmp.Diff(tc.want, controller.Namespaces); diff != "" {
				t.Errorf("controller (-want +got):\n%s", diff)
			}
			webhook, err := Sources{Path: write(t, webhookHead+tc.file+"\n"), Getenv: targets}.Webhook()
			if tc.wantError != nil {
				wantError(t, err, tc.wantError)
			} else if err != nil {
				t.Fatal(err)
			} else if diff := cmp.Diff(tc.want, webhook.Namespaces); diff != "" {
				t.Errorf("webhook (-want +got):\n%s", diff)
			}
		})
	}
}
