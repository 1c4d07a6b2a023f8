// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// checkProperties asks for each property of sparkConf whether an application may set it, whatever submits it. Labels
// and annotations of pods are under the same rules as those of the fields. The operator acts with rights that the
// application's author may not have, so nothing of this may reach a submitter. What is harmless in a property only
// shows in the effective configuration.
func (p *Plan) checkProperties() field.ErrorList {
	path, conf := p.root.Child("sparkConf"), p.app.Spec.SparkConf
	var errs field.ErrorList
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		value := conf[key]
		if err := sparkconf.CheckUserProperty(p.app.Namespace, key, value); err != nil && !p.unneeded(key, value) {
			errs = append(errs, validation.RefuseEntry(path, key, value, err.Error()))
			continue
		}
		for _, prefix := range metadataPrefixes {
			name, found := strings.CutPrefix(key, prefix.prefix)
			if !found {
				continue
			}
			if why := validation.Reserved(p.app.Name, name, value, prefix.sparks); why != "" {
				errs = append(errs, validation.RefuseEntry(path, key, value, why))
			}
		}
		if why := validation.Reserved(p.app.Name, claimMetadata(key), value, nil); why != "" {
			errs = append(errs, validation.RefuseEntry(path, key, value, why))
		}
	}
	return errs
}

// claimMetadata returns the label or annotation that a property gives a volume claim which Spark makes; nothing for any
// other property.
func claimMetadata(key string) string {
	for _, prefix := range []string{sparkconf.DriverVolumesPrefix, sparkconf.ExecutorVolumesPrefix} {
		volume, found := strings.CutPrefix(key, prefix+"persistentVolumeClaim.")
		if !found {
			continue
		}
		_, option, _ := strings.Cut(volume, ".")
		for _, kind := range []string{"label.", "annotation."} {
			if name, found := strings.CutPrefix(option, kind); found {
				return name
			}
		}
	}
	return ""
}

// metadataPrefixes begin the properties that become labels and annotations.
var metadataPrefixes = []struct {
	prefix string
	// sparks returns whether Spark sets the label itself; nil for what it leaves to others.
	sparks func(string) bool
}{
	{sparkconf.DriverLabelPrefix, sparklabels.ReservedDriver},
	{sparkconf.ExecutorLabelPrefix, sparklabels.ReservedExecutor},
	{sparkconf.DriverAnnotationPrefix, nil},
	{sparkconf.ExecutorAnnotationPrefix, nil},
	{sparkconf.DriverServiceLabelPrefix, nil},
	{sparkconf.DriverServiceAnnotPrefix, nil},
}

// checkScheduler refuses a batch scheduler that is not enabled: its pods would wait for nobody, or not as a gang.
func (p *Plan) checkScheduler() field.ErrorList {
	if why := p.options.Features.Schedulers.Check(p.app); why != "" {
		return field.ErrorList{validation.Refuse(p.root.Child("batchScheduler"), valueOf(p.app.Spec.BatchScheduler), why)}
	}
	return nil
}
