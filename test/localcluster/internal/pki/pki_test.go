// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package pki

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIssuedCertificateIsTrustedForItsHosts(t *testing.T) {
	dir := t.TempDir()
	authority, err := NewAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	identity := Identity{Name: "system:node:a", Groups: []string{"system:nodes"}, Hosts: []string{"10.0.0.1", "a.example"}}
	if err := authority.Issue("node", identity); err != nil {
		t.Fatal(err)
	}

	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "node.crt"), filepath.Join(dir, "node.key"))
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	for _, host := range identity.Hosts {
		if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host}); err != nil {
			t.Errorf("verify for %s: %v", host, err)
		}
	}
	got := Identity{Name: pair.Leaf.Subject.CommonName, Groups: pair.Leaf.Subject.Organization}
	if diff := cmp.Diff(Identity{Name: identity.Name, Groups: identity.Groups}, got); diff != "" {
		t.Errorf("client identity (-want +got):\n%s", diff)
	}
}
