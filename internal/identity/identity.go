// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"math"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// driverPodNameProperty is the sparkConf key that names the driver pod where spec.driver.podName does not.
const driverPodNameProperty = "spark.kubernetes.driver.pod.name"

// Attempt identifies one submission attempt of a SparkApplication.
type Attempt struct {
	// Number counts the attempts of the application's whole life from 1; it is never reset.
	Number int64
	// SubmissionID is a UUID, the value of the label sparkoperator.k8s.io/submission-id.
	SubmissionID string
	// ApplicationID is Spark's application id (spark.app.id): "spark-" and 32 hexadecimal digits, as Spark's own client
	// makes them.
	ApplicationID string
	// DriverPodName is the driver pod's name; it is the same for all attempts, as clients expect.
	DriverPodName string
	// SpecHash is the hash of the run-relevant spec that the attempt is made from.
	SpecHash string
}

// Of returns the identity of the given attempt of app.
func Of(app *v1beta2.SparkApplication, number int64) Attempt {
	return OfSpec(app, number, SpecHash(app))
}

// OfSpec is Of for callers that have the hash of the spec already: computing it takes longer than all the rest.
func OfSpec(app *v1beta2.SparkApplication, number int64, specHash string) Attempt {
	return Attempt{
		Number:        number,
		SubmissionID:  SubmissionID(app, number),
		ApplicationID: "spark-" + strings.ReplaceAll(derive(app.UID, number, "application").String(), "-", ""),
		DriverPodName: DriverPodName(app),
		SpecHash:      specHash,
	}
}

// SubmissionID returns the submission id of the given attempt of app.
func SubmissionID(app *v1beta2.SparkApplication, number int64) string {
	return derive(app.UID, number, "submission").String()
}

// Next returns the number of the attempt that follows one. After the last number that there is, and after what is no
// number of an attempt, they begin anew.
func Next(number int64) int64 {
	if number < 0 || number == math.MaxInt64 {
		return 1
	}
	return number + 1
}

// searched is how many numbers Number tries: more attempts than any application has.
const searched = 10_000

// Number returns the number of the attempt of app that has the submission id. It tries them, and is for where no status
// says which it is.
func Number(app *v1beta2.SparkApplication, submissionID string) (number int64, found bool) {
	for n := int64(1); n <= searched; n++ {
		if SubmissionID(app, n) == submissionID {
			return n, true
		}
	}
	return 0, false
}

// derive returns a version 5 UUID: the SHA-1 of its input, so that it is stable and needs no memory.
func derive(uid types.UID, number int64, purpose string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("sparkoperator.k8s.io/"+purpose+"/"+string(uid)+"/"+strconv.FormatInt(number, 10)))
}

// DriverPodName returns spec.driver.podName, else the sparkConf property spark.kubernetes.driver.pod.name, else
// "<application>-driver".
func DriverPodName(app *v1beta2.SparkApplication) string {
	if name := app.Spec.Driver.PodName; name != nil && *name != "" {
		return *name
	}
	if name := app.Spec.SparkConf[driverPodNameProperty]; name != "" {
		return name
	}
	return app.Name + "-driver"
}

// CurrentDriverPodName returns the name of the driver pod of the current attempt: the one in the status, unless the
// status has none or one that no object can have, as one that was written by hand may.
func CurrentDriverPodName(app *v1beta2.SparkApplication) string {
	if name := app.Status.DriverInfo.PodName; IsName(name) {
		return name
	}
	return DriverPodName(app)
}

// IsName reports whether the API server can be asked for an object of the name. Objects of other
// names do not exist, and asking for one is an error each time.
func IsName(name string) bool {
	return name != "" && len(content.IsPathSegmentName(name)) == 0
}
