// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bytes"
	"crypto/tls"
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

// chart has the chart's values that must agree with other files.
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
	FullnameOverride              string
	ExtraEnvs                     []struct{ Name, Value string }
	PodDisruptionBudget           struct {
		Enabled      bool
		MinAvailable int
	}
	ReplicaCount int
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

// withoutNulls handles null as Helm does: it removes the chart's own value.
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

// TestDeployedConfigurations validates the two configurations in deploy/ with the collector, and compares them.
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
		command := exec.Command(collectorProgram(t), "validate", "--config", file)
		command.Env = append(os.Environ(), "CXONE_BACKEND=http://backend:4318", "CXONE_SIGNATURE_URL=https://hooks.example.org/cxone")
		out, err := command.CombinedOutput()
		assert.NoError(t, err, "%s: %s", name, out)
	}
	assert.Equal(t, service, inChart, "values.yaml has another configuration than collector.yaml")
}

// vendorCiphers are the ciphers of which the vendor's network requires one, as far as Go has them, with TLS 1.2.
var vendorCiphers = map[string][]uint16{
	"RSA":   {tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
	"ECDSA": {tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
}

// TestDeployedCollectorServes starts deploy/collector.yaml with the service unit's variables and with either kind of
// certificate. It connects as the vendor's network does, and delivers.
func TestDeployedCollectorServes(t *testing.T) {
	t.Parallel()
	ours := newAuthority(t, "ours")
	for kind, ciphers := range vendorCiphers {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			certificate := ours.server("receiver")
			if kind == "RSA" {
				certificate = ours.rsaServer("receiver with RSA")
			}
			c, v := startDeployed(t, certificate)
			for _, cipher := range ciphers {
				conn, err := tls.Dial("tcp", c.address, &tls.Config{ //nolint:gosec // the vendor's
					RootCAs: ours.pool, ServerName: "localhost", MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{cipher},
				})
				if assert.NoError(t, err, tls.CipherSuiteName(cipher)) {
					conn.Close()
				}
			}
			out, err := cxonectl(t, c.cmd.Env, "send", "sample-voice", "sample-script", "--config", filepath.Join("..", "deploy", "collector.yaml"),
				"--endpoint", "https://"+c.address, "--private-key-file", filepath.Join(c.dir, "v1.key.pem"),
				"--consumer-id", "somebody", "--ca-file", ours.file)
			require.NoError(t, err, out)
			c.waitFor(func() bool { return len(v.paths()) == 3 }, "all signals at the backend")
		})
	}
}

const deployedURL = "https://hooks.example.org/cxone"

// startDeployed starts deploy/collector.yaml unchanged, but on free ports.
func startDeployed(t *testing.T, certificate pair) (*collector, *vendor) {
	t.Helper()
	dir, v := t.TempDir(), newVendor(t)
	out, err := cxonectl(t, nil, "keygen", "signature", "--out", dir)
	require.NoError(t, err, out)
	for from, to := range map[string]string{certificate.certFile: "tls.crt", certificate.keyFile: "tls.key"} {
		text, err := os.ReadFile(from)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, to), text, 0o600))
	}
	port := freePort(t)
	env := []string{
		"CXONE_PORT=" + port, "CXONE_TLS=" + dir, "CXONE_KEYS=" + dir, "CXONE_QUEUE=" + filepath.Join(dir, "queue"),
		"CXONE_BACKEND=" + v.url, "CXONE_SIGNATURE_URL=" + deployedURL, "CXONE_CONSUMER_ID=somebody",
	}
	c := runCollector(t, dir, "localhost:"+port, env, "--config", filepath.Join("..", "deploy", "collector.yaml"),
		"--config", "yaml:extensions::health_check::endpoint: localhost:"+freePort(t),
		"--config", "yaml:service::telemetry::metrics::level: none")
	c.waitReady(1)
	return c, v
}

