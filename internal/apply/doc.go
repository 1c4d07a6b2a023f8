// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apply brings objects of applications into a cluster and takes them out of it.
//
// Names repeat: what has the name of an object when it is needed may be the object itself, made before a crash, an
// earlier attempt's, that of an application that was deleted, or somebody else's. Ensure judges that by owner and
// content, for any kind of object, and adopts, replaces, waits, or leaves alone.
//
// An object is only ever deleted by its UID, never by its name alone: what has the name by then may be another's. No
// kind of object is known here but the driver pod, for its finalizer: a pod that has ended can be deleted before
// anybody looked at it (by its owner, by the drain of a node, by the garbage collection of finished pods). A driver pod
// is made with a finalizer, so that it then stays, with its exit code. Once the end is in the status of the
// application, or nobody needs it any more, the finalizer is removed.
package apply
