// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestIdentifiersInALogAreQuotedAndCut(t *testing.T) {
	config := fromYAML(t, inEveryPart)
	r := signedByAlice(t, config)
	r.Header.Set("X-Key-Version", "\x1b[31m"+strings.Repeat("é", 500))
	_, err := newVerifier(t, config).Check(r, testNow)
	refused := requireRefused(t, err, refusal.ReasonMalformed)
	assert.NotContains(t, refused.Error(), "\x1b")
	r.Header.Set("X-Key-Version", strings.Repeat("é", 500))
	_, err = newVerifier(t, config).Check(r, testNow)
	refused = requireRefused(t, err, refusal.ReasonUnknownKey)
	assert.LessOrEqual(t, len(refused.KeyVersion), refusal.IdentifierLimit)
	assert.Less(t, len(refused.Detail), 600)
	assert.Equal(t, refused.Detail, strings.ToValidUTF8(refused.Detail, "?"))
}

func TestAMissingPartComesWithAHint(t *testing.T) {
	verifier := newVerifier(t, fromYAML(t, `{scheme: github, keys: [{secret: `+testSecret+`}]}`))
	for name, test := range map[string]struct {
		headers []string
		want    []string
	}{
		"nothing": {nil, []string{"no header came but everyday ones"}},
		"another": {
			[]string{"WM_SEC.AUTH_SIGNATURE", "WM_SEC.TIMESTAMP"},
			[]string{`"Wm_sec.auth_signature" "Wm_sec.timestamp"`, "they look like scheme: walmart_marketplace"},
		},
		"the other": {[]string{"WM_SEC.AUTH_SIGNATURE", "WM_CONSUMER.INTIMESTAMP", "WM_SEC.KEY_VERSION"}, []string{"walmart_service_registry"}},
		"a message": {[]string{"Signature", "Signature-Input"}, []string{"rfc9421"}},
		"detached":  {[]string{"X-JWS-Signature"}, []string{"they look like scheme: jws"}},
		"unknown":   {[]string{"X-Nobody-Knows"}, []string{"X-Nobody-Knows"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("User-Agent", "x")
			for _, header := range test.headers {
				r.Header.Set(header, "value-of-the-header")
			}
			_, err := verifier.Check(overTheWire(t, r), testNow)
			refused := requireRefused(t, err, refusal.ReasonMissing)
			for _, part := range test.want {
				assert.Contains(t, refused.Hint(), part)
			}
			assert.NotContains(t, refused.Hint()+refused.Error(), "value-of-the-header")
			assert.NotContains(t, refused.Hint(), "User-Agent")
		})
	}
	r := newRequest(t, http.MethodPost, testURL)
	for _, a := range "abcdefgh" {
		for _, b := range "abcdefgh" {
			r.Header.Set("X-"+string(a)+string(b)+strings.Repeat("y", 1000), "")
		}
	}
	_, err := verifier.Check(r, testNow)
	hint := requireRefused(t, err, refusal.ReasonMissing).Hint()
	assert.Contains(t, hint, "and 40 more")
	assert.Less(t, len(hint), maxHintNames*(refusal.IdentifierLimit+4)+100)
}

func TestExplainToOperator(t *testing.T) {
	config := fromYAML(t, inEveryPart)
	verifier := newVerifier(t, config)
	r := signedByAlice(t, config)
	r.Header.Set("X-Nonce", "n-1")
	r.Header.Set("X-Timestamp", "1600000000000")
	e := verifier.ExplainToOperator(overTheWire(t, r), []byte(testBody), testNow)
	requireRefused(t, e.Refusal, refusal.ReasonStale)
	assert.Equal(t, "alice\n"+testURL+"\nPOST\n1600000000000\n1\nn-1\nextra\n"+testBody, string(e.SignedString))
	assert.Equal(t, []int{32}, e.Signatures)
	assert.Equal(t, "alice 1 1600000000000 n-1", strings.Join([]string{e.Consumer, e.KeyVersion, e.Timestamp, e.Nonce}, " "))
	require.NoError(t, verifier.ExplainToOperator(overTheWire(t, signedByAlice(t, config)), []byte(testBody), testNow).Refusal)
}
