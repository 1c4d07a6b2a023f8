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
	var volumes []volume
	seen := map[string]bool{}
	for _, property := range conf.WithPrefix(prefix) {
		parts := strings.SplitN(property.Key, ".", 3)
		if len(parts) < 2 || seen[parts[0]+"."+parts[1]] {
			continue
		}
		seen[parts[0]+"."+parts[1]] = true
		options := sparkconf.New(conf.WithPrefix(prefix + parts[0] + "." + parts[1] + ".")...)
		if !v.claims {
			forgetOptions(options)
		}
		parsed, err := parseVolume(options, parts[0], parts[1])
		if err != nil {
			return nil, fmt.Errorf("%s%s.%s: %w", prefix, parts[0], parts[1], err)
		}
		volumes = append(volumes, parsed)
	}
	return volumes, nil
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
