// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manifests

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/config"
)

// clusterServiceVersion is what these tests read of the bundle's, by types of their own: the generator has others.
type clusterServiceVersion struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     struct {
		Version                   string
		MinKubeVersion            string
		InstallModes              []struct{ Supported bool }
		RelatedImages             []struct{ Name, Image string }
		WebhookDefinitions        []webhookDefinition
		CustomResourceDefinitions struct {
			Owned []struct{ Name, Version, Kind string }
		}
		Install struct {
			Spec struct {
				Deployments []struct {
					Name  string
					Label map[string]string
					Spec  appsv1.DeploymentSpec
				}
				Permissions []struct {
					ServiceAccountName string
					Rules              []rbacv1.PolicyRule
				}
				ClusterPermissions []any
			}
		}
	}
}

type webhookDefinition struct {
	Type, GenerateName, DeploymentName, WebhookPath string
	ContainerPort, TargetPort                       int32
	Rules                                           []admissionv1.RuleWithOperations
	ObjectSelector                                  *metav1.LabelSelector
	FailurePolicy                                   *admissionv1.FailurePolicyType
	SideEffects                                     *admissionv1.SideEffectClass
	TimeoutSeconds                                  *int32
	AdmissionReviewVersions                         []string
}

func readBundle(t *testing.T) clusterServiceVersion {
	t.Helper()
	return parse[clusterServiceVersion](t, "bundle/manifests/spark-operator.clusterserviceversion.yaml", lenient)
}

func parse[T any](t *testing.T, file string, unmarshal func([]byte, any) error) T {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	var object T
	if err := unmarshal(content, &object); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return object
}

// bundleFiles are the manifests beside the ClusterServiceVersion, by kind.
func bundleFiles(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "bundle/manifests/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("bundle/manifests: %d files, error %v", len(files), err)
	}
	found := map[string][]string{}
	for _, file := range files {
		relative, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		kind := parse[metav1.TypeMeta](t, relative, lenient).Kind
		found[kind] = append(found[kind], relative)
	}
	return found
}

// OLM drops kinds that it does not know without a word, and refuses to install some others.
func TestBundleHasOnlyWhatOLMInstalls(t *testing.T) {
	got := map[string]int{}
	for kind, files := range bundleFiles(t) {
		got[kind] = len(files)
	}
	want := map[string]int{"ClusterServiceVersion": 1, "CustomResourceDefinition": 3, "ConfigMap": 2, "ClusterRole": 1, "PodDisruptionBudget": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifests (-want +got):\n%s", diff)
	}
}

func TestBundleDeploysWhatConfigDefaultDeploys(t *testing.T) {
	o := buildOperator(t)
	deployments := readBundle(t).Spec.Install.Spec.Deployments
	if len(deployments) != len(o.deployments) {
		t.Errorf("%d Deployments, want %d", len(deployments), len(o.deployments))
	}
	for _, d := range deployments {
		want, got := o.deployments[d.Name].Spec, d.Spec.DeepCopy()
		pod := &got.Template.Spec
		container := &pod.Containers[0]
		// What OLM asks for: see TestBundleIsConfiguredForOLM.
		container.Env = slices.DeleteFunc(container.Env, func(e corev1.EnvVar) bool { return e.Name == config.TargetsVariable })
		byName := func(a, b corev1.Volume) int { return strings.Compare(a.Name, b.Name) }
		slices.SortFunc(pod.Volumes, byName)
		slices.SortFunc(want.Template.Spec.Volumes, byName)
		for i := range pod.Volumes {
			if pod.Volumes[i].Name == "config" {
				pod.Volumes[i] = want.Template.Spec.Volumes[i]
			}
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s (-config/default +bundle):\n%s", d.Name, diff)
		}
		if diff := cmp.Diff(o.deployments[d.Name].Labels, d.Label); diff != "" {
			t.Errorf("%s: labels (-config/default +bundle):\n%s", d.Name, diff)
		}
	}
}

