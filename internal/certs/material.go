// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

const (
	blockCertificate = "CERTIFICATE"
	blockPrivateKey  = "PRIVATE KEY"

	// backdating makes a new certificate valid for API servers whose clock is behind ours.
	backdating = time.Hour

	// maxAuthorities bounds the trust bundle, which is copied into every webhook of every configuration. Two are enough
	// for a rotation; the rest is for a certificate that had to be replaced again before the rotation was through.
	maxAuthorities = 4

	organization = "spark-operator"
)

// Material is what the Secret holds, PEM-encoded: a serving certificate with its key, and the authorities that clients
// are to trust.
type Material struct {
	Certificate []byte
	Key         []byte
	Trust       []byte
}

// Profile says what a serving certificate has to be.
type Profile struct {
	// Hosts are the DNS names it is valid for; the first one is also its subject.
	Hosts []string
	// Validity is how long it is valid from now.
	Validity time.Duration
}

// Mint makes a serving certificate and the authority that signs it. The authorities of earlier are kept in the trust
// bundle as long as they are valid, because certificates that they signed may still be served elsewhere.
func (p Profile) Mint(now time.Time, earlier []byte) (Material, error) {
	ca, err := p.newAuthority(now)
	if err != nil {
		return Material{}, fmt.Errorf("make authority: %w", err)
	}
	leaf, key, err := p.newServing(now, ca)
	if err != nil {
		return Material{}, fmt.Errorf("make serving certificate: %w", err)
	}
	return Material{
		Certificate: encode(blockCertificate, leaf),
		Key:         encode(blockPrivateKey, key),
		Trust:       trustBundle(now, ca.certificate, earlier),
	}, nil
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func (p Profile) newAuthority(now time.Time) (authority, error) {
	template, err := p.template(now)
	if err != nil {
		return authority{}, err
	}
	// The serial number keeps the names of successive authorities apart: a verifier that finds a parent by name must
	// not have to try several keys.
	template.Subject = pkix.Name{Organization: []string{organization}, CommonName: "webhook-ca-" + template.SerialNumber.Text(36)}
	template.IsCA = true
	template.MaxPathLenZero = true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, fmt.Errorf("generate key: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, fmt.Errorf("sign: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return authority{}, fmt.Errorf("parse: %w", err)
	}
	return authority{certificate: certificate, key: key}, nil
}

func (p Profile) newServing(now time.Time, ca authority) (certificate, privateKey []byte, err error) {
	template, err := p.template(now)
	if err != nil {
		return nil, nil, err
	}
	template.Subject = pkix.Name{Organization: []string{organization}, CommonName: commonName(p.Hosts)}
	template.DNSNames = p.Hosts
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("generate key: %w", err)
	}
	certificate, err = x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	if err != nil {
		return nil, nil, fmt.Errorf("sign: %w", err)
	}
	privateKey, err = x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, fmt.Errorf("encode key: %w", err)
	}
	return certificate, privateKey, nil
}

func (p Profile) template(now time.Time) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("draw serial number: %w", err)
	}
	return &x509.Certificate{
		SerialNumber:          serial,
		NotBefore:             now.Add(-backdating),
		NotAfter:              now.Add(p.Validity),
		BasicConstraintsValid: true,
	}, nil
}

// commonName leaves out what does not fit: a common name of more than 64 characters is invalid, and nobody but people
// reads it.
func commonName(hosts []string) string {
	if len(hosts) == 0 || len(hosts[0]) > 64 {
		return ""
	}
	return hosts[0]
}

// trustBundle is newest and those of earlier that are valid, newest first and each once.
func trustBundle(now time.Time, newest *x509.Certificate, earlier []byte) []byte {
	trusted := []*x509.Certificate{newest}
	for _, candidate := range parseAll(earlier) {
		known := false
		for _, t := range trusted {
			known = known || t.Equal(candidate)
		}
		if !known && candidate.IsCA && now.Before(candidate.NotAfter) && len(trusted) < maxAuthorities {
			trusted = append(trusted, candidate)
		}
	}
	var out bytes.Buffer
	for _, t := range trusted {
		out.Write(encode(blockCertificate, t.Raw))
	}
	return out.Bytes()
}

// parseAll returns the certificates it can read and passes over the rest: a bundle that somebody damaged must not keep
// a new one from being made.
func parseAll(bundle []byte) []*x509.Certificate {
	var found []*x509.Certificate
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != blockCertificate {
			continue
		}
		if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
			found = append(found, certificate)
		}
	}
	return found
}

func encode(blockType string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der})
}
