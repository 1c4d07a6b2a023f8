// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// portProperties looks at the properties that become ports of pods and Services: Spark takes any number, and the API
// server refuses the pod. A reference is resolved by Spark only.
func portProperties(conf map[string]string, sparkVersion string, path *field.Path) field.ErrorList {
	_, driversOwn := conf[sparkconf.DriverBlockManagerPort]
	var errs field.ErrorList
	for _, port := range []struct {
		key string
		// anyFree is whether 0, which is any port that is free, makes a port of no container.
		anyFree, unused bool
	}{
		{key: sparkconf.DriverPort},
		{key: sparkconf.DriverBlockManagerPort},
		{key: sparkconf.BlockManagerPort, anyFree: driversOwn},
		{key: sparkconf.UIPort},
		{key: sparkconf.ConnectPort, unused: !atLeast(sparkVersion, 4, 1)},
	} {
		value, isSet := conf[port.key]
		if !isSet || port.unused || strings.Contains(value, "${") {
			continue
		}
		number, err := sparkconf.New(sparkconf.Property{Key: port.key, Value: value}).Int(port.key, 0)
		switch {
		case err != nil:
			errs = append(errs, field.Invalid(path.Key(port.key), value, "must be a whole number between 1 and 65535, inclusive"))
		case number == 0 && port.anyFree:
		case number == 0:
			errs = append(errs, field.Invalid(path.Key(port.key), value, fmt.Sprintf("must be between 1 and 65535, inclusive: executors and Services reach the driver there%s", ownPort(port.key))))
		default:
			errs = append(errs, invalid(path.Key(port.key), value, validation.IsValidPortNum(int(number)))...)
		}
	}
	return errs
}

// ownPort says how only the driver is given another port.
func ownPort(key string) string {
	if key == sparkconf.BlockManagerPort {
		return "; to leave it to executors, set " + sparkconf.DriverBlockManagerPort + " as well"
	}
	return ""
}
