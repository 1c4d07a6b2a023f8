// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"errors"
	"fmt"
	"syscall"
)

// UnmountBelow unmounts everything at and below the folders.
func UnmountBelow(dirs ...string) error {
	points, err := MountsBelow(dirs...)
	if err != nil {
		return err
	}
	var failures []error
	for _, point := range points {
		// Detached: a mount that is still looked at must not keep the cluster from going.
		if err := syscall.Unmount(point, syscall.MNT_DETACH); err != nil {
			failures = append(failures, fmt.Errorf("unmount %s: %w", point, err))
		}
	}
	return errors.Join(failures...)
}
