// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package manifests decodes the Kubernetes manifests of deploy/ into the types of their APIs, strictly: a field that is not there,
// or that is there twice, is an error. It is a module of its own, so that nothing else depends on Kubernetes.
package manifests

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

// kinds makes an empty object of each kind that the manifests have.
var kinds = map[string]func() any{
	"v1 ServiceAccount":                      func() any { return &core.ServiceAccount{} },
	"v1 Service":                             func() any { return &core.Service{} },
	"v1 ConfigMap":                           func() any { return &core.ConfigMap{} },
	"apps/v1 StatefulSet":                    func() any { return &apps.StatefulSet{} },
	"policy/v1 PodDisruptionBudget":          func() any { return &policy.PodDisruptionBudget{} },
	"networking.k8s.io/v1 NetworkPolicy":     func() any { return &networking.NetworkPolicy{} },
	"gateway.networking.k8s.io/v1 Gateway":   func() any { return &gateway.Gateway{} },
	"gateway.networking.k8s.io/v1 TLSRoute":  func() any { return &gateway.TLSRoute{} },
	"gateway.networking.k8s.io/v1 HTTPRoute": func() any { return &gateway.HTTPRoute{} },
}

// documents are those of all manifests, by file and number. CXONE_RENDERED names one more file: what Helm makes of values.yaml.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../../deploy/kubernetes/*.yaml")
	require.NoError(t, err)
	if rendered := os.Getenv("CXONE_RENDERED"); rendered != "" {
		files = append(files, rendered)
	}
	all := map[string][]byte{}
	for _, file := range files {
		if filepath.Base(file) == "values.yaml" {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for i, document := range bytes.Split(text, []byte("\n---\n")) {
			if len(bytes.TrimSpace(document)) > 0 {
				all[filepath.Base(file)+" "+string(rune('1'+i))] = document
			}
		}
	}
	require.GreaterOrEqual(t, len(all), 8)
	return all
}

func TestManifestsDecodeStrictly(t *testing.T) {
	seen := map[string]bool{}
	for name, document := range documents(t) {
		var kind meta.TypeMeta
		require.NoError(t, yaml.Unmarshal(document, &kind), name)
		what := kind.APIVersion + " " + kind.Kind
		seen[kind.Kind] = true
		make, known := kinds[what]
		if !assert.True(t, known, "%s: %s", name, what) {
			continue
		}
		assert.NoError(t, yaml.UnmarshalStrict(document, make()), name)

		unknown := string(document) + "\nreplica: 2\n"
		assert.Error(t, yaml.UnmarshalStrict([]byte(unknown), make()), "%s: a field that is not there", name)
		twice := string(document) + "\nkind: " + kind.Kind + "\n"
		assert.Error(t, yaml.UnmarshalStrict([]byte(twice), make()), "%s: a field that is there twice", name)
	}
	for kind := range strings.FieldsSeq("StatefulSet Service PodDisruptionBudget NetworkPolicy Gateway TLSRoute") {
		assert.True(t, seen[kind], kind)
	}
}
