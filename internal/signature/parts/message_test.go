// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

func TestTheSignaturesOwnParameterIsNotSigned(t *testing.T) {
	for query, wanted := range map[string]string{
		"sig=x":             "https://h/p",
		"a=1&sig=x":         "https://h/p?a=1",
		"sig=x&a=1":         "https://h/p?a=1",
		"a=1&s%69g=x&b":     "https://h/p?a=1&b",
		"a=1&signature=x":   "https://h/p?a=1&signature=x",
		"a=%zz&sig=x&%zz=1": "https://h/p?a=%zz&%zz=1",
	} {
		r := signaturetest.Request(t, "POST /p?"+query+" HTTP/1.1\r\nHost: h\r\n\r\n")
		m := NewMessage(r, OriginOf(""), time.Time{})
		m.Target = m.Target.Without("sig")
		assert.Equal(t, wanted, string(m.AppendURL(nil)), query)
	}
}

func TestHeaderNamesWithDotsAndUnderscoresInAnyCase(t *testing.T) {
	for _, sent := range []string{"WM_SEC.AUTH_SIGNATURE", "wm_sec.auth_signature", "Wm_Sec.Auth_Signature"} {
		r := signaturetest.Request(t, "POST / HTTP/1.1\r\nHost: h\r\n"+sent+": value\r\n\r\n")
		for _, configured := range []string{"WM_SEC.AUTH_SIGNATURE", "wm_Sec.auth_Signature"} {
			value, count := NewMessage(r, Origin{}, time.Time{}).Header(http.CanonicalHeaderKey(configured))
			assert.Equal(t, "value", value)
			assert.Equal(t, 1, count)
		}
	}
}
