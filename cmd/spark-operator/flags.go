// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/util/validation"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/config"
)

// What render prints.
type view string

const (
	viewObjects  view = "objects"
	viewRequests view = "requests"
	viewConf     view = "conf"
)

const (
	formatYAML = "yaml"
	formatJSON = "json"
)

// unknownUID stands for the UID that the API server will give. Names and ids follow from it.
const unknownUID = "00000000-0000-0000-0000-000000000000"

const renderUsage = `Prints every object that the SparkApplications of a file become, in the order in which they are created: ConfigMaps,
volume claims, Service, network policy and driver pod, and last an executor pod as the driver makes it. Of applications that are submitted by
spark-submit it prints what spark-submit is given. Asks no cluster. Values that look like secrets are masked.

Usage:
  spark-operator render -f FILE [flags]

Flags:
`

// renderOptions are the flags of render.
type renderOptions struct {
	files     []string
	namespace string
	uid       string
	attempt   int64
	format    string
	mode      string
	objects   []role
	view      view
	// operator is the configuration of the controller that would submit.
	operator *configv1alpha1.ControllerConfiguration
}

// parseRenderFlags reads the flags of render. It returns flag.ErrHelp after it has written the help.
func parseRenderFlags(args []string, help io.Writer) (*renderOptions, error) {
	o := &renderOptions{view: viewObjects}
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("f", "`file` with SparkApplications or ScheduledSparkApplications, - for standard input; may be repeated",
		func(file string) error { o.files = append(o.files, file); return nil })
	flags.StringVar(&o.namespace, "namespace", "default", "namespace of applications that name none")
	flags.StringVar(&o.uid, "uid", "", "UID of the application, from which ids and names follow; unless set it is the file's, or zeros")
	flags.Int64Var(&o.attempt, "attempt", 1, "number of the submission attempt")
	flags.StringVar(&o.format, "output", formatYAML, "yaml or json, in which documents follow one another")
	flags.StringVar(&o.mode, "mode", modeAuto, "native for objects, spark-submit for what spark-submit is given, auto for the one by which the application is submitted")
	configuration := flags.String("config", "", "`file` with the controller's configuration, for its submission mode, uploads, web UI, disruption budgets and scheduler; its defaults unless set")
	objects := flags.String("objects", "", "comma separated list of what to print: "+strings.Join(roleNames(), ", ")+"; all unless set")
	requests := flags.Bool("requests", false, "print what the application asks of a cluster in place of its objects")
	conf := flags.Bool("conf", false, "print the effective Spark configuration in place of the objects")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(help)
			fmt.Fprint(help, renderUsage)
			flags.PrintDefaults()
			return nil, err
		}
		return nil, &usageError{err.Error()}
	}
	if *requests {
		o.view = viewRequests
	}
	if *conf {
		o.view = viewConf
	}
	if *requests && *conf {
		return nil, &usageError{"--requests and --conf exclude one another; give one of them"}
	}
	if flags.NArg() > 0 {
		return nil, &usageError{fmt.Sprintf("argument %q is not expected; name files by -f", flags.Arg(0))}
	}
	var err error
	if o.operator, err = config.LoadController(*configuration); err != nil {
		return nil, err
	}
	return o, o.check(*objects)
}

func (o *renderOptions) check(objects string) error {
	if len(o.files) == 0 {
		return &usageError{"no file is given; name one by -f, or - for standard input"}
	}
	if o.attempt < 1 {
		return &usageError{fmt.Sprintf("--attempt %d: attempts count from 1", o.attempt)}
	}
	if reasons := validation.IsDNS1123Label(o.namespace); len(reasons) > 0 {
		return &usageError{fmt.Sprintf("--namespace %q: no namespace has such a name: %s", o.namespace, reasons[0])}
	}
	if _, err := uuid.Parse(o.uid); o.uid != "" && (err != nil || len(o.uid) != len(unknownUID)) {
		return &usageError{fmt.Sprintf("--uid %q: the API server gives UIDs such as 11111111-2222-3333-4444-555555555555; copy it from metadata.uid", o.uid)}
	}
	if o.format != formatYAML && o.format != formatJSON {
		return &usageError{fmt.Sprintf("--output %q: use yaml or json", o.format)}
	}
	if _, known := modes[o.mode]; !known {
		return &usageError{fmt.Sprintf("--mode %q: use auto, native or spark-submit", o.mode)}
	}
	if o.view != viewObjects && o.mode != modeAuto {
		return &usageError{"--requests and --conf print the same in every mode; leave --mode out"}
	}
	return o.chooseObjects(objects)
}

func (o *renderOptions) chooseObjects(objects string) error {
	if objects == "" {
		return nil
	}
	if o.view != viewObjects {
		return &usageError{"--objects chooses among the objects, which --requests and --conf do not print; leave it out"}
	}
	if o.mode == modeSparkSubmit {
		return &usageError{"--objects chooses among the objects, of which spark-submit is given none; leave it out"}
	}
	o.mode = modeNative
	for name := range strings.SplitSeq(objects, ",") {
		if !slices.Contains(roleNames(), name) {
			return &usageError{fmt.Sprintf("--objects %q: use some of %s", name, strings.Join(roleNames(), ","))}
		}
		o.objects = append(o.objects, role(name))
	}
	return nil
}

// wants returns whether objects of the role are to be printed.
func (o *renderOptions) wants(r role) bool {
	return len(o.objects) == 0 || slices.Contains(o.objects, r)
}

func roleNames() []string {
	names := make([]string, 0, len(roles))
	for _, r := range roles {
		names = append(names, string(r))
	}
	return names
}
