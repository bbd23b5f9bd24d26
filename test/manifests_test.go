// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// into decodes YAML by way of JSON, whose names of fields match in any case.
func into(t *testing.T, from, to any) {
	t.Helper()
	text, err := json.Marshal(from)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, to))
}

// pod is the part of a pod's template that must agree with other files.
type pod struct {
	Metadata struct{ Labels map[string]string }
	Spec     struct {
		TerminationGracePeriodSeconds int
		SecurityContext               any
		Containers                    []struct {
			Image string
			Env   []struct{ Name, Value string }
			Ports []struct {
				Name          string
				ContainerPort int
			}
			LivenessProbe, ReadinessProbe, SecurityContext, Resources any
			VolumeMounts                                              []struct{ Name, MountPath string }
		}
		Volumes []struct{ Name string }
	}
}

// TestManifestsAgree compares the manifests with the configuration that they run, and with the chart's values.
func TestManifestsAgree(t *testing.T) {
	t.Parallel()
	objects := map[string]map[string]any{}
	decoder := yaml.NewDecoder(strings.NewReader(deployed(t, "kubernetes/manifests.yaml")))
	for {
		var object map[string]any
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		objects[object["kind"].(string)] = object
		assert.Equal(t, "cxone", at(t, object, "metadata", "name"))
	}
	var p pod
	into(t, at(t, objects["StatefulSet"], "spec", "template"), &p)
	container := p.Spec.Containers[0]

	// The ports and files of the configuration.
	config := deployed(t, "collector.yaml")
	named := map[string]bool{}
	for _, port := range container.Ports {
		named[port.Name] = true
		assert.Regexp(t, `(0\.0\.0\.0:|port: )`+strconv.Itoa(port.ContainerPort)+`\b`, defaults(config), port.Name)
	}
	volumes, mounts := map[string]bool{"queue": true}, map[string]string{}
	for _, v := range p.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, m := range container.VolumeMounts {
		assert.True(t, volumes[m.Name], m.Name)
		mounts[m.MountPath] = m.Name
	}
	directories := regexp.MustCompile(`\$\{env:CXONE_(TLS|KEYS|QUEUE):-([^}]*)\}`).FindAllStringSubmatch(config, -1)
	require.NotEmpty(t, directories)
	for _, match := range directories {
		directory := match[2]
		if match[1] == "QUEUE" {
			directory = filepath.Dir(directory)
		}
		assert.NotEmpty(t, mounts[directory], "%s is on no volume, and the root is read-only", directory)
	}
	_, file, _ := strings.Cut(deployed(t, "Dockerfile"), `"--config", "`)
	file, _, _ = strings.Cut(file, `"`)
	assert.Equal(t, "config", mounts[file])

	// The other objects.
	service := at(t, objects["Service"], "spec", "ports").([]any)
	for _, one := range service {
		assert.True(t, named[one.(map[string]any)["targetPort"].(string)])
	}
	for kind, keys := range map[string][]string{
		"Service": {"spec", "selector"}, "PodDisruptionBudget": {"spec", "selector", "matchLabels"},
		"StatefulSet": {"spec", "selector", "matchLabels"},
	} {
		var selector map[string]string
		into(t, at(t, objects[kind], keys...), &selector)
		assert.Equal(t, p.Metadata.Labels, selector, kind)
	}
	var policy map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(deployed(t, "kubernetes/network-policy.yaml")), &policy))
	var selector map[string]string
	into(t, at(t, policy, "spec", "podSelector", "matchLabels"), &selector)
	assert.Equal(t, p.Metadata.Labels, selector, "the network policy")

	// What the chart's values say too.
	var values map[string]any
	require.NoError(t, yaml.NewDecoder(bytes.NewBufferString(deployed(t, "kubernetes/values.yaml"))).Decode(&values))
	var same map[string]any
	into(t, values, &same)
	for key, value := range map[string]any{
		"livenessProbe": container.LivenessProbe, "readinessProbe": container.ReadinessProbe, "securityContext": container.SecurityContext,
		"resources": container.Resources, "podSecurityContext": p.Spec.SecurityContext,
		"terminationGracePeriodSeconds": float64(p.Spec.TerminationGracePeriodSeconds),
	} {
		assert.Equal(t, same[key], value, key)
	}
	assert.Equal(t, container.Image, at(t, same, "image", "repository").(string)+":"+at(t, same, "image", "tag").(string))
	for _, variable := range container.Env {
		assert.Contains(t, at(t, same, "extraEnvs"), map[string]any{"name": variable.Name, "value": variable.Value})
	}
	assert.EqualValues(t, at(t, same, "replicaCount"), at(t, objects["StatefulSet"], "spec", "replicas"))
	kept := at(t, objects["StatefulSet"], "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled")
	assert.Equal(t, "Retain", kept, "the volume of a queue")
	assert.Equal(t, "Retain", at(t, same, "statefulset", "persistentVolumeClaimRetentionPolicy", "whenScaled"))
}

// TestWaysIn compares the load balancer and the gateway with the service and the host that they lead to.
func TestWaysIn(t *testing.T) {
	t.Parallel()
	var balancer, gateway, route map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(deployed(t, "kubernetes/load-balancer.yaml")), &balancer))
	decoder := yaml.NewDecoder(strings.NewReader(deployed(t, "kubernetes/gateway.yaml")))
	require.NoError(t, decoder.Decode(&gateway))
	require.NoError(t, decoder.Decode(&route))
	assert.Equal(t, "LoadBalancer", at(t, balancer, "spec", "type"))
	assert.Equal(t, "webhooks", at(t, balancer, "spec", "ports").([]any)[0].(map[string]any)["targetPort"])
	manifests := deployed(t, "kubernetes/manifests.yaml")
	for key, value := range at(t, balancer, "spec", "selector").(map[string]any) {
		assert.Contains(t, manifests, key+": "+value.(string))
	}

	listener := at(t, gateway, "spec", "listeners").([]any)[0].(map[string]any)
	assert.Equal(t, "Passthrough", at(t, listener, "tls", "mode"), "TLS ends in the collector")
	host := at(t, listener, "hostname").(string)
	assert.Equal(t, []any{host}, at(t, route, "spec", "hostnames"))
	assert.Contains(t, manifests, "https://"+host+"/")
	parent := at(t, route, "spec", "parentRefs").([]any)[0].(map[string]any)
	assert.Equal(t, at(t, gateway, "metadata", "name"), parent["name"])
	assert.Equal(t, listener["name"], parent["sectionName"])
	backend := at(t, route, "spec", "rules").([]any)[0].(map[string]any)["backendRefs"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"name": "cxone", "port": 8443}, backend)
}
