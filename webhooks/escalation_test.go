// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/testing/escalation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// asked is an application as authors can give it to the webhook: as it is, or as the template of a schedule.
type asked struct {
	name, spec string
	answer     func(t *testing.T, change func(*app)) answer
}

func waysToAsk(t *testing.T) []asked {
	t.Helper()
	applications := validatorOf(t, configv1alpha1.ResourceQuotaIgnore)
	schedules := admission.WithValidator(testScheme(t), scheduledSparkApplicationValidator{})
	return []asked{
		{"SparkApplication", "spec", func(t *testing.T, change func(*app)) answer {
			t.Helper()
			return ask(t, applications, nil, sparkPi(change))
		}},
		{"ScheduledSparkApplication", "spec.template", func(t *testing.T, change func(*app)) answer {
			t.Helper()
			daily := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}}
			run := sparkPi(func(a *app) {
				a.Name = schedule.RunName(daily, schedule.Occasion{Slot: time.Unix(1_500_000_000, 0)})
			}, change)
			daily.Labels = run.Labels
			daily.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: run.Spec}
			return ask(t, schedules, nil, daily)
		}},
	}
}

// What the process of spark-submit must not get is for the controller to refuse: the webhook does not know how an
// application is submitted.
func TestNothingOfTheOperatorsCanBeReached(t *testing.T) {
	for _, way := range waysToAsk(t) {
		for _, attempt := range escalation.Attempts() {
			if attempt.BySparkSubmit {
				continue
			}
			t.Run(way.name+": "+attempt.Name, func(t *testing.T) {
				path := attempt.Field
				if rest, found := strings.CutPrefix(path, "spec."); found {
					path = way.spec + "." + rest
				}
				refusal := way.answer(t, attempt.Change).Refusal
				value := strconv.Quote(attempt.Value)
				if beginning := path + ": " + field.ErrorTypeInvalid.String() + ": " + value + ": "; !strings.Contains(refusal, beginning) || !strings.Contains(refusal, attempt.Fix) {
					t.Errorf("refusal %q, want %s...%s...", refusal, beginning, attempt.Fix)
				}
			})
		}
	}
}

func TestWhatIsTheAuthorsStaysAllowed(t *testing.T) {
	for _, way := range waysToAsk(t) {
		for _, permission := range escalation.Permissions() {
			if refusal := way.answer(t, permission.Change).Refusal; refusal != "" {
				t.Errorf("%s: %s: %s", way.name, permission.Name, refusal)
			}
		}
	}
}

// Each row is refused by a message that would show a secret.
func TestSecretsAreNeverShown(t *testing.T) {
	const secret = "hunter2 of the author"
	conf := func(key, value string) func(*app) {
		return func(a *app) { a.Spec.SparkConf = map[string]string{key: value} }
	}
	for name, change := range map[string]func(*app){
		"in the place of a reference": conf(sparkconf.DriverSecretKeyRefPrefix+"PASSWORD", secret),
		"by the application's own pattern": func(a *app) {
			a.Spec.SparkConf = map[string]string{"spark.redaction.regex": "(?i)factor$", sparkconf.DriverMemoryOverheadFactor: secret}
		},
		"in a property that is not the author's": conf("spark.kubernetes.authenticate.driver.oauthToken", secret),
		"in a reserved label by the application's own pattern": func(a *app) {
			a.Spec.SparkConf = map[string]string{"spark.redaction.regex": "app-name"}
			a.Spec.SparkConf[sparkconf.DriverLabelPrefix+"sparkoperator.k8s.io/app-name"] = secret
		},
		"in a label":                func(a *app) { a.Spec.Driver.Labels = map[string]string{"my-secret": secret} },
		"in an executor's label":    func(a *app) { a.Spec.Executor.Labels = map[string]string{"ACCESS_KEY": secret} },
		"in the name of a variable": func(a *app) { a.Spec.Driver.EnvVars = map[string]string{"a=token": secret} },
		"in hadoopConf":             func(a *app) { a.Spec.HadoopConf = map[string]string{"fs.s3a.secret.key=": secret} },
		"in a template": func(a *app) {
			a.Spec.Driver.Template = &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"sparkoperator.k8s.io/submission-id": secret + " token"}}}
		},
	} {
		for _, way := range waysToAsk(t) {
			refusal := way.answer(t, change).Refusal
			if strings.Contains(refusal, secret) || !strings.Contains(refusal, sparkconf.Redacted) {
				t.Errorf("%s, %s: %q shows the secret, or hides nothing", way.name, name, refusal)
			}
		}
	}
}
