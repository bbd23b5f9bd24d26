// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const plainHTTPWarning = "plain HTTP on an address that is not loopback"

func TestWhatIsLoggedAtStartUp(t *testing.T) {
	t.Parallel()
	t.Run("on loopback", func(t *testing.T) {
		t.Parallel()
		c := start(t, with(open))
		for path, dataType := range map[string]string{voicePath: "voice_quality", scriptPath: "script_api"} {
			form := formOf(c, dataType)
			assert.Contains(t, form, `"callback_url": "https://your public host name`+path+`"`)
			assert.Contains(t, form, `"method": "POST", "authentication": "none"`)
			assert.NotContains(t, form, "127.0.0.1", "nobody reaches the address that the port is bound to")
		}
		assert.Equal(t, 1, strings.Count(c.log.String(), "deliveries are taken from anybody"))
		assert.NotContains(t, c.log.String(), plainHTTPWarning)
	})
	t.Run("with a signature", func(t *testing.T) {
		t.Parallel()
		c := start(t, with(`    signature:
      url: https://hooks.example.org:8443/cxone
      consumer_id: us
      refresh_interval: 7m
      keys:
        - {version: "1", algorithm: hmac_sha256, secret: "`+sharedSecret+`"}
        - {version: "2", algorithm: hmac_sha256, secret: "`+sharedSecret+`2"}
    script_api: {signature_url: "https://scripts.example.org/calls"}
`))
		for dataType, urls := range map[string][2]string{
			"voice_quality": {"https://hooks.example.org:8443" + voicePath, "https://hooks.example.org:8443/cxone"},
			"script_api":    {"https://scripts.example.org" + scriptPath, "https://scripts.example.org/calls"},
		} {
			form := formOf(c, dataType)
			for _, field := range []string{
				`"callback_url": "` + urls[0] + `"`, `"authentication": "signature"`, `"scheme": "monitoring_gateway"`,
				`"CONSUMER ID": "us"`, `"KEY VERSIONS": "1, 2"`, `"SIGNATURE URL": "` + urls[1] + `"`, `"REFRESH RATE": "7m0s"`,
			} {
				assert.Contains(t, form, field)
			}
			assert.NotContains(t, form, sharedSecret)
		}
		warning := lineWith(c.log.String(), "signature does not cover: method")
		assert.Contains(t, warning, "method: only POST is taken")
	})
	t.Run("on every address", func(t *testing.T) {
		t.Parallel()
		c := start(t, strings.Replace(with(open), "endpoint: 127.0.0.1:${PORT}", "endpoint: 0.0.0.0:${PORT}", 1))
		c.waitLog(plainHTTPWarning)
		assert.NotContains(t, formOf(c, "voice_quality"), "0.0.0.0")
	})
	t.Run("on every address, with TLS", func(t *testing.T) {
		t.Parallel()
		c := start(t, strings.Replace(with(open+serverTLS(newAuthority(t, "ours").server("receiver"), "")),
			"endpoint: 127.0.0.1:${PORT}", "endpoint: 0.0.0.0:${PORT}", 1))
		c.waitLog(`"callback_url": "https://`)
		assert.NotContains(t, c.log.String(), plainHTTPWarning)
	})
}

// formOf returns the line with the fields of the vendor's form for a data type.
func formOf(c *collector, dataType string) string {
	c.t.Helper()
	const text = "this is what belongs in CXone's form"
	count, form := 0, ""
	for line := range strings.Lines(c.log.String()) {
		if strings.Contains(line, text) && strings.Contains(line, `"data_type": "`+dataType+`"`) {
			count, form = count+1, line
		}
	}
	assert.Equal(c.t, 1, count, "a line for each callback, not for each signal")
	return form
}

func TestHeadersAreLimitedTo32KiB(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	for size, status := range map[int]int{30 << 10: http.StatusOK, 40 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		a := c.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nX-Large: %s\r\nContent-Length: %d\r\n\r\n%s", voicePath,
			strings.Repeat("a", size), len(leg), leg))
		assert.Equal(t, status, a.status)
	}
	c.await(1, 1, 1)
}
