// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/large"
	"github.com/alauda/spark-operator/internal/webui"
)

// smallest is an application with what it must have.
func smallest() *v1beta2.SparkApplication {
	return builder.Stored("team", "pi", func(app *v1beta2.SparkApplication) {
		app.Spec.SparkVersion, app.Spec.Image = "4.2.0", new("spark:4.2.0")
	})
}

// planned is all that is computed for an attempt, whatever takes it to a cluster, and what is hidden in messages about
// it.
func planned(tb testing.TB, fill fill, size int) large.Work {
	tb.Helper()
	return plannedFor(tb, fill, size, natively, bySparkSubmit, demanded)
}

// plannedFor is a plan, and what is computed from it by steps.
func plannedFor(tb testing.TB, fill fill, size int, steps ...func(*planning.Plan) error) large.Work {
	tb.Helper()
	app := filled(fill, size)
	return func() { makePlan(tb, app, steps...) }
}

// readAndPlanned is the same of an application as it is stored, as far as it can be read.
func readAndPlanned(tb testing.TB, fill fill, size int, steps ...func(*planning.Plan) error) large.Work {
	tb.Helper()
	raw, err := json.Marshal(filled(fill, size))
	if err != nil {
		tb.Fatal(err)
	}
	return func() {
		app := &v1beta2.SparkApplication{}
		if decoding.Into(raw, app, "") == nil {
			makePlan(tb, app, steps...)
		}
	}
}

func filled(fill fill, size int) *v1beta2.SparkApplication {
	app := smallest()
	fill(app, size)
	app.Namespace, app.Name = "team", "pi"
	return app
}

func makePlan(tb testing.TB, app *v1beta2.SparkApplication, steps ...func(*planning.Plan) error) {
	tb.Helper()
	options := planning.Options{Features: features.Options{WebUI: webui.Options{Service: true, URLFormat: "{{$appName}}.example.com"}}}
	message := strings.Builder{}
	plan, err := planning.NewPlan(app, identity.Of(app, 1), options)
	if err == nil {
		for _, step := range steps {
			if err := step(plan); err != nil {
				message.WriteString(err.Error())
			}
		}
		message.WriteString(strings.Join(plan.Warnings(), "\n"))
	} else {
		message.WriteString(err.Error())
	}
	if planning.HideSecrets(app, errors.New(message.String())) == nil {
		tb.Error("the error is gone")
	}
}

func natively(plan *planning.Plan) error {
	if _, err := plan.DependentObjects(); err != nil {
		return err
	}
	_, err := plan.Render()
	return err
}

func bySparkSubmit(plan *planning.Plan) error {
	if _, err := plan.DependentObjects(); err != nil {
		return err
	}
	plan.Conf().Properties("")
	plan.Conf().Redacted()
	for _, template := range []func() (*corev1.Pod, error){plan.DriverTemplate, plan.ExecutorTemplate} {
		pod, err := template()
		if err != nil {
			return err
		}
		if _, err := planning.TemplateFile(pod); err != nil {
			return err
		}
	}
	return nil
}

func demanded(plan *planning.Plan) error {
	_, err := plan.Requests()
	return err
}

// sparkProperties are the constants of package sparkconf: a property, or the begin of many.
func sparkProperties(tb testing.TB) []string {
	tb.Helper()
	files, err := filepath.Glob("../../pkg/sparkconf/keys*.go")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no keys: %v", err)
	}
	found := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			tb.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if literal, is := n.(*ast.BasicLit); is && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && strings.HasPrefix(text, "spark.") {
					found[text] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// fill makes something in an application large.
type fill func(app *v1beta2.SparkApplication, size int)

// largeCases are every field; every property with a long value of some forms, and every prefix of properties with many
// of them; and what is large twice.
func largeCases(tb testing.TB, deepest int) map[string]fill {
	tb.Helper()
	cases, fields := map[string]fill{}, map[string]large.Field{}
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		fields[field.Path] = field
		if field.Depth <= deepest {
			cases[field.Path] = func(app *v1beta2.SparkApplication, size int) { field.Fill(app, size) }
		}
	}
	keys := []string{
		"%d", "spark.%d", "spark.%d.password", "spark.driver.resource.x%d.amount", "spark.executor.resource.x%d.vendor",
		"spark.kubernetes.driver.volumes.emptyDir.x.label.x%d", "spark.kubernetes.driver.volumes.hostPath.x%d.options.path",
		"spark.kubernetes.driver.volumes.emptyDir.x%d.mount.path", "spark.kubernetes.executor.volumes.emptyDir.x%d.mount.path",
	}
	for _, key := range sparkProperties(tb) {
		if strings.HasSuffix(key, ".") {
			keys = append(keys, key+"x%d")
			continue
		}
		for _, text := range []string{"a", "1", "/a,", "(a?)"} {
			cases["spec.sparkConf["+key+"]="+text] = func(app *v1beta2.SparkApplication, size int) {
				app.Spec.SparkConf = map[string]string{key: strings.Repeat(text, size/len(text))}
			}
		}
	}
	for _, key := range keys {
		field := fields["spec.sparkConf"].Of(key)
		cases[field.Path] = func(app *v1beta2.SparkApplication, size int) { field.Fill(app, size) }
	}
	maps.Copy(cases, twice(fields))
	return cases
}

