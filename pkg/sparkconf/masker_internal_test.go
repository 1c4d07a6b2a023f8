// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import "testing"

func TestOrdinaryWords(t *testing.T) {
	for text, want := range map[string]bool{
		"minio": true, "Minio": true, "MINIO": true, "minio-ingest": true, "Team-Lake_a.b": true, "true": true, "1": true, "s3": true, "4040": true, "1234567": true,
		"a!": true, "miniosecretword": true, "miniosecretwords": false, "12345678": false, "hunter2": false, "qWerTy": false, "a b c": false, "s3cr&t": false, "pässe": false,
	} {
		if got := isOrdinary(text); got != want {
			t.Errorf("isOrdinary(%q) = %t, want %t", text, got, want)
		}
	}
}
