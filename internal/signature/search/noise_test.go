// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// addProxies adds the headers that content networks, balancers and tracing add to a request.
func addProxies(c *call) {
	for name, value := range map[string]string{
		"Accept-Encoding": "gzip, br", "Via": "1.1 varnish", "Cf-Ray": "85e2" + c.nonce + "-FRA", "Cf-Connecting-Ip": "203.0.113.9",
		"Cf-Visitor": `{"scheme":"https"}`, "Cf-Ipcountry": "US", "Cdn-Loop": "cloudflare", "X-Forwarded-For": "203.0.113.9, 10.0.0.3",
		"X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "X-Forwarded-Host": c.host, "X-Real-Ip": "203.0.113.9",
		"X-Request-Id": "0af7651916cd43dd8448eb211c80319c", "X-Amzn-Trace-Id": "Root=1-65f2" +
			c.nonce, "X-B3-Traceid": "80f198ee56343ba864fe8b2a57d3eff7",
		"X-B3-Spanid": "e457b5a2e4d86bd1", "X-B3-Sampled": "1", "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"X-Envoy-Attempt-Count": "1", "Date": c.at.Add(time.Second).Format(http.TimeFormat),
	} {
		c.header.Set(name, value)
	}
}

// Ed25519 is also found in seconds, but with the race detector it takes most of a minute.
func TestManyHeadersHideNoScheme(t *testing.T) {
	for _, algorithm := range []string{"rsa_sha256", "hmac_sha256"} {
		t.Run(algorithm, func(t *testing.T) {
			var captures []Capture
			for _, c := range calls() {
				addProxies(c)
				text := lines(c.consumer, c.url(), c.ms(), c.version, c.body)
				c.header.Set("X-Nice-Sign", b64(sign(t, algorithm, text)))
				captures = append(captures, c.request(t, "a"))
			}
			result := search(t, keyOf(t, algorithm), Options{}, captures[:2]...)
			require.NotNil(t, result.Finding)
			assert.Equal(t, `{consumer_id}\n{url}\n{timestamp}\n{key_version}\n{body}`, result.Finding.Config.SignedString)
			requireAccepts(t, result.Finding.YAML, captures...)
		})
	}
}