// Each binary has the rights of config/default, but for those by which the webhook makes its own certificate: OLM does.
func TestBundleGivesTheRightsOfConfigDefault(t *testing.T) {
	o := buildOperator(t)
	o.resources = slices.DeleteFunc(o.resources, func(r *resource.Resource) bool { return r.GetName() == "spark-operator-webhook-certificates" })
	spec := readBundle(t).Spec.Install.Spec
	// Rights of the cluster would be given to an operator that is installed for one namespace as well.
	if len(spec.ClusterPermissions) > 0 {
		t.Errorf("the bundle asks for rights of the cluster: %v", spec.ClusterPermissions)
	}
	if len(spec.Permissions) != len(o.accounts) {
		t.Errorf("%d service accounts have rights, want %d", len(spec.Permissions), len(o.accounts))
	}
	withoutScope := func(rules []rule) []string {
		var all []string
		for _, r := range rules {
			_, right, _ := strings.Cut(string(r), " ")
			all = append(all, right)
		}
		slices.Sort(all)
		return all
	}
	for _, p := range spec.Permissions {
		subjects := []rbacv1.Subject{{Name: p.ServiceAccountName, Namespace: namespace}}
		want := withoutScope(o.permissions(t, p.ServiceAccountName))
		got := withoutScope(flatten("cluster", subjects, p.ServiceAccountName, p.Rules))
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s: rights (-config/default +bundle):\n%s", p.ServiceAccountName, diff)
		}
	}
}

func TestBundleHasTheCRDs(t *testing.T) {
	want := map[string]apiextensionsv1.CustomResourceDefinition{}
	for _, crd := range all[apiextensionsv1.CustomResourceDefinition](t, build(t, "config/default"), "CustomResourceDefinition") {
		want[crd.Name] = crd
	}
	got, kinds := map[string]apiextensionsv1.CustomResourceDefinition{}, map[string]string{}
	for _, file := range bundleFiles(t)["CustomResourceDefinition"] {
		crd := parse[apiextensionsv1.CustomResourceDefinition](t, file, strict)
		got[crd.Name] = crd
		kinds[crd.Name] = crd.Spec.Versions[0].Name + " " + crd.Spec.Names.Kind
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CRDs (-config/default +bundle):\n%s", diff)
	}
	owned := map[string]string{}
	for _, o := range readBundle(t).Spec.CustomResourceDefinitions.Owned {
		owned[o.Name] = o.Version + " " + o.Kind
	}
	if diff := cmp.Diff(kinds, owned); diff != "" {
		t.Errorf("owned kinds (-CRDs +ClusterServiceVersion):\n%s", diff)
	}
}

