// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package migration

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
)

func TestApplication(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(app *v1beta2.SparkApplication)
		want   []string
	}{
		"what is the same here": {func(*v1beta2.SparkApplication) {}, nil},
		"what is refused": {
			func(app *v1beta2.SparkApplication) { app.Spec.Mode = v1beta2.DeployModeClient },
			[]string{"refused spec.mode"},
		},
		"what has no effect": {
			func(app *v1beta2.SparkApplication) { app.Spec.FailureRetries = new(int32(3)) },
			[]string{"ignored spec.failureRetries"},
		},
		"what only spark-submit can do": {
			func(app *v1beta2.SparkApplication) {
				app.Spec.SparkConf = map[string]string{"spark.kubernetes.driver.pod.featureSteps": "org.example.Step"}
			},
			[]string{"differs spark.kubernetes.driver.pod.featureSteps"},
		},
		"retries": {
			func(app *v1beta2.SparkApplication) {
				app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: new(int32(2)), OnSubmissionFailureRetries: new(int32(2))}
			},
			[]string{"differs spec.restartPolicy.onFailureRetryInterval", "differs spec.restartPolicy.onSubmissionFailureRetryInterval"},
		},
		"one retry, before which both wait for the interval": {
			func(app *v1beta2.SparkApplication) {
				app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyOnFailure, OnFailureRetries: new(int32(1)), OnSubmissionFailureRetries: new(int32(1))}
			},
			nil,
		},
		"runs without end": {
			func(app *v1beta2.SparkApplication) { app.Spec.RestartPolicy.Type = v1beta2.RestartPolicyAlways },
			[]string{"differs spec.restartPolicy.type"},
		},
		"labels of a GitOps tool": {
			func(app *v1beta2.SparkApplication) {
				app.Labels = map[string]string{"argocd.argoproj.io/instance": "a", "team": "b"}
			},
			[]string{"differs metadata.labels[argocd.argoproj.io/instance]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			app := builder.SparkApplication("team", "pi", tc.change)
			if diff := cmp.Diff(tc.want, heads(Application(app))); diff != "" {
				t.Errorf("application (-want +got):\n%s", diff)
			}
			// A schedule has the same of its template.
			schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "nightly", Labels: app.Labels}}
			schedule.Spec.Schedule, schedule.Spec.Template, schedule.Spec.ConcurrencyPolicy = "@daily", app.Spec, v1beta2.ConcurrencyForbid
			var want []string
			for _, head := range tc.want {
				want = append(want, strings.Replace(head, " spec.", " spec.template.", 1))
			}
			if diff := cmp.Diff(want, heads(Schedule(schedule))); diff != "" {
				t.Errorf("schedule (-want +got):\n%s", diff)
			}
		})
	}
}

func TestScheduleWithoutConcurrencyPolicy(t *testing.T) {
	schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "nightly"}}
	schedule.Spec.Schedule, schedule.Spec.Template = "@daily", builder.SparkApplication("team", "pi").Spec
	if diff := cmp.Diff([]string{"differs spec.concurrencyPolicy"}, heads(Schedule(schedule))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	schedule.Name = "Nightly"
	if diff := cmp.Diff([]string{"refused metadata.name", "differs spec.concurrencyPolicy"}, heads(Schedule(schedule))); diff != "" {
		t.Errorf("of a name that is refused (-want +got):\n%s", diff)
	}
}

// heads are effect and field of each finding.
func heads(list []Finding) []string {
	var all []string
	for _, f := range list {
		all = append(all, strings.TrimSpace(string(f.Effect)+" "+f.Field))
	}
	return all
}

// Nothing is called refused that webhook and controller would take, nor the other way round.
func TestRefusedIsWhatIsRefused(t *testing.T) {
	for _, change := range []func(*v1beta2.SparkApplication){
		func(*v1beta2.SparkApplication) {},
		func(app *v1beta2.SparkApplication) { app.Spec.Driver.Cores = new(int32(0)) },
		func(app *v1beta2.SparkApplication) { app.Spec.Driver.Memory = new("much") },
		func(app *v1beta2.SparkApplication) {
			app.Spec.SparkConf = map[string]string{"spark.kubernetes.namespace": "other"}
		},
		func(app *v1beta2.SparkApplication) {
			app.Spec.SparkConf = map[string]string{"spark.executor.cores": "2"}
		},
		func(app *v1beta2.SparkApplication) { app.Spec.SparkVersion = "two" },
	} {
		app := builder.SparkApplication("team", "pi", change)
		refused := 0
		for _, f := range Application(app) {
			if f.Effect == Refused {
				refused++
			}
		}
		if want := len(planning.Examine(app, specPath, planning.Options{}).Errors); refused != want {
			t.Errorf("%d errors are reported, want %d", refused, want)
		}
	}
}

