// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/capture"
)

// FuzzRun checks that no capture makes a search panic, and that every finding has been proven.
func FuzzRun(f *testing.F) {
	f.Add([]byte("POST /a?b=c&sig=AAAA HTTP/1.1\r\nHost: h\r\nX-Signature: t=1,v1=" + "14d903a7968191213f1336d145a46fb179d74631812ab6f38f" +
		"0018433c500c39" + "\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("POST / HTTP/1.1\nHost: h\nSignature-Input: a=();created=1\nSignature: a=:AAAA:\nX-S: " +
		"v1,FNkDp5aBkSE/EzbRRaRvsXnXRjGBKrbzjwAYQzxQDDk= v2,\n\n{\"a\": 1}"))
	f.Add([]byte("GET /?t=1700000000&%zz=1 HTTP/1.1\nHost: :\nContent-Encoding: gzip\nX-S: 14d903a7968191213f1336d145a46fb179d74631\n\nx"))
	keys := []*Key{keyOf(f, "hmac_sha256"), keyOf(f, "ecdsa_sha256"), keyOf(f, "rsa"), keyOf(f, "ed25519")}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, body, err := capture.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, key := range keys {
			result, err := Run(t.Context(), []Capture{{Name: "a", Request: r, Body: body}}, key, Options{
				MaxCandidates: 200,
				ConsumerID:    "acme",
				SignatureURL:  "https://h/",
			})
			require.NoError(t, err)
			require.Nil(t, result.Finding, "nobody has signed this")
		}
	})
}