func TestBundleHasTheWebhooks(t *testing.T) {
	o := buildOperator(t)
	want := map[string]webhookDefinition{}
	add := func(kind string, w admissionv1.ValidatingWebhook) {
		want[w.Name] = webhookDefinition{
			Type: kind, GenerateName: w.Name, DeploymentName: "spark-operator-webhook", WebhookPath: *w.ClientConfig.Service.Path,
			ContainerPort: 443, TargetPort: configv1alpha1.DefaultWebhookConfiguration().Port, Rules: w.Rules, ObjectSelector: w.ObjectSelector,
			FailurePolicy: w.FailurePolicy, SideEffects: w.SideEffects, TimeoutSeconds: w.TimeoutSeconds, AdmissionReviewVersions: w.AdmissionReviewVersions,
		}
	}
	for _, w := range o.mutating[0].Webhooks {
		add("MutatingAdmissionWebhook", admissionv1.ValidatingWebhook{
			Name: w.Name, ClientConfig: w.ClientConfig, Rules: w.Rules, ObjectSelector: w.ObjectSelector, FailurePolicy: w.FailurePolicy,
			SideEffects: w.SideEffects, TimeoutSeconds: w.TimeoutSeconds, AdmissionReviewVersions: w.AdmissionReviewVersions,
		})
	}
	for _, w := range o.validating[0].Webhooks {
		add("ValidatingAdmissionWebhook", w)
	}
	got := map[string]webhookDefinition{}
	for _, w := range readBundle(t).Spec.WebhookDefinitions {
		got[w.GenerateName] = w
		// OLM makes a configuration's name of it, and the API server wants a domain's.
		if strings.Count(w.GenerateName, ".") < 2 {
			t.Errorf("webhook %s: the name has fewer than three parts", w.GenerateName)
		}
		// OLM selects the namespaces: a webhook on pods must not be asked about those of others.
		if w.WebhookPath == "/mutate--v1-pod" && w.ObjectSelector == nil {
			t.Errorf("webhook %s selects no objects", w.GenerateName)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("webhooks (-config/default +bundle):\n%s", diff)
	}
}

// What the ConfigMaps of the bundle say is what the binaries read, with OLM's certificate and the namespaces that OLM
// gives rights in; and a ConfigMap of the cluster's own may follow, whose name nothing of ours takes.
func TestBundleIsConfiguredForOLM(t *testing.T) {
	configMaps := map[string]corev1.ConfigMap{}
	for _, file := range bundleFiles(t)["ConfigMap"] {
		c := parse[corev1.ConfigMap](t, file, strict)
		configMaps[c.Name] = c
	}
	getenv := func(name string) string { return map[string]string{config.TargetsVariable: "team-a,team-b"}[name] }
	for _, d := range readBundle(t).Spec.Install.Spec.Deployments {
		pod := d.Spec.Template.Spec
		env := pod.Containers[0].Env
		at := slices.IndexFunc(env, func(e corev1.EnvVar) bool { return e.Name == config.TargetsVariable })
		if at < 0 || env[at].ValueFrom.FieldRef.FieldPath != "metadata.annotations['olm.targetNamespaces']" {
			t.Errorf("%s: the targets of the OperatorGroup are not in its environment", d.Name)
		}
		volume := pod.Volumes[slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == "config" })]
		sources := volume.Projected.Sources
		if len(sources) != 2 || sources[1].ConfigMap.Name != d.Name+"-settings" || !*sources[1].ConfigMap.Optional {
			t.Fatalf("%s: configuration is mounted from %+v", d.Name, sources)
		}
		folder := t.TempDir()
		for name, content := range configMaps[sources[0].ConfigMap.Name].Data {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		read := config.Sources{Path: folder, Getenv: getenv}
		if d.Name == "spark-operator-controller" {
			want := configv1alpha1.DefaultControllerConfiguration()
			want.Namespaces = []string{"team-a", "team-b"}
			got, err := read.Controller()
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("controller: error %v (-want +got):\n%s", err, diff)
			}
			continue
		}
		want := configv1alpha1.DefaultWebhookConfiguration()
		want.Namespaces = []string{"team-a", "team-b"}
		want.Certificate.Mode = configv1alpha1.CertificateMounted
		want.Certificate.Dir = "/tmp/k8s-webhook-server/serving-certs"
		want.Certificate.ServiceName = d.Name + "-service"
		got, err := read.Webhook()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("webhook: error %v (-want +got):\n%s", err, diff)
		}
	}
}

