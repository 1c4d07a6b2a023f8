// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// The kinds of volumes that Spark knows.
const (
	volumeHostPath = "hostPath"
	volumeClaim    = "persistentVolumeClaim"
	volumeEmptyDir = "emptyDir"
	volumeNFS      = "nfs"
)

// onDemand in a claim's name asks Spark to make the name, and so the claim.
const onDemand = "OnDemand"

// leastSize is the least size of a volume that is given without a unit; Spark takes less as a unit forgotten.
const leastSize = 1024

// volume is a volume described by properties <kind>.<name>.{mount,options,label,annotation}.*
type volume struct {
	kind, name                        string
	path, subPath, subPathExpr        string
	readOnly                          bool
	sourcePath, hostPathType, server  string
	claim, storageClass, size, medium string
	labels, annotations               map[string]string
}

// parseVolumes reads the volumes of a role, in the order of kind and name.
func (v Version) parseVolumes(conf *sparkconf.Conf, prefix string) ([]volume, error) {
	var found []described
	at := map[[2]string]int{}
	for _, property := range conf.WithPrefix(prefix) {
		kind, rest, dotted := strings.Cut(property.Key, ".")
		if !dotted {
			continue
		}
		name, option, isOption := strings.Cut(rest, ".")
		i, known := at[[2]string{kind, name}]
		if !known {
			i = len(found)
			at[[2]string{kind, name}] = i
			found = append(found, described{kind: kind, name: name})
		}
		if isOption {
			found[i].options = append(found[i].options, sparkconf.Property{Key: option, Value: property.Value})
		}
	}
	volumes := make([]volume, 0, len(found))
	for _, d := range found {
		options := sparkconf.New(d.options...)
		if !v.claims {
			forgetOptions(options)
		}
		parsed, err := parseVolume(options, d.kind, d.name)
		if err != nil {
			return nil, fmt.Errorf("%s%s.%s: %w", prefix, d.kind, d.name, err)
		}
		volumes = append(volumes, parsed)
	}
	return volumes, nil
}

// described is a volume and the options that properties give it.
type described struct {
	kind, name string
	options    []sparkconf.Property
}

// forgetOptions drops what versions without claims do not look at.
func forgetOptions(options *sparkconf.Conf) {
	for _, property := range options.Sorted() {
		key := property.Key
		if key == "mount.subPathExpr" || key == "options.type" || strings.HasPrefix(key, "label.") || strings.HasPrefix(key, "annotation.") {
			options.Delete(key)
		}
	}
}

func parseVolume(options *sparkconf.Conf, kind, name string) (volume, error) {
	v := volume{
		kind: kind, name: name,
		path: options.Get("mount.path"), subPath: options.Get("mount.subPath"), subPathExpr: options.Get("mount.subPathExpr"),
		sourcePath: options.Get("options.path"), hostPathType: options.Get("options.type"), server: options.Get("options.server"),
		claim: options.Get("options.claimName"), storageClass: options.Get("options.storageClass"),
		size: options.Get("options.sizeLimit"), medium: options.Get("options.medium"),
		labels: options.MapWithPrefix("label."), annotations: options.MapWithPrefix("annotation."),
	}
	required, known := map[string][]string{
		volumeHostPath: {"mount.path", "options.path"},
		volumeClaim:    {"mount.path", "options.claimName"},
		volumeEmptyDir: {"mount.path"},
		volumeNFS:      {"mount.path", "options.path", "options.server"},
	}[kind]
	if !known {
		return volume{}, fmt.Errorf("volumes of kind %q are not supported, only hostPath, persistentVolumeClaim, emptyDir and nfs", kind)
	}
	for _, key := range required {
		if !options.Contains(key) {
			return volume{}, fmt.Errorf("%s is not set", key)
		}
	}
	if options.Contains("mount.subPath") && options.Contains("mount.subPathExpr") {
		return volume{}, fmt.Errorf("mount.subPath and mount.subPathExpr exclude each other")
	}
	readOnly, err := options.Bool("mount.readOnly", false)
	if err != nil {
		return volume{}, err
	}
	v.readOnly = readOnly
	if size, err := strconv.ParseInt(v.size, 10, 64); err == nil && size < leastSize {
		return volume{}, fmt.Errorf("size %q is less than 1 KiB; is a unit missing", v.size)
	}
	return v, nil
}
