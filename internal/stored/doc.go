// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package stored reads objects of the operator's kinds as the API server has stored them, whatever that is. Its types
// take the place of those of package apis in the schemes of clients and caches, where decoding never fails: a list with
// one object that cannot be decoded is still a list of the others, and that object still has its metadata, so that it
// can be reported, deleted, and taken up once it is mended. A client with such a scheme refuses the plain types, so
// that nobody comes to read them unbounded.
package stored
