// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/internal/migration"
)

const checkUsage = `Reports what of SparkApplications, ScheduledSparkApplications and SparkConnects would be refused here, done otherwise than by the Kubeflow Spark
Operator, or ignored: per object, with field and fix. Changes nothing. Other objects are passed over. The exit code is 1 where something is refused, or
as --fail-on says.

Usage:
  spark-operator check -f FILE [flags]
  kubectl get sparkapp,scheduledsparkapp,sparkconn -A -o json | spark-operator check -f -
  spark-operator check --cluster [flags]

Flags:
`

// failOn are the effects for which check fails, by the value of its flag: each includes those before it.
var failOn = map[string][]migration.Effect{
	"never":   nil,
	"refused": {migration.Refused},
	"differs": {migration.Refused, migration.Differs},
	"ignored": {migration.Refused, migration.Differs, migration.Ignored},
}

// checkOptions are the flags of check.
type checkOptions struct {
	files      []string
	cluster    bool
	kubeconfig string
	namespace  string
	format     string
	failOn     string
}

func parseCheckFlags(args []string, help io.Writer) (*checkOptions, error) {
	o := &checkOptions{}
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("f", "`file` with objects, - for standard input; may be repeated", func(file string) error {
		o.files = append(o.files, file)
		return nil
	})
	flags.BoolVar(&o.cluster, "cluster", false, "read the objects of a cluster")
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "`file` that says which cluster; that of kubectl unless set")
	flags.StringVar(&o.namespace, "namespace", "", "namespace to look at in the cluster; all unless set")
	flags.StringVar(&o.format, "output", "text", "text or json")
	flags.StringVar(&o.failOn, "fail-on", "refused", "for what the exit code is 1: refused; differs, for that too; ignored, for all; or never")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(help)
			fmt.Fprint(help, checkUsage)
			flags.PrintDefaults()
			return nil, err
		}
		return nil, &usageError{err.Error()}
	}
	if flags.NArg() > 0 {
		return nil, &usageError{fmt.Sprintf("argument %q is not expected; name files by -f", flags.Arg(0))}
	}
	return o, o.check()
}

func (o *checkOptions) check() error {
	_, known := failOn[o.failOn]
	switch {
	case o.cluster == (len(o.files) > 0):
		return &usageError{"name files by -f, or - for standard input, or else read a --cluster"}
	case !o.cluster && o.kubeconfig+o.namespace != "":
		return &usageError{"--kubeconfig and --namespace are for a --cluster; leave them out"}
	case o.format != "text" && o.format != formatJSON:
		return &usageError{fmt.Sprintf("--output %q: use text or json", o.format)}
	case !known:
		return &usageError{fmt.Sprintf("--fail-on %q: use refused, differs, ignored or never", o.failOn)}
	}
	return nil
}

// report is what check prints as JSON.
type report struct {
	// Objects are those about which there is something to know.
	Objects []checked `json:"objects"`
	Summary summary   `json:"summary"`
}

// checked is an object and what there is to know about it.
type checked struct {
	Kind      string              `json:"kind"`
	Namespace string              `json:"namespace,omitempty"`
	Name      string              `json:"name"`
	Place     string              `json:"place"`
	Findings  []migration.Finding `json:"findings"`
}

// summary counts objects, each by the worst that is found.
type summary struct {
	Objects int `json:"objects"`
	Refused int `json:"refused"`
	Differs int `json:"differs"`
	Ignored int `json:"ignored"`
	Same    int `json:"same"`
}

// runCheck reports what becomes of objects.
func runCheck(args []string, s streams) error {
	o, err := parseCheckFlags(args, s.out)
	if err != nil {
		return err
	}
	r := report{Objects: []checked{}}
	if o.cluster {
		err = eachOfCluster(context.Background(), o, r.add)
	} else {
		err = eachOfFiles(o.files, s.in, r.add)
	}
	// What was read before is reported all the same: one broken file hides nothing.
	var failed error
	if n := r.count(failOn[o.failOn]); n > 0 {
		failed = fmt.Errorf("%d of %d objects: %s", n, r.Summary.Objects, strings.Join(texts(failOn[o.failOn]), " or "))
	}
	return errors.Join(r.write(s.out, o.format), err, failed)
}

// eachOfFiles calls a function with each object of files.
func eachOfFiles(files []string, stdin io.Reader, each func(manifest)) error {
	var errs []error
	for _, file := range files {
		documents, err := readFile(file, stdin)
		if err != nil {
			errs = append(errs, err)
		}
		for _, document := range documents {
			objects, err := document.objects()
			errs = append(errs, at(document.place, err)...)
			for _, object := range objects {
				if object.err != nil {
					errs = append(errs, at(object.place, object.err)...)
					continue
				}
				each(object)
			}
		}
	}
	return errors.Join(errs...)
}

// add looks at an object, and notes it if there is something to know.
func (r *report) add(m manifest) {
	one, ours := examine(m)
	if !ours {
		return
	}
	r.Summary.Objects++
	if len(one.Findings) == 0 {
		r.Summary.Same++
		return
	}
	switch worst(one.Findings) {
	case migration.Refused:
		r.Summary.Refused++
	case migration.Differs:
		r.Summary.Differs++
	default:
		r.Summary.Ignored++
	}
	r.Objects = append(r.Objects, one)
}

// worst returns the worst effect of findings.
func worst(findings []migration.Finding) migration.Effect {
	for _, effect := range migration.Effects {
		if slices.ContainsFunc(findings, func(f migration.Finding) bool { return f.Effect == effect }) {
			return effect
		}
	}
	return ""
}

// count returns how many objects have findings of some effects.
func (r *report) count(effects []migration.Effect) int {
	n := 0
	for _, object := range r.Objects {
		if slices.Contains(effects, worst(object.Findings)) {
			n++
		}
	}
	return n
}

func (r *report) write(out io.Writer, format string) error {
	if format == formatJSON {
		content, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", content)
		return err
	}
	for _, object := range r.Objects {
		name := object.Name
		if object.Namespace != "" {
			name = object.Namespace + "/" + name
		}
		fmt.Fprintf(out, "%s %s (%s)\n", object.Kind, name, object.Place)
		for _, f := range object.Findings {
			text := f.Message
			if f.Field != "" {
				text = f.Field + ": " + text
			}
			fmt.Fprintf(out, "  %-7s  %s\n", f.Effect, text)
		}
	}
	s := r.Summary
	_, err := fmt.Fprintf(out, "objects: %d; refused: %d, differ: %d, have fields that are ignored: %d, the same: %d\n",
		s.Objects, s.Refused, s.Differs, s.Ignored, s.Same)
	return err
}

func texts(effects []migration.Effect) []string {
	var all []string
	for _, e := range effects {
		all = append(all, string(e))
	}
	return all
}
