// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
	"github.com/alauda/spark-operator/test/localcluster/internal/registry"
)

// criNamespace is where containerd keeps what the kubelet asked for, apart from other clients'.
const criNamespace = "k8s.io"

// containerd pulls images and runs containers, for the kubelet.
func (l Layout) containerd() Program {
	return Program{
		Spec: process.Spec{
			Name: "containerd",
			Path: filepath.Join(l.ContainerdBin, "containerd"),
			Args: []string{"--config", configFiles["containerd.toml"]},
			// It finds its shim here, and runc, and the network plug-ins find iptables.
			Env: []string{"PATH=" + l.ContainerdBin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
		},
		Version: component.Containerd.Version,
		Healthy: l.containerdAnswers,
		Limit:   time.Minute,
	}
}

func (l Layout) containerdAnswers(ctx context.Context) error {
	if err := socketHealth(run + "/containerd.sock")(ctx); err != nil {
		return err
	}
	_, err := l.ctr(ctx, "version")
	return err
}

// ctr runs containerd's command line client and returns its output.
func (l Layout) ctr(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, filepath.Join(l.ContainerdBin, "ctr"),
		append([]string{"--address", run + "/containerd.sock", "--namespace", criNamespace}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("ctr %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}

// pull has containerd fetch an image from the registry, so that the next pod does not wait for it, and so that a pod
// with imagePullPolicy IfNotPresent gets what the registry has now.
func (l Layout) pull(ctx context.Context, image string) error {
	name, err := registry.FullName(image)
	if err != nil {
		return err
	}
	_, err = l.ctr(ctx, "images", "pull", "--hosts-dir", lib+"/registries", name)
	return err
}

// forgetContainers removes from containerd's database the containers of a cluster that is no more, and keeps the
// images.
//
// The cluster ends by killing everything, which leaves records of containers that no longer exist. The database is
// edited while containerd does not run: asking containerd to remove them one by one would have it look for each.
func (l Layout) forgetContainers() error {
	file := filepath.Join(l.ContainerdRoot, "io.containerd.metadata.v1.bolt", "meta.db")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := dropBuckets(file, []string{"v1", criNamespace}, "containers", "sandboxes", "leases"); err != nil {
		// A database that cannot be read is of no use. What is lost is time: the images are pulled again.
		return os.RemoveAll(l.ContainerdRoot)
	}
	for _, dir := range []string{"io.containerd.grpc.v1.cri", "io.containerd.runtime.v2.task", "io.containerd.sandbox.controller.v1.shim"} {
		if err := os.RemoveAll(filepath.Join(l.ContainerdRoot, dir)); err != nil {
			return err
		}
	}
	return nil
}

// dropBuckets deletes buckets of a database below the given path.
func dropBuckets(file string, path []string, names ...string) error {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		parent := tx.Bucket([]byte(path[0]))
		for _, name := range path[1:] {
			if parent == nil {
				return nil
			}
			parent = parent.Bucket([]byte(name))
		}
		if parent == nil {
			return nil
		}
		for _, name := range names {
			if err := parent.DeleteBucket([]byte(name)); err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

// forgetImages removes images except the named ones: those loaded into a former cluster, which a pod with
// imagePullPolicy IfNotPresent would get instead of what the registry has now.
func (l Layout) forgetImages(ctx context.Context, keep []string) error {
	table, err := l.ctr(ctx, "images", "list")
	if err != nil {
		return err
	}
	stale := staleImages(table, keep)
	if len(stale) == 0 {
		return nil
	}
	_, err = l.ctr(ctx, append([]string{"images", "remove"}, stale...)...)
	return err
}

// staleImages returns the names in a table of images (name, type, digest, ...) that are neither to be kept nor further
// names of those: the kubelet's side of containerd also keeps each image under its digest.
func staleImages(table string, keep []string) []string {
	digests := map[string]string{}
	kept := map[string]bool{}
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] == "REF" {
			continue
		}
		digests[fields[0]] = fields[2]
		if slices.Contains(keep, fields[0]) {
			kept[fields[2]] = true
		}
	}
	var stale []string
	for name, digest := range digests {
		if !kept[digest] {
			stale = append(stale, name)
		}
	}
	slices.Sort(stale)
	return stale
}
