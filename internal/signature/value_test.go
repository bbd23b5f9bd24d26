// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

func TestFieldsOfPairsMayNotComeTwice(t *testing.T) {
	config := fromYAML(t, `{scheme: stripe, keys: [{secret: `+testSecret+`}]}`)
	verifier := newVerifier(t, config)
	signature := "fada59049d1a44e07f2c632079f63a2a63a04637729a828458eb874fe60bd17e"
	for value, reason := range map[string]Reason{
		"t=1700000000,v1=" + signature:                                    "",
		"v1=" + signature + ", t=1700000000 ":                             "",
		"t=1700000000,v1=" + strings.Repeat("0", 64) + ",v1=" + signature: "",
		"t=1700000000,t=1700000000,v1=" + signature:                       refusal.ReasonDuplicate,
		"t=1700000000,t=1,v1=" + signature:                                refusal.ReasonDuplicate,
		"v1=" + signature:                                                 refusal.ReasonMissing,
		"t=,v1=" + signature:                                              refusal.ReasonMissing,
		"t=1700000000,v0=" + signature:                                    refusal.ReasonMissing,
		"t=1700000000,v1=" + signature[:62]:                               refusal.ReasonMalformed,
		"t=1700000000,v1=" + strings.Repeat("0", 64):                      refusal.ReasonBadSignature,
		"t=1700000001,v1=" + signature:                                    refusal.ReasonBadSignature,
		strings.Repeat("v1="+signature+",", 9) + "t=1700000000":           refusal.ReasonMalformed,
	} {
		r := newRequest(t, http.MethodPost, testURL)
		r.Header.Set("Stripe-Signature", value)
		_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
		if reason == "" {
			require.NoError(t, err, value)
			continue
		}
		requireRefused(t, err, reason)
	}
}
