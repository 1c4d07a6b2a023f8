// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Plan is one attempt to run an application, resolved. It does not change: what its methods return is the caller's own.
type Plan struct {
	app       *v1beta2.SparkApplication
	attempt   identity.Attempt
	options   Options
	conf      *sparkconf.Conf
	selection render.Selection
	// priority is the priority class that features have for pods of a role.
	priority map[podmutation.Role]string
	// overridden are the options of JVMs in sparkConf that a field sets otherwise, by property.
	overridden map[string][]string
	// root is where the spec stands in the object that its author wrote.
	root *field.Path
	// unsupported is what native submission cannot express; nil where it can express all.
	unsupported *UnsupportedError
}

// NewPlan resolves the application for the attempt. It is pure, and does not keep or change the application. It returns
// an InvalidError where the application cannot be run by anybody.
func NewPlan(app *v1beta2.SparkApplication, id identity.Attempt, o Options) (*Plan, error) {
	p, errs := resolve(app, id, o, field.NewPath("spec"))
	if len(errs) > 0 {
		return nil, &InvalidError{Errors: errs}
	}
	return p, nil
}

// resolve makes a plan of an application whose spec stands at root, and says everything that is wrong with it; only one
// with which nothing is wrong is a plan.
func resolve(app *v1beta2.SparkApplication, id identity.Attempt, o Options, root *field.Path) (*Plan, field.ErrorList) {
	own := app.DeepCopy()
	v1beta2.SetSparkApplicationDefaults(own)
	p := &Plan{app: own, attempt: id, options: o.withDefaults(), selection: render.ForVersion(own.Spec.SparkVersion), root: root}
	var errs field.ErrorList
	p.conf, p.overridden, errs = effectiveConf(p)
	p.unsupported = p.findUnsupported()
	return p, slices.Concat(validation.SparkApplication(own, root), p.checkProperties(), errs, p.checkMounts(), p.checkConfiguration(), p.checkReferences(), p.checkScheduler())
}

// Namespace returns the namespace of the application and of all its objects.
func (p *Plan) Namespace() string { return p.app.Namespace }

// Name returns the name of the application.
func (p *Plan) Name() string { return p.app.Name }

// App returns the application with its defaults.
func (p *Plan) App() *v1beta2.SparkApplication { return p.app.DeepCopy() }

// Attempt returns the identity of the attempt.
func (p *Plan) Attempt() identity.Attempt { return p.attempt }

// Conf returns the effective Spark configuration, as spark-submit would be given it.
func (p *Plan) Conf() *sparkconf.Conf { return p.conf.Clone() }

// Master returns the address of the API server, beginning with k8s://.
func (p *Plan) Master() string { return p.options.Master }

// MainClass returns the class to start; empty where the main file says.
func (p *Plan) MainClass() string { return valueOf(p.app.Spec.MainClass) }

// MainFile returns the file to run.
func (p *Plan) MainFile() string { return valueOf(p.app.Spec.MainApplicationFile) }

// Args returns the application's arguments.
func (p *Plan) Args() []string { return slices.Clone(p.app.Spec.Arguments) }

// ProxyUser returns the user to impersonate; empty for none.
func (p *Plan) ProxyUser() string { return valueOf(p.app.Spec.ProxyUser) }

// DriverContainer returns the name by which Spark looks for its container in the driver's template.
func (p *Plan) DriverContainer() string {
	return podmutation.AskedContainer(&p.app.Spec, podmutation.Driver)
}

// Version returns the version of Spark that the plan is for.
func (p *Plan) Version() render.Selection { return p.selection }

// names derives from the attempt what Spark would draw at random. The two ids are halves of the application's id.
func (p *Plan) names() render.Names {
	id := strings.TrimPrefix(p.attempt.ApplicationID, "spark-")
	half := len(id) / 2
	names := render.Names{
		Prefix:    sparklabels.ResourceNamePrefix(p.app.Name, id[:half]),
		Fallback:  id[half:],
		ConfigMap: "spark-drv-" + id[:half] + "-conf-map",
		LocalDir:  "/var/data/spark-" + p.attempt.SubmissionID,
	}
	if podmutation.IsServer(p.app) {
		names.Template = sparklabels.ConnectConfigMap(p.app.Name)
	}
	return names
}

// labels are the labels that every object of the attempt carries.
func (p *Plan) labels() map[string]string {
	return map[string]string{
		p.nameLabel():            p.app.Name,
		sparklabels.SubmissionID: p.attempt.SubmissionID,
	}
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
