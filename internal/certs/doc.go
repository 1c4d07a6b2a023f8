// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package certs keeps the webhook server's certificate valid and trusted by the API server.
//
// A serving certificate is always minted together with a certificate authority of its own, whose private key is thrown
// away immediately. So nothing is stored with which another certificate could be signed, and every renewal brings a new
// authority. What makes a renewal safe is its order, which every function here upholds:
//
//  1. the new certificate and the trust bundle (the new authority and every earlier one that is still valid) are
//     written to one Secret in one guarded write: of replicas that race, one wins and the others read what it wrote;
//  2. the bundle goes into our webhook configurations;
//  3. only when the API server has had time to see the bundle does a replica serve the new certificate.
//
// Until then the former certificate is served, which the bundle still trusts. No step needs a leader, and a replica
// that stops between two steps leaves a state from which any other goes on.
//
// Where somebody else renews the certificate in mounted files, the order is theirs to keep. What is held to here is
// that nothing is served which the API server cannot accept, as long as there is something that it can.
package certs
