// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func application(change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	app := &v1beta2.SparkApplication{
		ObjectMeta: metav1.ObjectMeta{Name: "pi", Namespace: "default", UID: "7d0a2c66-7c1d-4a2e-9a4b-0f5f0a4f7b11"},
		Spec:       v1beta2.SparkApplicationSpec{Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1"},
	}
	for _, c := range change {
		c(app)
	}
	return app
}

// The ids are written out: a change of how they are derived would make an upgraded operator submit its running
// applications again.
func TestOfIsStableForEver(t *testing.T) {
	got := Of(application(), 1)
	want := Attempt{
		Number:        1,
		SubmissionID:  "5e3a492c-02e3-5b61-b548-1176ed341b6b",
		ApplicationID: "spark-8e3b18ab449558d5acbe62d03d013eb8",
		DriverPodName: "pi-driver",
		SpecHash:      "h2-3e7b47f772e55824-_t1b2pAAAAAAAAAAAAAAAAAAAAAAAApuJYAAAAAAAAAAAAAAAAAAAAAA",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("identity of attempt 1 changed (-want +got):\n%s", diff)
	}
	if !regexp.MustCompile(`^spark-[0-9a-f]{32}$`).MatchString(got.ApplicationID) {
		t.Errorf("application id %q is not of the form that Spark makes", got.ApplicationID)
	}
}

// The hash of a spec that holds Kubernetes' own types is written out too: their encoding is a library's, and an update
// of the library that changes it needs a new specHashVersion.
func TestSpecHashIsStableAcrossLibraries(t *testing.T) {
	app := application(func(a *v1beta2.SparkApplication) {
		a.Spec.Volumes = []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}}
		a.Spec.Driver.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "spark-kubernetes-driver", Resources: corev1.ResourceRequirements{
				Limits: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1500m")},
			}}},
		}}
	})
	if got, want := SpecHash(app), "h2-d17681d0393e05d3-_t1b2pAAAAAAAAAAAAAAAAAAAAAAzKUaJYAAAAAAAAAAAAAAAAAAAAAA"; got != want {
		t.Errorf("SpecHash() = %q, want %q", got, want)
	}
}

func TestOfDiffers(t *testing.T) {
	base := Of(application(), 1)
	for name, other := range map[string]Attempt{
		"by attempt":         Of(application(), 2),
		"by application UID": Of(application(func(a *v1beta2.SparkApplication) { a.UID = "other" }), 1),
	} {
		t.Run(name, func(t *testing.T) {
			if other.SubmissionID == base.SubmissionID || other.ApplicationID == base.ApplicationID {
				t.Errorf("ids are shared: %+v and %+v", base, other)
			}
		})
	}
}

