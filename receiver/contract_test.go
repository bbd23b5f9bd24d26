// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// contactID identifies every element in these tests: each delivery is of one contact and has one figure.
const contactID = "cxone.contact.id"

func contactOf(attributes pcommon.Map) string {
	id, _ := attributes.Get(contactID)
	return id.AsString()
}

// eachPoint, eachSpan and eachLine visit the attributes of every element.
func eachPoint(d pmetric.Metrics, visit func(pcommon.Map)) {
	for _, rm := range d.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				for _, point := range m.Gauge().DataPoints().All() {
					visit(point.Attributes())
				}
			}
		}
	}
}

func eachSpan(d ptrace.Traces, visit func(pcommon.Map)) {
	for _, rs := range d.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				visit(span.Attributes())
			}
		}
	}
}

func eachLine(d plog.Logs, visit func(pcommon.Map)) {
	for _, rl := range d.ResourceLogs().All() {
		for _, sl := range rl.ScopeLogs().All() {
			for _, line := range sl.LogRecords().All() {
				visit(line.Attributes())
			}
		}
	}
}

// contractSender is a sender that tries again as long as it is asked to.
type contractSender struct {
	t        *testing.T
	receiver *cxoneReceiver // the one that the scenario uses
	path     string
	record   string // with %s for the contact
	next     atomic.Int64
}

func (*contractSender) Start() {}
func (*contractSender) Stop()  { http.DefaultClient.CloseIdleConnections() }

func (s *contractSender) Generate() []receivertest.UniqueIDAttrVal {
	id := fmt.Sprintf("contact-%d", s.next.Add(1))
	s.deliver(fmt.Sprintf(s.record, id))
	return []receivertest.UniqueIDAttrVal{receivertest.UniqueIDAttrVal(id)}
}

func (s *contractSender) deliver(body string) {
	for range 1000 {
		resp, err := http.Post("http://"+s.receiver.address.String()+s.path, "application/json", strings.NewReader(body))
		if !assert.NoError(s.t, err) {
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		switch resp.StatusCode {
		case http.StatusOK, http.StatusBadRequest: // taken, or refused for good
			return
		case http.StatusServiceUnavailable:
			assert.NotEmpty(s.t, resp.Header.Get("Retry-After"))
		default:
			assert.Fail(s.t, "another answer", "%d", resp.StatusCode)
			return
		}
	}
	assert.Fail(s.t, "a thousand tries were not enough")
}

// factory is the receiver's own. It also copies the contact to the place where the contract's check looks for an element's
// ID.
func (s *contractSender) factory() receiver.Factory {
	tag := func(attributes pcommon.Map) { attributes.PutStr(receivertest.UniqueIDAttrName, contactOf(attributes)) }
	keep := func(c component.Component, err error) (*cxoneReceiver, error) {
		if err != nil {
			return nil, err
		}
		s.receiver = c.(*cxoneReceiver)
		return s.receiver, nil
	}
	own := NewFactory()
	return receiver.NewFactory(metadata.Type, createDefaultConfig,
		receiver.WithMetrics(func(ctx context.Context, set receiver.Settings, cfg component.Config,
			next consumer.Metrics,
		) (receiver.Metrics, error) {
			tagged, err := consumer.NewMetrics(func(ctx context.Context, d pmetric.Metrics) error {
				eachPoint(d, tag)
				return next.ConsumeMetrics(ctx, d)
			})
			require.NoError(s.t, err)
			return keep(own.CreateMetrics(ctx, set, cfg, tagged))
		}, metadata.MetricsStability),
		receiver.WithTraces(func(ctx context.Context, set receiver.Settings, cfg component.Config,
			next consumer.Traces,
		) (receiver.Traces, error) {
			tagged, err := consumer.NewTraces(func(ctx context.Context,
				d ptrace.Traces,
			) error {
				eachSpan(d, tag)
				return next.ConsumeTraces(ctx, d)
			})
			require.NoError(s.t, err)
			return keep(own.CreateTraces(ctx, set, cfg, tagged))
		}, metadata.TracesStability),
		receiver.WithLogs(func(ctx context.Context, set receiver.Settings, cfg component.Config, next consumer.Logs) (receiver.Logs, error) {
			tagged, err := consumer.NewLogs(func(ctx context.Context, d plog.Logs) error { eachLine(d, tag); return next.ConsumeLogs(ctx, d) })
			require.NoError(s.t, err)
			return keep(own.CreateLogs(ctx, set, cfg, tagged))
		}, metadata.LogsStability),
	)
}

const (
	contractLeg  = `{"ContactId": %q, "AvgMos": 4.2, "EndDateTime": "2026-01-02T03:04:05Z"}`
	contractCall = `{"metadata": [{"contactId": %q, "actionName": "Look up", "apiResponseCode": "200", "dateTime": "1/2/2026 3:04:05 AM"}]}`
)

// TestConsumeContract is the collector's own check of receivers: nothing is lost and nothing comes twice, whatever the next
// consumer answers.
func TestConsumeContract(t *testing.T) {
	for name, tc := range map[string]struct {
		signal       pipeline.Signal
		path, record string
	}{
		"metrics of call legs": {pipeline.SignalMetrics, voicePath, contractLeg},
		"traces of call legs":  {pipeline.SignalTraces, voicePath, contractLeg},
		"logs of call legs":    {pipeline.SignalLogs, voicePath, contractLeg},
		"traces of API calls":  {pipeline.SignalTraces, scriptPath, contractCall},
		"logs of API calls":    {pipeline.SignalLogs, scriptPath, contractCall},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig()
			cfg.VoiceQuality.Get().MetricAttributes = []string{contactID}
			sender := &contractSender{t: t, path: tc.path, record: tc.record}
			receivertest.CheckConsumeContract(receivertest.CheckConsumeContractParams{
				T: t, Factory: sender.factory(), Signal: tc.signal, Config: cfg, Generator: sender, GenerateCount: 200,
			})
		})
	}
}

