// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// TrustKey is the key of the Secret that holds the trust bundle, beside tls.crt and tls.key.
	TrustKey = "ca.crt"

	// lostRaceDelay is when to look again after another replica wrote first. Its write is seen by the watch as well.
	lostRaceDelay = time.Second
	// longestSleep bounds the time to the next look, so that a machine that slept or whose clock jumped is not late.
	longestSleep = 12 * time.Hour
)

// errLostRace means that another replica wrote the Secret after it was read.
var errLostRace = errors.New("another replica wrote the secret first")

// Options say where the certificate lives and who is to trust it.
type Options struct {
	// Secret holds the certificate.
	Secret types.NamespacedName
	// Service is what the API server calls; its names are the certificate's hosts.
	Service types.NamespacedName
	// MutatingConfiguration and ValidatingConfiguration name the configurations that get the trust bundle; none if
	// empty.
	MutatingConfiguration   string
	ValidatingConfiguration string
	// Validity is how long a certificate is valid.
	Validity time.Duration
	// Propagation is how long a trusted certificate waits before it is served in place of another one.
	Propagation time.Duration
}

// Keeper is the reconciler that owns the certificate of one replica.
type Keeper struct {
	served
	options Options
	profile Profile
	// reader reads from the API server, never from a cache: a decision to replace a certificate or to change a bundle
	// must not be made from an old state.
	reader client.Reader
	writer client.Writer
	// candidate is the certificate that waits to be served, and since when. Only Reconcile uses it, which never runs
	// twice at the same time.
	candidate      *tls.Certificate
	candidateSince time.Time
}

// NewKeeper returns a keeper that serves no certificate until it was set up and its manager runs.
func NewKeeper(options Options, now func() time.Time) *Keeper {
	hosts := serviceHosts(options.Service)
	return &Keeper{
		served:  served{host: hosts[0], now: now},
		options: options,
		profile: Profile{Hosts: hosts, Validity: options.Validity},
	}
}

// Reconcile brings Secret, configurations and the served certificate into agreement, in the order that doc.go gives.
// It looks at everything on every pass, so it does not matter what it was called for.
func (k *Keeper) Reconcile(ctx context.Context, _ ctrl.Request) (ctrl.Result, error) {
	material, inspected, err := k.ensureMaterial(ctx)
	if errors.Is(err, errLostRace) {
		return ctrl.Result{RequeueAfter: lostRaceDelay}, nil
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	// A replica that serves nothing yet has nothing to lose by serving before the bundle is in.
	if k.certificate.Load() == nil {
		k.serve(ctx, inspected)
	}
	if err := k.injectAll(ctx, material.Trust); err != nil {
		return ctrl.Result{}, err
	}
	if wait := k.promote(ctx, inspected, material.Trust); wait > 0 {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	return ctrl.Result{RequeueAfter: min(inspected.RenewAt.Sub(k.now()), longestSleep)}, nil
}

// ensureMaterial returns what the Secret holds, after replacing it if it cannot be served or has to be renewed.
func (k *Keeper) ensureMaterial(ctx context.Context) (Material, Inspected, error) {
	secret, err := k.fetchSecret(ctx)
	if err != nil {
		return Material{}, Inspected{}, err
	}
	material := materialOf(secret)
	inspected, unusable := k.profile.Inspect(material, k.now())
	if unusable == nil && k.now().Before(inspected.RenewAt) {
		return material, inspected, nil
	}
	because := "certificate has passed two thirds of its life"
	if unusable != nil {
		because = unusable.Error()
	}
	material, err = k.profile.Mint(k.now(), material.Trust)
	if err != nil {
		return Material{}, Inspected{}, fmt.Errorf("mint certificate: %w", err)
	}
	if err := k.store(ctx, secret, material); err != nil {
		return Material{}, Inspected{}, err
	}
	inspected, err = k.profile.Inspect(material, k.now())
	if err != nil {
		return Material{}, Inspected{}, fmt.Errorf("inspect new certificate: %w", err)
	}
	ctrl.LoggerFrom(ctx).Info("Made a webhook certificate", "secret", k.options.Secret, "because", because, "renewAt", inspected.RenewAt)
	return material, inspected, nil
}

// fetchSecret returns the Secret, or one without a resourceVersion if it does not exist.
func (k *Keeper) fetchSecret(ctx context.Context) (*corev1.Secret, error) {
	secret := &corev1.Secret{}
	err := k.reader.Get(ctx, k.options.Secret, secret)
	if apierrors.IsNotFound(err) {
		return &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: k.options.Secret.Namespace, Name: k.options.Secret.Name},
			Type:       corev1.SecretTypeTLS,
		}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get Secret %s: %w", k.options.Secret, err)
	}
	return secret, nil
}

// store replaces all data of the Secret: nothing else, and no key of anybody else's, stays beside ours.
func (k *Keeper) store(ctx context.Context, secret *corev1.Secret, material Material) error {
	secret.Data = map[string][]byte{
		corev1.TLSCertKey:       material.Certificate,
		corev1.TLSPrivateKeyKey: material.Key,
		TrustKey:                material.Trust,
	}
	var err error
	if secret.ResourceVersion == "" {
		err = k.writer.Create(ctx, secret)
	} else {
		err = k.writer.Update(ctx, secret)
	}
	if apierrors.IsAlreadyExists(err) || apierrors.IsConflict(err) {
		return errLostRace
	}
	if err != nil {
		return fmt.Errorf("write Secret %s: %w", k.options.Secret, err)
	}
	return nil
}

// promote serves the certificate if it has been trusted for long enough, and returns how long it still has to wait.
// There is nothing to wait for if what is served now is not trusted any more, as when somebody deleted the Secret to
// start over.
func (k *Keeper) promote(ctx context.Context, inspected Inspected, trust []byte) time.Duration {
	served := k.certificate.Load()
	if sameCertificate(served, inspected.Certificate) {
		k.candidate = nil
		return 0
	}
	if !sameCertificate(k.candidate, inspected.Certificate) {
		k.candidate, k.candidateSince = inspected.Certificate, k.now()
	}
	_, untrusted := k.profile.verify(served.Leaf, trust, k.now())
	if wait := k.options.Propagation - k.now().Sub(k.candidateSince); wait > 0 && untrusted == nil {
		return wait
	}
	k.candidate = nil
	k.serve(ctx, inspected)
	return 0
}

func (k *Keeper) serve(ctx context.Context, inspected Inspected) {
	k.certificate.Store(inspected.Certificate)
	ctrl.LoggerFrom(ctx).Info("Serving webhook certificate", "notAfter", inspected.Certificate.Leaf.NotAfter, "renewAt", inspected.RenewAt)
}

func materialOf(secret *corev1.Secret) Material {
	return Material{
		Certificate: secret.Data[corev1.TLSCertKey],
		Key:         secret.Data[corev1.TLSPrivateKeyKey],
		Trust:       secret.Data[TrustKey],
	}
}

func sameCertificate(a, b *tls.Certificate) bool {
	return a != nil && b != nil && bytes.Equal(a.Leaf.Raw, b.Leaf.Raw)
}
