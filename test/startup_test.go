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
			assert.Equal(t, 1, strings.Count(c.log.String(), `"callback_url": "http://`+c.address+path+`", "data_type": "`+dataType+`"`), "a line for each callback, not for each signal")
		}
		assert.Equal(t, 1, strings.Count(c.log.String(), "deliveries are taken from anybody"))
		assert.NotContains(t, c.log.String(), plainHTTPWarning)
	})
	t.Run("on every address", func(t *testing.T) {
		t.Parallel()
		c := start(t, strings.Replace(with(open), "endpoint: 127.0.0.1:${PORT}", "endpoint: 0.0.0.0:${PORT}", 1))
		c.waitLog(plainHTTPWarning)
	})
	t.Run("on every address, with TLS", func(t *testing.T) {
		t.Parallel()
		c := start(t, strings.Replace(with(open+serverTLS(newAuthority(t, "ours").server("receiver"), "")), "endpoint: 127.0.0.1:${PORT}", "endpoint: 0.0.0.0:${PORT}", 1))
		c.waitLog(`"callback_url": "https://`)
		assert.NotContains(t, c.log.String(), plainHTTPWarning)
	})
}

func TestHeadersAreLimitedTo32KiB(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	for size, status := range map[int]int{30 << 10: http.StatusOK, 40 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		a := c.raw(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: a\r\nX-Large: %s\r\nContent-Length: %d\r\n\r\n%s", voicePath, strings.Repeat("a", size), len(leg), leg))
		assert.Equal(t, status, a.status)
	}
	c.await(1, 1, 1)
}