// The examples of a console are the tested samples, and all images are known to who mirrors them.
func TestBundleExamplesAndImages(t *testing.T) {
	csv := readBundle(t)
	images := map[string]bool{}
	for _, i := range csv.Spec.RelatedImages {
		images[i.Image] = true
	}
	used := map[string]bool{csv.Metadata.Annotations["containerImage"]: true}
	for _, d := range csv.Spec.Install.Spec.Deployments {
		used[d.Spec.Template.Spec.Containers[0].Image] = true
	}
	var examples []map[string]any
	if err := json.Unmarshal([]byte(csv.Metadata.Annotations["alm-examples"]), &examples); err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]any{}
	for _, e := range examples {
		got[e["kind"].(string)] = e
	}
	want := map[string]map[string]any{}
	for _, sample := range build(t, "config/samples") {
		if _, later := want[sample.GetKind()]; later {
			continue
		}
		object := decode[map[string]any](t, sample, strict)
		delete(object["metadata"].(map[string]any), "namespace")
		want[sample.GetKind()] = object
		if sample.GetKind() == "SparkApplication" {
			used[*decode[v1beta2.SparkApplication](t, sample, strict).Spec.Image] = true
		}
	}
	toJSON := func(m map[string]map[string]any) string {
		content, err := yaml.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	if diff := cmp.Diff(toJSON(want), toJSON(got)); diff != "" {
		t.Errorf("examples (-config/samples +bundle):\n%s", diff)
	}
	if diff := cmp.Diff(used, images); diff != "" {
		t.Errorf("images (-used +related):\n%s", diff)
	}
}

// Whoever reads the image's labels, and whoever reads the metadata, must find the same bundle.
func TestBundleMetadata(t *testing.T) {
	annotations := parse[struct{ Annotations map[string]string }](t, "bundle/metadata/annotations.yaml", strict).Annotations
	content, err := os.ReadFile(filepath.Join(root, "bundle.Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if label, isLabel := strings.CutPrefix(strings.TrimSpace(line), "LABEL "); isLabel {
			key, value, _ := strings.Cut(label, "=")
			labels[key] = value
		}
		if copied, isCopy := strings.CutPrefix(line, "COPY "); isCopy {
			if _, err := os.Stat(filepath.Join(root, strings.Fields(copied)[0])); err != nil {
				t.Error(err)
			}
		}
	}
	if diff := cmp.Diff(annotations, labels); diff != "" || len(labels) == 0 {
		t.Errorf("metadata (-annotations +labels):\n%s", diff)
	}
	csv := readBundle(t)
	if pkg := annotations["operators.operatorframework.io.bundle.package.v1"]; csv.Metadata.Name != pkg+".v"+csv.Spec.Version {
		t.Errorf("package %s has ClusterServiceVersion %s of version %s", pkg, csv.Metadata.Name, csv.Spec.Version)
	}
	for _, mode := range csv.Spec.InstallModes {
		if !mode.Supported {
			t.Errorf("install modes are %v", csv.Spec.InstallModes)
		}
	}
	catalog, err := os.ReadFile(filepath.Join(root, "catalog/template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for channel := range strings.SplitSeq(annotations["operators.operatorframework.io.bundle.channels.v1"], ",") {
		if !strings.Contains(string(catalog), "name: "+channel+"\nentries:\n") {
			t.Errorf("channel %s of the bundle is not in the catalog", channel)
		}
	}
	if !strings.Contains(string(catalog), csv.Metadata.Name+"\n") {
		t.Errorf("%s is in no channel of the catalog", csv.Metadata.Name)
	}
}

// Rights that not everybody gives are manifests of their own under OLM, where components cannot be used.
func TestOptionalRightsAreThoseOfTheComponents(t *testing.T) {
	for component, folder := range map[string]string{"kerberos": "config/rbac/kerberos", "namespace-selector": "config/rbac/namespaces"} {
		plain, with := operatorOf(t, build(t, "config/default")), operatorOf(t, buildWith(t, component))
		alone := operatorOf(t, build(t, folder))
		for account := range maps.Keys(with.accounts) {
			want := with.permissions(t, account)
			for _, r := range plain.permissions(t, account) {
				want = slices.DeleteFunc(want, func(other rule) bool { return other == r })
			}
			if diff := cmp.Diff(want, alone.permissions(t, account), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: rights of %s (-component +%s):\n%s", component, account, folder, diff)
			}
		}
	}
}
