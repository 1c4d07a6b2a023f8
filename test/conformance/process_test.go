// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/submission/conformance"
	"github.com/alauda/spark-operator/internal/testing/manifest"
	"github.com/alauda/spark-operator/test/conformance/sparkjvm"
)

// diverse are recorded applications that differ in what they make spark-submit do, the most revealing ones first.
var diverse = []string{
	"versions", "odd-values", "templates", "python", "secrets", "volume-properties", "hadoop", "dynamic-allocation", "r", "long-name",
}

// What the JVM that stays up makes of an application, a spark-submit of its own makes too: the other tests ask the
// right one.
func TestTheJVMIsSparkSubmit(t *testing.T) {
	count := min(int(number(t, "CONFORMANCE_PROCESSES", 2)), len(diverse))
	forEachSpark(t, func(t *testing.T, s *spark) {
		t.Helper()
		for _, name := range diverse[:count] {
			t.Run(name, func(t *testing.T) {
				app := manifest.Application(t, filepath.Join(filepath.Dir(recorded), name+".app.yaml"))
				app.Spec.SparkVersion = s.version
				var made [2][]conformance.Object
				for i, way := range []func(context.Context, *planning.Plan) error{s.sparkSubmitProcess, s.sparkSubmit} {
					objects, plan, err := s.submit(t.Context(), app, way)
					if err != nil {
						t.Fatal(err)
					}
					if made[i], err = conformance.FromSparkSubmit(objects, plan.App()); err != nil {
						t.Fatal(err)
					}
				}
				if changes := diff(made[0], made[1]); changes != "" {
					t.Errorf("-process +JVM that stays up:\n%s", changes)
				}
			})
		}
	})
}

// sparkSubmitProcess submits a plan by a spark-submit of its own.
func (s *spark) sparkSubmitProcess(ctx context.Context, plan *planning.Plan) error {
	files, err := conformance.WriteTemplates(s.dir, plan)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(s.home, "bin", "spark-submit"), conformance.Arguments(plan, master, files)...)
	command.Env = sparkjvm.Environment(s.home, s.dir)
	command.Dir = s.dir
	var output strings.Builder
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return fmt.Errorf("spark-submit: %w\n%s", err, output.String())
	}
	return nil
}
