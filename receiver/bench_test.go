// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
)

// fullLeg has every figure, so that it has as many points as a record can have.
const fullLeg = `{"ContactId":8675309,"DataSource":"SBC EXMS","MasterContactId":86753099,"BusinessUnit":1337,"SkillId":4,` +
	`"SkillName":"Mysteries Report","TeamId":1010,"TeamName":"Mysteries","AgentId":1174,"Agent":"Sherlock Holmes","DbKey":null,` +
	`"StartDateTime":"2024-03-26T13:57:41.727Z","EndDateTime":"2024-03-26T14:07:02.009Z","From":"+18018675309","To":"1174",` +
	`"Direction":"inbound","AvgJitter":12.5,"AvgPktLoss":0.4,"AvgMos":4.21,"AvgRFactor":88.1,"CallScore":4,"Poc":"Line",` +
	`"LineType":"webRTC","DisconnectReason":"1","Disposition":"Solved","Callduration":560,"Ringtime":4,"Disconnecttime":1,` +
	`"Cluster":"L69","SipResponseCode":200,"AvgBitrate":48.2,"AvgRtt":61,"IspProvider":"London Speed","CallSetupTime":898.0,` +
	`"OperatingSystem":"Windows","OsVersion":"10","LocationCountry":"GB","LocationCity":"London","SdkVersion":"1.30.9",` +
	`"Browser":"Firefox","ConnectionType":"TURN","MediaTransport":"udp","AgentConsoleType":"MAX","AgentConsoleVersion":"24.2"}`

func newBenchEndpoint(tb testing.TB) *endpoint {
	tb.Helper()
	cfg := testConfig()
	cfg.ReplayWindow.Size = 0 // or all but the first would be repeats
	return newBenchEndpointWith(tb, cfg)
}

func newBenchEndpointWith(tb testing.TB, cfg *Config) *endpoint {
	tb.Helper()
	r, err := newReceiver(receivertest.NewNopSettings(metadata.Type), cfg)
	require.NoError(tb, err)
	r.next = consumers{consumertest.NewNop(), consumertest.NewNop(), consumertest.NewNop()}
	e, err := newEndpoint(tb.Context(), r, componenttest.NewNopHost())
	require.NoError(tb, err)
	return e
}

// deliverOnce sends a body through the endpoint.
func deliverOnce(tb testing.TB, e *endpoint, path, body string) {
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	w := httptest.NewRecorder()
	e.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		tb.Fatalf("%d %s", w.Code, w.Body)
	}
}

func batchOf(record string, n int) string {
	return "[" + strings.Repeat(record+",", n-1) + record + "]"
}

func BenchmarkDelivery(b *testing.B) {
	script := payloadFile(b, "script_api.json")
	e := newBenchEndpoint(b)
	for _, bc := range []struct{ name, path, body string }{
		{"voice/1", voicePath, fullLeg},
		{"script/1", scriptPath, script},
		{"voice/10", voicePath, batchOf(fullLeg, 10)},
		{"voice/100", voicePath, batchOf(fullLeg, 100)},
		{"voice/1000", voicePath, batchOf(fullLeg, 1000)},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.SetBytes(int64(len(bc.body)))
			b.ReportAllocs()
			for b.Loop() {
				deliverOnce(b, e, bc.path, bc.body)
			}
		})
	}
}

func BenchmarkDeliveryOf8MiB(b *testing.B) {
	e := newBenchEndpoint(b)
	var body bytes.Buffer
	body.WriteString("[")
	for i := 0; body.Len() < 8<<20-2*len(fullLeg); i++ {
		fmt.Fprintf(&body, "%s,", strings.Replace(fullLeg, "8675309", fmt.Sprint(8675309+i), 1))
	}
	body.WriteString(fullLeg + "]")
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		deliverOnce(b, e, voicePath, body.String())
	}
}

// BenchmarkReplayMemory compares the cost of a delivery with a full replay memory, and without one.
func BenchmarkReplayMemory(b *testing.B) {
	for name, size := range map[string]int{"off": 0, "full": 10_000} {
		b.Run(name, func(b *testing.B) {
			cfg := testConfig()
			cfg.ReplayWindow.Size = size
			e := newBenchEndpointWith(b, cfg)
			number := 0
			deliver := func() {
				number++
				deliverOnce(b, e, voicePath, fmt.Sprintf(`{"ContactId": %d, "AvgMos": 4.1}`, number))
			}
			for range size {
				deliver()
			}
			b.ReportAllocs()
			for b.Loop() {
				deliver()
			}
		})
	}
}
