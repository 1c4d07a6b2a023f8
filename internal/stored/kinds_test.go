// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
)

// A list of any kind is decoded whatever is in it, and of each object metadata, status and problem are known.
func TestEveryKindIsDecodedLeniently(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.kind.Kind, func(t *testing.T) {
			version, name := k.kind.GroupVersion().String(), k.kind.Kind
			item := func(name, spec string) string {
				return fmt.Sprintf(`{"metadata":{"namespace":"team","name":%q,"uid":"u","resourceVersion":"7","labels":{"a":"b"}},"spec":%s,"status":{}}`, name, spec)
			}
			document := fmt.Sprintf(`{"apiVersion":%q,"kind":%q,"metadata":{"resourceVersion":"9"},"items":[%s]}`, version, name+"List", strings.Join([]string{
				item("fine", `{}`), item("text", `"none"`), item("wrong", `{"executor":7,"template":7}`),
				`{"metadata":{"name":"status"},"spec":{},"status":7}`,
			}, ","))
			decoded, err := runtime.Decode(serializer.NewCodecFactory(scheme(t)).UniversalDeserializer(), []byte(document))
			if err != nil {
				t.Fatal(err)
			}
			var problems []string
			if err := meta.EachListItem(decoded.DeepCopyObject(), func(item runtime.Object) error {
				object, isObject := item.(Object)
				if !isObject {
					return fmt.Errorf("%T", item)
				}
				Keep(object)
				said := "none"
				if p := object.Problem(); p != nil {
					said = p.Field
				}
				problems = append(problems, object.GetName()+": "+said)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			wrong := map[string]string{"ScheduledSparkApplication": "spec.template"}[name]
			if wrong == "" {
				wrong = "spec.executor"
			}
			if diff := cmp.Diff([]string{"fine: none", "text: spec", "wrong: " + wrong, "status: status"}, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// What is written back of any kind is what was read, decoded or not; a copy is another object; and what is forgotten
// has its identity only.
func TestEveryKindIsWrittenBackCopiedAndForgotten(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.kind.Kind, func(t *testing.T) {
			document := []byte(`{"metadata":{"namespace":"team","name":"pi","uid":"u","resourceVersion":"7","generation":3,"labels":{"a":"b"}},"spec":{"sparkConf":7,"schedule":7}}`)
			object := k.object.DeepCopyObject().(Object)
			if err := json.Unmarshal(document, object); err != nil {
				t.Fatal(err)
			}
			var written, read map[string]any
			encoded, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(encoded, &written); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(document, &read); err != nil {
				t.Fatal(err)
			}
			// Go's encoding has a creation time of null.
			delete(written["metadata"].(map[string]any), "creationTimestamp")
			if diff := cmp.Diff(read, written); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
			copied := object.DeepCopyObject().(Object)
			Decode(object)
			Drop(object)
			copied.GetLabels()["a"] = "c"
			if object.Problem() == nil || copied.Problem() != nil || object.GetLabels()["a"] != "b" {
				t.Errorf("%v of the original, %v of the copy, labels %v", object.Problem(), copied.Problem(), object.GetLabels())
			}
			Forget(object)
			if object.Problem() != nil || !object.Forgotten() || object.GetLabels() != nil || object.GetUID() != "u" || object.GetResourceVersion() != "7" {
				t.Errorf("left is %+v", object)
			}
			if object.Plain().GetName() != "pi" {
				t.Errorf("plain %+v", object.Plain())
			}
		})
	}
}