// TestDeploymentAgrees compares names that are written in several places.
func TestDeploymentAgrees(t *testing.T) {
	t.Parallel()
	c := readChart(t)
	portOf := func(keys ...string) int {
		_, text, err := net.SplitHostPort(defaults(at(t, c.Config, keys...).(string)))
		require.NoError(t, err)
		port, err := strconv.Atoi(text)
		require.NoError(t, err)
		return port
	}
	webhooks, health := portOf("receivers", "cxone", "endpoint"), portOf("extensions", "health_check", "endpoint")
	for _, port := range []int{c.Ports["webhooks"].ContainerPort, c.Ports["webhooks"].ServicePort} {
		assert.Equal(t, webhooks, port)
	}
	assert.Equal(t, health, c.LivenessProbe.HTTPGet.Port)
	assert.Equal(t, health, c.ReadinessProbe.HTTPGet.Port)
	for name, p := range c.Ports {
		assert.Equal(t, name == "webhooks" || name == "metrics", p.Enabled, name)
	}
	assert.True(t, c.PodDisruptionBudget.Enabled)
	assert.Greater(t, c.ReplicaCount, c.PodDisruptionBudget.MinAvailable, "or no node can be drained")
	assert.Greater(t, c.TerminationGracePeriodSeconds, 25, "delivery_timeout")
	assert.Equal(t, "cxone", c.FullnameOverride, "what load-balancer.yaml and gateway.yaml lead to")

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
		file = strings.TrimSuffix(defaults(file), "/backend")
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
	environment := map[string]string{}
	for _, variable := range c.ExtraEnvs {
		environment[variable.Name] = variable.Value
	}
	backend := environment["CXONE_BACKEND"]
	assert.True(t, strings.HasSuffix(backend, ":"+strconv.Itoa(policy.Spec.Egress[1].Ports[0].Port)), backend)

	// The variables without a default, which the unit's operator, the chart and the manifests set.
	unit, config, manifests := deployed(t, "otelcol-cxone.service"), deployed(t, "collector.yaml"), deployed(t, "kubernetes/manifests.yaml")
	for _, match := range endpoint.FindAllStringSubmatch(config, -1) {
		name := match[1]
		assert.NotEmpty(t, environment[name], name)
		assert.Contains(t, unit, name+"=", name)
		assert.Contains(t, docker, name+"=", name)
		assert.Contains(t, manifests, "name: "+name+",", name)
	}
	for _, name := range regexp.MustCompile(`CXONE_\w+`).FindAllString(unit, -1) {
		assert.Contains(t, config, "${env:"+name)
	}
	assert.Contains(t, unit, "StateDirectory=otelcol-cxone\n")
	assert.Contains(t, config, "/var/lib/otelcol-cxone/queue")
}

// defaults returns a text in which each variable is replaced by its default.
func defaults(text string) string { return withDefault.ReplaceAllString(text, "$2") }

// TestMemoryLimits checks that GOMEMLIMIT is 80 % of the memory limiter's limit, and that this is below the process's
// limit.
func TestMemoryLimits(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ file, limiter, garbage, most string }{
		{"otelcol-cxone.service", `CXONE_MEMORY_MIB=(\d+)`, `GOMEMLIMIT=(\d+)MiB`, `MemoryMax=(\d+)G`},
		{"Dockerfile", `CXONE_MEMORY_MIB=(\d+)`, `GOMEMLIMIT=(\d+)MiB`, ""},
		{"kubernetes/manifests.yaml", `CXONE_MEMORY_MIB, value: "(\d+)"`, `GOMEMLIMIT, value: (\d+)MiB`, `limits: \{memory: (\d+)Gi\}`},
		{"kubernetes/values.yaml", `CXONE_MEMORY_MIB, value: "(\d+)"`, `GOMEMLIMIT, value: (\d+)MiB`, `limits: \{memory: (\d+)Gi\}`},
	} {
		text := deployed(t, tc.file)
		number := func(pattern string) int {
			match := regexp.MustCompile(pattern).FindStringSubmatch(text)
			require.NotNil(t, match, "%s: %s", tc.file, pattern)
			n, err := strconv.Atoi(match[1])
			require.NoError(t, err)
			return n
		}
		limit := number(tc.limiter)
		assert.InDelta(t, 0.8*float64(limit), number(tc.garbage), 1, tc.file)
		assert.Regexp(t, `\bGOGC(=200\b|, value: "200")`, text, "%s: what docs/sizing.md advises", tc.file)
		if tc.most != "" {
			assert.Less(t, limit, 1024*number(tc.most), tc.file)
		}
	}
}

// TestSystemdTakesTheUnit checks the unit with systemd, if it is installed.
func TestSystemdTakesTheUnit(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no systemd here")
	}
	file := filepath.Join(t.TempDir(), "otelcol-cxone.service")
	unit := strings.ReplaceAll(deployed(t, "otelcol-cxone.service"), "/usr/bin/otelcol-cxone", collectorProgram(t))
	require.NoError(t, os.WriteFile(file, []byte(unit), 0o600))
	out, err := exec.Command(analyze, "verify", file).CombinedOutput()
	assert.NoError(t, err, string(out))
	assert.Empty(t, string(bytes.TrimSpace(out)))
}
