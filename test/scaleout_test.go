// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// scaleOut is both tiers of examples/scale-out, unchanged: an edge, a broker, two processors, and a sink as the backend.
type scaleOut struct {
	t             *testing.T
	dir           string
	broker        *exec.Cmd
	brokerArgs    []string
	brokerAddress string
	edge          *collector
	processing    [2]*collector
	sink          *collector
}

func startScaleOut(t *testing.T) *scaleOut {
	t.Helper()
	s := &scaleOut{t: t, dir: t.TempDir(), sink: start(t, sinkConfig)}
	program := filepath.Join(s.dir, "kafkabroker")
	output, err := exec.Command("go", "build", "-o", program, "./kafkabroker").CombinedOutput()
	require.NoError(t, err, string(output))
	port := freePort(t)
	s.brokerAddress = "127.0.0.1:" + port
	s.brokerArgs = []string{program, "-port", port, "-dir", filepath.Join(s.dir, "kafka")}
	s.startBroker()
	t.Cleanup(func() { _ = s.broker.Process.Kill() })

	output2, err := cxonectl(t, nil, "keygen", "signature", "--out", s.dir)
	require.NoError(t, err, output2)
	s.edge = s.startTier("edge.yaml", "CXONE_ENDPOINT", "yaml:receivers::cxone::voice_quality: {gauges: true, metric_attributes: "+
		"[cxone.contact.id]}",
		"yaml:receivers::cxone::aggregation::interval: 1s")
	for i := range s.processing {
		s.processing[i] = s.startTier("processing.yaml", "CXONE_HEALTH_ENDPOINT",
			"yaml:receivers::kafka: {session_timeout: 6s, heartbeat_interval: 1s}")
		// If it must end while its group distributes partitions, it waits for the broker, for a minute at most.
		t.Cleanup(s.processing[i].kill)
	}
	return s
}

// startTier starts a tier with its example configuration, and with the changes that a test needs. It listens on the
// address.
func (s *scaleOut) startTier(name, listens string, overrides ...string) *collector {
	s.t.Helper()
	env := map[string]string{
		"CXONE_ENDPOINT": "127.0.0.1:" + freePort(s.t), "CXONE_HEALTH_ENDPOINT": "127.0.0.1:" + freePort(s.t),
		"CXONE_TELEMETRY_HOST": "127.0.0.1", "CXONE_TELEMETRY_PORT": freePort(s.t),
		"CXONE_KAFKA": s.brokerAddress, "CXONE_OTLP_ENDPOINT": "http://" + s.sink.address, "CXONE_OTLP_INSECURE": "true",
		"CXONE_KEYS": s.dir, "CXONE_QUEUE": s.t.TempDir(),
	}
	args := []string{
		"--config",
		filepath.Join("..", "examples", "scale-out", name),
		"--config",
		"yaml:service::telemetry::logs::disable_stacktrace: true",
	}
	for _, override := range overrides {
		args = append(args, "--config", override)
	}
	var variables []string
	for key, value := range env {
		variables = append(variables, key+"="+value)
	}
	c := runCollector(s.t, s.dir, env[listens], variables, args...)
	c.telemetry = "127.0.0.1:" + env["CXONE_TELEMETRY_PORT"]
	c.waitReady(1)
	return c
}

func (s *scaleOut) startBroker() {
	s.t.Helper()
	s.broker = exec.Command(s.brokerArgs[0], s.brokerArgs[1:]...)
	require.NoError(s.t, s.broker.Start())
	require.Eventually(s.t, func() bool {
		conn, err := net.Dial("tcp", s.brokerAddress)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond, "the broker does not listen")
}

func (s *scaleOut) killBroker() {
	s.t.Helper()
	require.NoError(s.t, s.broker.Process.Kill())
	_ = s.broker.Wait()
}

// TestATierWithoutABrokerDoesNotStart leaves out the variable with the broker's address.
func TestATierWithoutABrokerDoesNotStart(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"edge.yaml", "processing.yaml"} {
		e := launchExample(t, "scale-out/"+name, t.TempDir(), nil, "CXONE_QUEUE="+t.TempDir(), "CXONE_OTLP_ENDPOINT=http://localhost:1")
		assert.Error(t, e.awaitEnd(), name)
		assert.Contains(t, e.log.String(), "kafka::clientconfig: brokers must be specified", name)
	}
}

// TestFaultsOfAScaledOutInstallation kills the edge, one of two processors and the broker in turn, while signed deliveries
// arrive. Nothing that the edge acknowledged is lost.
func TestFaultsOfAScaledOutInstallation(t *testing.T) {
	t.Parallel()
	s := startScaleOut(t)
	l := startLoadFor(t, "http://"+s.edge.address, "60", "--duration", (8*time.Second + soakFor).String(),
		"--private-key-file", filepath.Join(s.dir, "v1.key.pem"), "--consumer-id", "anybody", "--key-version", "1", "--invalid-ratio", "0.02")
	killed := 0
	faults := []func(){
		func() {
			s.edge.kill()
			time.Sleep(500 * time.Millisecond)
			s.edge.again()
		},
		func() {
			one := s.processing[killed%2]
			killed++
			one.kill() // the other one gets its partitions
			time.Sleep(500 * time.Millisecond)
			one.again()
		},
		// The broker comes last. Unlike Kafka, kfake may keep a consumer in its group forever that was killed while it
		// joined. It only forgets it together with all others.
		func() {
			s.killBroker()
			time.Sleep(time.Second)
			s.startBroker()
		},
	}
	end := time.Now().Add(7*time.Second + soakFor)
	for n := 0; n%len(faults) != 0 || time.Now().Before(end); n++ {
		time.Sleep(1500 * time.Millisecond)
		faults[n%len(faults)]()
	}
	result, _ := requireNothingLost(t, "edge, processor and Kafka broker killed in turn", s.sink.dir, l)
	assert.Positive(t, result.Retries)
	assert.Positive(t, result.Refused, "forged signatures, and what is no JSON")
	assert.Eventually(t, func() bool {
		metrics, err := os.ReadFile(filepath.Join(s.sink.dir, "metrics.jsonl"))
		return err == nil && strings.Contains(string(metrics), `"cxone.calls"`) && strings.Contains(string(metrics), `"cxone.script.api.calls"`)
	}, 30*time.Second, 300*time.Millisecond, "the aggregated metrics come this way too")
}
