// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// driverPodNameProperty is the sparkConf key that names the driver pod where spec.driver.podName does not.
const driverPodNameProperty = "spark.kubernetes.driver.pod.name"

// specHashVersion names the way SpecHash is computed. It changes when an operator upgrade would otherwise change the
// hash of an unchanged spec: hashes of different versions are never compared (see SameSpec).
const specHashVersion = "h1"

// Attempt identifies one submission attempt of a SparkApplication.
type Attempt struct {
	// Number counts the attempts of the application's whole life from 1; it is never reset.
	Number int64
	// SubmissionID is a UUID, the value of the label sparkoperator.k8s.io/submission-id.
	SubmissionID string
	// ApplicationID is Spark's application id (spark.app.id): "spark-" and 32 hexadecimal digits, as Spark's own client makes them.
	ApplicationID string
	// DriverPodName is the driver pod's name; it is the same for all attempts, as clients expect.
	DriverPodName string
	// SpecHash is the hash of the run-relevant spec that the attempt is made from.
	SpecHash string
}

// Of returns the identity of the given attempt of app.
func Of(app *v1beta2.SparkApplication, number int64) Attempt {
	submission := derive(app.UID, number, "submission")
	return Attempt{
		Number:        number,
		SubmissionID:  submission.String(),
		ApplicationID: "spark-" + strings.ReplaceAll(derive(app.UID, number, "application").String(), "-", ""),
		DriverPodName: DriverPodName(app),
		SpecHash:      SpecHash(app),
	}
}

// derive returns a version 5 UUID: the SHA-1 of its input, so that it is stable and needs no memory.
func derive(uid types.UID, number int64, purpose string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("sparkoperator.k8s.io/"+purpose+"/"+string(uid)+"/"+strconv.FormatInt(number, 10)))
}

// DriverPodName returns spec.driver.podName, else the sparkConf property spark.kubernetes.driver.pod.name, else "<application>-driver".
func DriverPodName(app *v1beta2.SparkApplication) string {
	if name := app.Spec.Driver.PodName; name != nil && *name != "" {
		return *name
	}
	if name := app.Spec.SparkConf[driverPodNameProperty]; name != "" {
		return name
	}
	return app.Name + "-driver"
}

// SpecHash returns the hash of what a run is made from: the defaulted spec without the fields that do not change a run
// (suspend, timeToLiveSeconds). Defaults are applied first, so that a spec stored without them hashes alike.
func SpecHash(app *v1beta2.SparkApplication) string {
	defaulted := app.DeepCopy()
	v1beta2.SetSparkApplicationDefaults(defaulted)
	defaulted.Spec.Suspend = nil
	defaulted.Spec.TimeToLiveSeconds = nil
	encoded, err := json.Marshal(defaulted.Spec)
	if err != nil {
		// The spec came from JSON and holds only JSON types.
		panic("identity: a SparkApplication spec must encode as JSON: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return specHashVersion + "-" + hex.EncodeToString(sum[:8])
}

// SameSpec reports whether two spec hashes stand for the same run. Hashes of different versions, and an unknown (empty)
// one, are taken as the same: an upgrade of the operator must not restart the applications that it finds.
func SameSpec(a, b string) bool {
	if a == b {
		return true
	}
	version := func(hash string) string { v, _, _ := strings.Cut(hash, "-"); return v }
	return a == "" || b == "" || version(a) != version(b)
}
