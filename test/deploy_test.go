// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "deploy", name))
	require.NoError(t, err)
	return string(text)
}

// chart is what of the chart's values has to agree with something else.
type chart struct {
	Config  map[string]any
	Command struct{ Name string }
	Ports   map[string]struct {
		Enabled                    bool
		ContainerPort, ServicePort int
	}
	ExtraVolumes      []struct{ Name string }
	ExtraVolumeMounts []struct{ Name, MountPath string }
	Statefulset       struct {
		VolumeClaimTemplates []struct{ Metadata struct{ Name string } }
	}
	PodSecurityContext struct {
		RunAsUser    int
		RunAsNonRoot bool
	}
	SecurityContext               struct{ ReadOnlyRootFilesystem bool }
	LivenessProbe, ReadinessProbe struct {
		HTTPGet struct{ Port int }
	}
	TerminationGracePeriodSeconds int
	Ingress                       struct {
		Annotations map[string]string
		Hosts       []struct {
			Host  string
			Paths []struct{ Port int }
		}
		TLS []struct{ Hosts []string }
	}
	PodDisruptionBudget, Autoscaling struct {
		Enabled      bool
		MinReplicas  int
		MinAvailable int
	}
}

func readChart(t *testing.T) *chart {
	t.Helper()
	c, values := &chart{}, map[string]any{}
	require.NoError(t, yaml.Unmarshal([]byte(deployed(t, "kubernetes/values.yaml")), &values))
	text, err := json.Marshal(values) // whose names of fields match in any case
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, c))
	c.Config = withoutNulls(values["config"].(map[string]any)) // with YAML's numbers
	return c
}

// withoutNulls does with null what Helm does: it takes the chart's own value away.
func withoutNulls(m map[string]any) map[string]any {
	kept := map[string]any{}
	for key, value := range m {
		switch value := value.(type) {
		case nil:
		case map[string]any:
			kept[key] = withoutNulls(value)
		default:
			kept[key] = value
		}
	}
	return kept
}

// at follows keys into nested maps.
func at(t *testing.T, m map[string]any, keys ...string) any {
	t.Helper()
	var value any = m
	for _, key := range keys {
		inner, ok := value.(map[string]any)
		require.True(t, ok, "%v: nothing at %s", keys, key)
		value = inner[key]
	}
	require.NotNil(t, value, "%v", keys)
	return value
}

// TestDeployedConfigurations holds the two configurations in deploy/ to the collector's own validation, and to each other.
func TestDeployedConfigurations(t *testing.T) {
	t.Parallel()
	var service map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(deployed(t, "collector.yaml")), &service))
	inChart := readChart(t).Config
	for name, config := range map[string]map[string]any{"collector.yaml": service, "values.yaml": inChart} {
		text, err := yaml.Marshal(config)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(file, text, 0o600))
		out, err := exec.Command(collectorProgram(t), "validate", "--config", file).CombinedOutput()
		assert.NoError(t, err, "%s: %s", name, out)
	}
	for _, keys := range [][]string{{"processors"}, {"service", "pipelines"}, {"service", "telemetry"}, {"receivers", "cxone", "voice_quality"}} {
		assert.Equal(t, at(t, service, keys...), at(t, inChart, keys...), keys)
	}
}

// TestDeployedCollectorServes starts deploy/collector.yaml with what the service unit gives it, and delivers to it over TLS.
func TestDeployedCollectorServes(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	for _, keygen := range [][]string{{"keygen", "signature", "--out", directory}, {"keygen", "mtls", "--out", directory}} {
		out, err := cxonectl(t, nil, keygen...)
		require.NoError(t, err, out)
	}
	for from, to := range map[string]string{"server.crt": "tls.crt", "server.key": "tls.key"} {
		require.NoError(t, os.Rename(filepath.Join(directory, from), filepath.Join(directory, to)))
	}
	config := deployed(t, "collector.yaml")
	for from, to := range map[string]string{
		"0.0.0.0:8443": "127.0.0.1:${PORT}", "0.0.0.0:13133": "127.0.0.1:${SCRAPE}", "host: 0.0.0.0, port: 8888": "host: 127.0.0.1, port: ${TELEMETRY}",
	} {
		require.Equal(t, 1, strings.Count(config, from), from)
		config = strings.ReplaceAll(config, from, to)
	}
	v := newVendor(t)
	for name, value := range map[string]string{"CXONE_TLS": directory, "CXONE_KEYS": directory, "CXONE_QUEUE": filepath.Join(directory, "queue"), "CXONE_BACKEND": v.url} {
		config = regexp.MustCompile(`\$\{env:`+name+`:-[^}]*\}`).ReplaceAllLiteralString(config, value)
	}
	c := start(t, config)
	_, port, err := net.SplitHostPort(c.address)
	require.NoError(t, err)
	out, err := cxonectl(t, nil, "send", "sample-voice", "sample-script", "--config", filepath.Join(c.dir, "collector.yaml"), "--endpoint", "https://localhost:"+port,
		"--private-key-file", filepath.Join(directory, "v1.key.pem"), "--consumer-id", "anybody", "--ca-file", filepath.Join(directory, "ca.crt"))
	require.NoError(t, err, out)
	c.waitFor(func() bool { return len(v.paths()) == 3 }, "all signals at the backend")
	assert.Contains(t, c.get(c.scrape), "Server available")
}