func TestServer(t *testing.T) {
	server := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "Connect"}}
	server.Spec.SparkVersion = "4.0.1"
	server.Spec.SparkConf = map[string]string{"spark.kubernetes.file.upload.path": "s3a://bucket"}
	server.Spec.SparkConf["spark.kubernetes.namespace"] = "other"
	got := heads(Server(server))
	want := []string{"refused metadata.name", "refused spec.sparkConf[spark.kubernetes.namespace]", "ignored spec.sparkConf[spark.kubernetes.file.upload.path]"}
	for _, one := range want {
		if !strings.Contains(strings.Join(got, "\n"), one) {
			t.Errorf("findings %q lack %q", got, one)
		}
	}
}

// Of servers, too, all that the webhook refuses is refused.
func TestRefusedServersAreWhatIsRefused(t *testing.T) {
	for key, value := range map[string]string{
		"spark.executor.memory": "much", "spark.executor.instances": "many", "spark.kubernetes.executor.podNamePrefix": "UPPER", "spark.kubernetes.namespace": "other",
		"spark.kubernetes.executor.request.cores": "half", "spark.eventLog.enabled": "true",
	} {
		server := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "connect"}}
		server.Spec.SparkVersion, server.Spec.Image, server.Spec.SparkConf = "4.0.1", new("spark:4.0.1"), map[string]string{key: value}
		var refused []string
		for _, f := range Server(server) {
			if f.Effect == Refused {
				refused = append(refused, f.Field)
			}
		}
		var want []string
		for _, err := range connect.Examine(server).Errors {
			want = append(want, err.Field)
		}
		if diff := cmp.Diff(want, refused); diff != "" {
			t.Errorf("%s=%s (-want +got):\n%s", key, value, diff)
		}
	}
}

func TestSecretsAreHidden(t *testing.T) {
	app := builder.SparkApplication("team", "pi", func(app *v1beta2.SparkApplication) {
		app.Spec.SparkConf = map[string]string{"spark.hadoop.fs.s3a.secret.key": "HIDE4711+xyzzyAbCd", "spark.executor.instances": "HIDE4711+xyzzyAbCd"}
	})
	found := Application(app)
	if len(found) == 0 {
		t.Error("nothing is found")
	}
	for _, f := range found {
		if strings.Contains(f.Message, "HIDE") {
			t.Errorf("%s: %s", f.Field, f.Message)
		}
	}
}

func TestSentence(t *testing.T) {
	for sentence, want := range map[string]Finding{
		"spec.mode: no: never":                  {Refused, "spec.mode", "no: never"},
		`spec.sparkConf[a b]: "x: y": is wrong`: {Refused, "spec.sparkConf[a b]", `"x: y": is wrong`},
		"it cannot be read: line 3: no":         {Refused, "", "it cannot be read: line 3: no"},
		"metadata":                              {Refused, "", "metadata"},
	} {
		if diff := cmp.Diff(want, Sentence(Refused, sentence)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sentence, diff)
		}
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	list := []Finding{{Ignored, "a", ""}, {Differs, "b", ""}, {Refused, "c", ""}, {Differs, "d", ""}}
	Sort(list)
	if diff := cmp.Diff([]Finding{{Refused, "c", ""}, {Differs, "b", ""}, {Differs, "d", ""}, {Ignored, "a", ""}}, list); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The document lists every difference that is reported.
func TestDifferencesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/migrating.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "`concurrencyPolicy`") {
		t.Error("docs/migrating.md does not say what differs in concurrencyPolicy")
	}
	for _, d := range known {
		if field := strings.Join(d.path, "."); !strings.Contains(string(page), "`"+field+"`") {
			t.Errorf("docs/migrating.md does not say what differs in %s", field)
		}
	}
}