// TestPipelinesThatRefuseAtRandom has signals that refuse independently, so that most deliveries are accepted in part at
// first.
func TestPipelinesThatRefuseAtRandom(t *testing.T) {
	var mu sync.Mutex
	taken := map[string]map[string]int{"metrics": {}, "traces": {}, "logs": {}}
	refused := 0
	consume := func(signal string, visit func(func(pcommon.Map))) error {
		mu.Lock()
		defer mu.Unlock()
		if rand.IntN(2) == 0 {
			refused++
			return errTransient
		}
		visit(func(attributes pcommon.Map) { taken[signal][contactOf(attributes)]++ })
		return nil
	}
	metrics, err := consumer.NewMetrics(func(_ context.Context, d pmetric.Metrics) error {
		return consume("metrics", func(v func(pcommon.Map)) { eachPoint(d, v) })
	})
	require.NoError(t, err)
	traces, err := consumer.NewTraces(func(_ context.Context, d ptrace.Traces) error {
		return consume("traces", func(v func(pcommon.Map)) { eachSpan(d, v) })
	})
	require.NoError(t, err)
	logs, err := consumer.NewLogs(func(_ context.Context, d plog.Logs) error {
		return consume("logs", func(v func(pcommon.Map)) { eachLine(d, v) })
	})
	require.NoError(t, err)

	cfg := testConfig()
	cfg.VoiceQuality.Get().MetricAttributes = []string{contactID}
	r := runWith(t, cfg, pipelines{metrics, traces, logs}, componenttest.NewNopHost())
	sender := &contractSender{t: t, receiver: r.receiver, path: voicePath, record: contractLeg}
	defer sender.Stop()
	const senders, each = 4, 100
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range each {
				sender.Generate()
			}
		})
	}
	wg.Wait()
	require.Positive(t, refused)
	for signal, contacts := range taken {
		assert.Len(t, contacts, senders*each, signal)
		for contact, n := range contacts {
			assert.Equal(t, 1, n, "%s of %s", signal, contact)
		}
	}
	t.Logf("acknowledged %d, arrived %d of each signal, doubled 0, refused on the way %d", senders*each, len(taken["logs"]), refused)
}