// TestDeploymentAgrees compares names that are written down in several places.
func TestDeploymentAgrees(t *testing.T) {
	t.Parallel()
	c := readChart(t)
	portOf := func(keys ...string) int {
		_, text, err := net.SplitHostPort(at(t, c.Config, keys...).(string))
		require.NoError(t, err)
		port, err := strconv.Atoi(text)
		require.NoError(t, err)
		return port
	}
	webhooks, health := portOf("receivers", "cxone", "endpoint"), portOf("extensions", "health_check", "endpoint")
	for _, port := range []int{c.Ports["webhooks"].ContainerPort, c.Ports["webhooks"].ServicePort, c.Ingress.Hosts[0].Paths[0].Port} {
		assert.Equal(t, webhooks, port)
	}
	assert.Equal(t, health, c.LivenessProbe.HTTPGet.Port)
	assert.Equal(t, health, c.ReadinessProbe.HTTPGet.Port)
	for name, p := range c.Ports {
		assert.Equal(t, name == "webhooks" || name == "metrics", p.Enabled, name)
	}
	assert.Equal(t, "true", c.Ingress.Annotations["nginx.ingress.kubernetes.io/ssl-passthrough"], "TLS from end to end")
	assert.Equal(t, c.Ingress.Hosts[0].Host, c.Ingress.TLS[0].Hosts[0])
	assert.Contains(t, at(t, c.Config, "receivers", "cxone", "signature", "url"), c.Ingress.Hosts[0].Host)
	assert.True(t, c.PodDisruptionBudget.Enabled && c.Autoscaling.Enabled)
	assert.Greater(t, c.Autoscaling.MinReplicas, c.PodDisruptionBudget.MinAvailable, "or no node can be drained")
	assert.Greater(t, c.TerminationGracePeriodSeconds, 25, "delivery_timeout")

	mounts, volumes := map[string]string{}, map[string]bool{}
	for _, m := range c.ExtraVolumeMounts {
		mounts[m.MountPath] = m.Name
	}
	for _, v := range c.ExtraVolumes {
		volumes[v.Name] = true
	}
	for _, v := range c.Statefulset.VolumeClaimTemplates {
		volumes[v.Metadata.Name] = true
	}
	cxone := at(t, c.Config, "receivers", "cxone").(map[string]any)
	signature := at(t, cxone, "signature", "keys").([]any)[0].(map[string]any)
	for _, file := range []string{
		at(t, cxone, "tls", "cert_file").(string), at(t, cxone, "tls", "key_file").(string), signature["public_key_file"].(string),
		at(t, c.Config, "extensions", "file_storage", "directory").(string),
	} {
		assert.True(t, volumes[mounts[filepath.Dir(file)]], "%s is on no mounted volume, and the root is read-only", file)
	}

	docker := deployed(t, "Dockerfile")
	user := strconv.Itoa(c.PodSecurityContext.RunAsUser)
	assert.Contains(t, docker, "USER "+user+":"+user+"\n")
	assert.Contains(t, docker, "EXPOSE "+strconv.Itoa(webhooks)+" "+strconv.Itoa(health)+"\n")
	assert.Contains(t, docker, `ENTRYPOINT ["/`+c.Command.Name+`"]`)
	assert.True(t, c.PodSecurityContext.RunAsNonRoot && c.SecurityContext.ReadOnlyRootFilesystem)

	decoder := yaml.NewDecoder(strings.NewReader(deployed(t, "kubernetes/network-policy.yaml")))
	var policy struct {
		Spec struct {
			Ingress []struct{ Ports []struct{ Port int } }
			Egress  []struct{ Ports []struct{ Port int } }
		}
	}
	require.NoError(t, decoder.Decode(&policy))
	require.ErrorIs(t, decoder.Decode(new(any)), io.EOF)
	assert.Equal(t, webhooks, policy.Spec.Ingress[0].Ports[0].Port)
	assert.Equal(t, c.Ports["metrics"].ContainerPort, policy.Spec.Ingress[1].Ports[0].Port)
	backend := at(t, c.Config, "exporters", "otlp_http", "endpoint").(string)
	assert.True(t, strings.HasSuffix(backend, ":"+strconv.Itoa(policy.Spec.Egress[1].Ports[0].Port)), backend)

	unit, config := deployed(t, "otelcol-cxone.service"), deployed(t, "collector.yaml")
	for _, match := range regexp.MustCompile(`LoadCredential=([^:]+):(.*)/([^/\n]+)\n`).FindAllStringSubmatch(unit, -1) {
		assert.Equal(t, match[1], match[3])
		assert.Regexp(t, regexp.QuoteMeta(match[2])+`\}/`+regexp.QuoteMeta(match[1])+`\n`, config, "the configuration names another file")
	}
	assert.Contains(t, unit, "StateDirectory=otelcol-cxone\n")
	for _, name := range regexp.MustCompile(`CXONE_\w+`).FindAllString(unit, -1) {
		assert.Contains(t, config, "${env:"+name+":-")
	}
}

// TestSystemdTakesTheUnit asks systemd itself, where it is.
func TestSystemdTakesTheUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no systemd here")
	}
	file := filepath.Join(t.TempDir(), "otelcol-cxone.service")
	unit := strings.ReplaceAll(deployed(t, "otelcol-cxone.service"), "/usr/local/bin/otelcol-cxone", collectorProgram(t))
	require.NoError(t, os.WriteFile(file, []byte(unit), 0o600))
	out, err := exec.Command(analyze, "verify", file).CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.Empty(t, string(bytes.TrimSpace(out)))
}