func TestDriverPodName(t *testing.T) {
	conf := func(a *v1beta2.SparkApplication) {
		a.Spec.SparkConf = map[string]string{"spark.kubernetes.driver.pod.name": "from-conf"}
	}
	for name, tc := range map[string]struct {
		app  *v1beta2.SparkApplication
		want string
	}{
		"by default follows the application": {application(), "pi-driver"},
		"sparkConf names it":                 {application(conf), "from-conf"},
		"the field wins over sparkConf": {
			application(conf, func(a *v1beta2.SparkApplication) { a.Spec.Driver.PodName = new("from-field") }), "from-field"},
		"an empty field counts as unset": {
			application(func(a *v1beta2.SparkApplication) { a.Spec.Driver.PodName = new("") }), "pi-driver"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := DriverPodName(tc.app); got != tc.want {
				t.Errorf("DriverPodName() = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCurrentDriverPodName(t *testing.T) {
	for name, tc := range map[string]struct{ recorded, want string }{
		"as recorded":                 {"other-driver", "other-driver"},
		"none is recorded":            {"", "pi-driver"},
		"one that no object can have": {"a/b", "pi-driver"},
		"one of a path":               {"..", "pi-driver"},
		"one that leaves the path":    {"%2f", "pi-driver"},
	} {
		t.Run(name, func(t *testing.T) {
			got := CurrentDriverPodName(application(func(a *v1beta2.SparkApplication) { a.Status.DriverInfo.PodName = tc.recorded }))
			if got != tc.want {
				t.Errorf("CurrentDriverPodName() = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSpecHashSeesWhatChangesARun(t *testing.T) {
	base := SpecHash(application())
	for name, tc := range map[string]struct {
		change   func(*v1beta2.SparkApplication)
		wantSame bool
	}{
		"suspend": {func(a *v1beta2.SparkApplication) { a.Spec.Suspend = new(true) }, true},
		"restart policy": {func(a *v1beta2.SparkApplication) {
			a.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyAlways}
		}, true},
		"timeouts":                     {func(a *v1beta2.SparkApplication) { a.Spec.Timeouts = &v1beta2.Timeouts{} }, true},
		"an empty map":                 {func(a *v1beta2.SparkApplication) { a.Spec.SparkConf = map[string]string{} }, true},
		"a pointer to something empty": {func(a *v1beta2.SparkApplication) { a.Spec.SparkUIOptions = &v1beta2.SparkUIConfiguration{} }, false},
		"time to live":                 {func(a *v1beta2.SparkApplication) { a.Spec.TimeToLiveSeconds = ptr.To[int64](5) }, true},
		"defaults applied":             {v1beta2.SetSparkApplicationDefaults, true},
		"labels":                       {func(a *v1beta2.SparkApplication) { a.Labels = map[string]string{"a": "b"} }, true},
		"image":                        {func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark:other") }, false},
		"arguments":                    {func(a *v1beta2.SparkApplication) { a.Spec.Arguments = []string{"10"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if same := SpecHash(application(tc.change)) == base; same != tc.wantSame {
				t.Errorf("same hash = %v, want %v", same, tc.wantSame)
			}
		})
	}
}

func TestSameSpec(t *testing.T) {
	for name, tc := range map[string]struct {
		a, b string
		want bool
	}{
		"equal":                                 {"h1-aa", "h1-aa", true},
		"changed":                               {"h1-aa", "h1-bb", false},
		"made by another version of the hash":   {"h0-aa", "h1-bb", true},
		"made before the operator kept a hash ": {"", "h1-bb", true},
		"equal but for the number of fields":    {"h2-aa-AB", "h2-aa-ABCD", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := SameSpec(tc.a, tc.b); got != tc.want {
				t.Errorf("SameSpec(%q, %q) = %v, want %v", tc.a, tc.b, got, tc.want)
			}
		})
	}
}

// A field without a row in the table would be in no hash: its changes would never be found.
func TestEveryFieldOfTheSpecSaysWhatItsChangeDoes(t *testing.T) {
	var want, got []string
	for field := range reflect.TypeFor[v1beta2.SparkApplicationSpec]().Fields() {
		want = append(want, jsonName(field))
	}
	for _, f := range Fields() {
		got = append(got, f.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields of the table (-API +table):\n%s", diff)
	}
}

func TestChangedNamesTheFields(t *testing.T) {
	base := SpecHash(application())
	changed := SpecHash(application(func(a *v1beta2.SparkApplication) {
		a.Spec.Image, a.Spec.Driver.Memory, a.Spec.Suspend = new("spark:other"), new("2g"), new(true)
	}))
	for name, tc := range map[string]struct {
		a, b string
		want []string
	}{
		"two fields":                      {base, changed, []string{"image", "driver"}},
		"nothing":                         {base, base, nil},
		"a hash of an older version":      {"h1-aa", changed, nil},
		"a hash that names no fields":     {"h2-aa", changed, nil},
		"a hash that names fewer of them": {base[:len(base)-40], changed, []string{"image"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Changed(tc.a, tc.b)); diff != "" {
				t.Errorf("Changed(%q, %q) (-want +got):\n%s", tc.a, tc.b, diff)
			}
		})
	}
}
