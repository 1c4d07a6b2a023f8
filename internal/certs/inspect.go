// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Inspected is material that can be served.
type Inspected struct {
	// Certificate is ready for a TLS server; its Leaf is set.
	Certificate *tls.Certificate
	// RenewAt is when it should be replaced: two thirds of its life, or of its authority's if that ends sooner.
	RenewAt time.Time
}

// Inspect reports whether material can be served: key and certificate belong together, the trust bundle verifies it now
// for every host of the profile. The error says what is wrong with it and never holds any of the material.
func (p Profile) Inspect(m Material, now time.Time) (Inspected, error) {
	if len(m.Certificate) == 0 || len(m.Key) == 0 || len(m.Trust) == 0 {
		return Inspected{}, errors.New("certificate, key or trust bundle is missing")
	}
	pair, err := tls.X509KeyPair(m.Certificate, m.Key)
	if err != nil {
		return Inspected{}, fmt.Errorf("read certificate and key: %w", err)
	}
	chains, err := p.verify(pair.Leaf, m.Trust, now)
	if err != nil {
		return Inspected{}, err
	}
	renewAt := pair.Leaf.NotAfter
	for _, certificate := range slices.Concat(chains...) {
		if at := renewalTime(certificate); at.Before(renewAt) {
			renewAt = at
		}
	}
	return Inspected{Certificate: &pair, RenewAt: renewAt}, nil
}

// verify returns the chain of leaf for every host of the profile.
func (p Profile) verify(leaf *x509.Certificate, trust []byte, now time.Time) ([][]*x509.Certificate, error) {
	roots := x509.NewCertPool()
	for _, ca := range parseAll(trust) {
		roots.AddCert(ca)
	}
	var chains [][]*x509.Certificate
	for _, host := range p.Hosts {
		found, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now})
		if err != nil {
			return nil, fmt.Errorf("verify for host %s: %w", host, err)
		}
		chains = append(chains, found[0])
	}
	return chains, nil
}

func renewalTime(c *x509.Certificate) time.Time {
	return c.NotBefore.Add(c.NotAfter.Sub(c.NotBefore) / 3 * 2)
}