// twice are two large things that meet.
func twice(fields map[string]large.Field) map[string]fill {
	fillBoth := func(one, other string) fill {
		return func(app *v1beta2.SparkApplication, size int) {
			fields[one].Fill(app, size/2)
			fields[other].Fill(app, size/2)
		}
	}
	return map[string]fill{
		"many volumes, all mounted": func(app *v1beta2.SparkApplication, size int) {
			fields["spec.volumes"].Fill(app, size/2)
			for i := range app.Spec.Volumes {
				mount := corev1.VolumeMount{Name: app.Spec.Volumes[i].Name, MountPath: "/" + app.Spec.Volumes[i].Name}
				app.Spec.Driver.VolumeMounts = append(app.Spec.Driver.VolumeMounts, mount)
			}
			app.Spec.Executor.VolumeMounts = app.Spec.Driver.VolumeMounts
		},
		"many volumes for scratch space, all mounted": func(app *v1beta2.SparkApplication, size int) {
			fields["spec.volumes"].Fill(app, size/2)
			for i := range app.Spec.Volumes {
				app.Spec.Volumes[i].Name = fmt.Sprintf("spark-local-dir-%d", i)
				app.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
				mount := corev1.VolumeMount{Name: app.Spec.Volumes[i].Name, MountPath: fmt.Sprintf("/%d", i)}
				app.Spec.Driver.VolumeMounts = append(app.Spec.Driver.VolumeMounts, mount)
			}
			app.Spec.Executor.VolumeMounts = app.Spec.Driver.VolumeMounts
		},
		"a large volume, mounted often": func(app *v1beta2.SparkApplication, size int) {
			fields["spec.volumes[].configMap.items"].Fill(app, size/2)
			fields["spec.driver.volumeMounts"].Fill(app, size/2)
			for i := range app.Spec.Driver.VolumeMounts {
				app.Spec.Driver.VolumeMounts[i].Name = app.Spec.Volumes[0].Name
			}
		},
		"variables in both forms":   fillBoth("spec.driver.env", "spec.driver.envVars"),
		"variables and references":  fillBoth("spec.executor.env", "spec.executor.envSecretKeyRefs"),
		"labels and properties":     fillBoth("metadata.labels", "spec.sparkConf"),
		"fields and a template":     fillBoth("spec.driver.env", "spec.driver.template.spec.containers[].env"),
		"tolerations in a template": fillBoth("spec.executor.tolerations", "spec.executor.template.spec.tolerations"),
		"many secrets and a long message": func(app *v1beta2.SparkApplication, size int) {
			fields["spec.sparkConf"].Of("spark.%d.password").Fill(app, size/2)
			fields["spec.driver.ports"].Fill(app, size/2)
			for i := range app.Spec.Driver.Ports {
				app.Spec.Driver.Ports[i].Name = "password"
			}
		},
		"nested secrets and a long message": func(app *v1beta2.SparkApplication, size int) {
			app.Spec.Driver.EnvVars = map[string]string{}
			for i, room := 4, size/2; room > 0; i++ {
				app.Spec.Driver.EnvVars[fmt.Sprintf("PASSWORD_%d", i)] = strings.Repeat("a", i)
				room -= i
			}
			app.Spec.SparkUIOptions = &v1beta2.SparkUIConfiguration{ServicePortName: new(strings.Repeat("a", size/2))}
		},
		"a long pattern and long values": func(app *v1beta2.SparkApplication, size int) {
			app.Spec.SparkConf = map[string]string{"spark.redaction.regex": strings.Repeat("(a?)", 900), "spark.x": strings.Repeat("a", size)}
		},
		"a pattern that repeats and long values": func(app *v1beta2.SparkApplication, size int) {
			app.Spec.SparkConf = map[string]string{"spark.redaction.regex": "((a?){30}){30}z", "spark.x": strings.Repeat("a", size)}
		},
	}
}

// What planning costs never grows with the square of what an author writes, whatever the field or property.
func TestPlanningGrowsWithItsApplication(t *testing.T) {
	const size = 256 << 10
	large.Quiet(t)
	for name, fill := range largeCases(t, 1) {
		t.Run(name, func(t *testing.T) {
			large.Grows(t, size, func(size int) large.Work { return planned(t, fill, size) })
		})
	}
}

// Planning of the largest application that can be stored, as far as it can be read, needs bounded memory, whatever list
// or map is large.
func TestPlanningOfTheLargestApplications(t *testing.T) {
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		if field.Depth > 1 || field.Text || strings.HasPrefix(field.Path, "spec.executor.") {
			continue
		}
		t.Run(field.Path, func(t *testing.T) {
			for how, step := range map[string]func(*planning.Plan) error{"native": natively, "spark-submit": bySparkSubmit} {
				t.Run(how, func(t *testing.T) {
					large.Needs(t, readAndPlanned(t, func(app *v1beta2.SparkApplication, size int) { field.Fill(app, size) }, large.Stored, step))
				})
			}
		})
	}
}

// BenchmarkLargest reports for each field and property what the largest application costs.
func BenchmarkLargest(b *testing.B) {
	for name, fill := range largeCases(b, math.MaxInt) {
		for how, step := range map[string]func(*planning.Plan) error{"native": natively, "spark-submit": bySparkSubmit} {
			b.Run(name+"/"+how, func(b *testing.B) {
				work := readAndPlanned(b, fill, large.Stored, step)
				large.Report(b, work)
			})
		}
	}
}
