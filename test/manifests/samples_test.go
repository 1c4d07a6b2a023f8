// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/validation"
)

func TestSamples(t *testing.T) {
	accounts := map[string]bool{}
	for _, a := range all[corev1.ServiceAccount](t, build(t, "config/rbac/spark"), "ServiceAccount") {
		accounts[a.Namespace+"/"+a.Name] = true
	}
	samples := build(t, "config/samples")
	files, err := filepath.Glob(filepath.Join(root, "config/samples/spark*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(samples) {
		t.Errorf("%d files make %d samples", len(files), len(samples))
	}
	for _, s := range samples {
		t.Run(s.GetName(), func(t *testing.T) {
			switch s.GetKind() {
			case "SparkApplication":
				app := decode[v1beta2.SparkApplication](t, s, strict)
				checkSample(t, &app, accounts)
			case "ScheduledSparkApplication":
				schedule := decode[v1beta2.ScheduledSparkApplication](t, s, strict)
				if errs := validation.ScheduledSparkApplication(&schedule); len(errs) > 0 {
					t.Error(errs.ToAggregate())
				}
				checkSample(t, &v1beta2.SparkApplication{ObjectMeta: schedule.ObjectMeta, Spec: schedule.Spec.Template}, accounts)
			case "SparkConnect":
				checkServerSample(t, decode[v1alpha1.SparkConnect](t, s, strict), accounts)
			default:
				t.Fatalf("sample of kind %s, which no test decodes", s.GetKind())
			}
		})
	}
}

// checkSample asks that an application, be it the template of a schedule, is one that its author can learn from.
func checkSample(t *testing.T, app *v1beta2.SparkApplication, accounts map[string]bool) {
	t.Helper()
	if account := app.Namespace + "/" + *app.Spec.Driver.ServiceAccount; !accounts[account] {
		t.Errorf("service account %s is not in config/rbac/spark", account)
	}
	checkSampleContext(t, "driver", app.Spec.Driver.SecurityContext)
	checkSampleContext(t, "executor", app.Spec.Executor.SecurityContext)

	once := app.DeepCopy()
	v1beta2.SetSparkApplicationDefaults(once)
	twice := once.DeepCopy()
	v1beta2.SetSparkApplicationDefaults(twice)
	if diff := cmp.Diff(once, twice); diff != "" {
		t.Errorf("defaulting twice changes it (-once +twice):\n%s", diff)
	}
}

// checkServerSample asks that a Connect server is one that its author can learn from.
func checkServerSample(t *testing.T, server v1alpha1.SparkConnect, accounts map[string]bool) {
	t.Helper()
	if problem := connect.Problem(&server, planning.Options{}); problem != "" {
		t.Error(problem)
	}
	if warnings := connect.Examine(&server).Warnings; len(warnings) > 0 {
		t.Error(warnings)
	}
	pod := server.Spec.Server.Template.Spec
	if account := server.Namespace + "/" + pod.ServiceAccountName; !accounts[account] {
		t.Errorf("service account %s is not in config/rbac/spark", account)
	}
	checkSampleContext(t, "server", pod.Containers[0].SecurityContext)
	checkSampleContext(t, "executor", server.Spec.Executor.Template.Spec.Containers[0].SecurityContext)
}

// checkSampleContext asks that a sample also runs in a namespace that enforces the restricted standard.
func checkSampleContext(t *testing.T, role string, got *corev1.SecurityContext) {
	t.Helper()
	want := &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		RunAsNonRoot:             new(true),
		RunAsUser:                new(int64(185)),
		RunAsGroup:               new(int64(185)),
		SeccompProfile:           &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: security context (-want +got):\n%s", role, diff)
	}
}

func TestDriverPermissions(t *testing.T) {
	roles := all[rbacv1.Role](t, build(t, "config/rbac/spark"), "Role")
	want := []rbacv1.PolicyRule{{
		APIGroups: []string{""},
		Resources: []string{"pods", "configmaps", "persistentvolumeclaims", "services"},
		Verbs:     []string{"get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"},
	}}
	if len(roles) != 1 {
		t.Fatalf("got %d roles, want 1", len(roles))
	}
	if diff := cmp.Diff(want, roles[0].Rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

// project is what these tests read of the PROJECT file.
type project struct {
	Repo      string `json:"repo"`
	Resources []struct {
		API     *struct{} `json:"api"`
		Domain  string    `json:"domain"`
		Group   string    `json:"group"`
		Kind    string    `json:"kind"`
		Path    string    `json:"path"`
		Version string    `json:"version"`
	} `json:"resources"`
}

// The PROJECT file is kept by hand, because our folders are not where kubebuilder would look for them.
func TestProjectFileTellsTheTruth(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(root, "PROJECT"))
	if err != nil {
		t.Fatal(err)
	}
	var p project
	if err := yaml.Unmarshal(content, &p); err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, r := range p.Resources {
		relative, err := filepath.Rel(p.Repo, r.Path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(root, relative)); err != nil && r.API != nil {
			t.Errorf("%s: path %s does not exist", r.Kind, r.Path)
		}
		declared = append(declared, r.Group+"."+r.Domain+"/"+r.Version+" "+r.Kind)
	}
	for _, crd := range all[apiextensionsv1.CustomResourceDefinition](t, build(t, "config/crd"), "CustomResourceDefinition") {
		for _, version := range crd.Spec.Versions {
			want := crd.Spec.Group + "/" + version.Name + " " + crd.Spec.Names.Kind
			if !slices.Contains(declared, want) {
				t.Errorf("PROJECT has no entry for %s; it has %q", want, declared)
			}
		}
	}
}
