// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// The keys and signatures of RFC 7515 appendix A, RFC 7797 section 4 and RFC 8037 appendix A.
const (
	joseSecret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	joseRSA    = `{"kty":"RSA","e":"AQAB",` +
		`"n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEw` +
		`OWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG` +
		`4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}`
	joseP256 = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",` +
		`"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	joseP521 = `{"kty":"EC","crv":"P-521",` +
		`"x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",` +
		`"y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"}`
	joseEd25519 = `{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`

	joseClaims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)

// joseKey is a key of the configuration, for a JWK or for joseSecret.
func joseKey(t *testing.T, algorithm, jwk string) KeyConfig {
	if jwk == "" {
		secret, err := base64.RawURLEncoding.DecodeString(joseSecret)
		require.NoError(t, err)
		return KeyConfig{
			Algorithm:      algorithm,
			SecretFile:     writeFile(t, []byte(base64.StdEncoding.EncodeToString(secret))),
			SecretEncoding: "base64",
		}
	}
	return KeyConfig{Algorithm: algorithm, PublicKeyFile: writeFile(t, []byte(jwk))}
}

func TestTokensOfTheRFCs(t *testing.T) {
	for name, vector := range map[string]struct{ algorithm, jwk, token string }{
		"RFC 7515 A.1": {
			"hmac_sha256",
			"",
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + joseClaims + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
		},
		"RFC 7515 A.2": {
			"rsa_sha256",
			joseRSA,
			"eyJhbGciOiJSUzI1NiJ9." + joseClaims + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2F" +
				"p5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--" +
				"xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
		},
		"RFC 7515 A.3": {
			"ecdsa_sha256",
			joseP256,
			"eyJhbGciOiJFUzI1NiJ9." + joseClaims + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `{scheme: jwt, jwt: {consumer_claim: iss}}`)
			config.Keys = []KeyConfig{joseKey(t, vector.algorithm, vector.jwk)}
			verifier := newVerifier(t, config)
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("Authorization", "Bearer "+vector.token)
			expires := time.Unix(1300819380, 0)
			attempt, err := judge(verifier, r, testBody, expires.Add(-time.Minute))
			require.NoError(t, err)
			assert.Equal(t, "joe", attempt.Consumer())
			_, err = judge(verifier, r, testBody, expires.Add(time.Second))
			requireRefused(t, err, refusal.ReasonStale)
			_, err = judge(verifier, r, testBody, expires.Add(-time.Hour))
			assert.Contains(t, requireRefused(t, err, refusal.ReasonFuture).Detail, "no iat, and its exp is 1h0m0s ahead")
			changed := []byte(vector.token)
			changed[len(changed)-10] ^= 1
			r.Header.Set("Authorization", "Bearer "+string(changed))
			_, err = judge(verifier, r, testBody, expires.Add(-time.Minute))
			requireRefused(t, err, refusal.ReasonBadSignature)
		})
	}
}

func TestDetachedSignaturesOfTheRFCs(t *testing.T) {
	for name, vector := range map[string]struct{ algorithm, jwk, value, body string }{
		// In appendix F, the payload is removed from the middle.
		"RFC 7515 A.1 and F": {
			"hmac_sha256",
			"",
			"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9..dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
			"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}",
		},
		"RFC 7515 A.4 and F": {
			"ecdsa_sha512",
			joseP521,
			"eyJhbGciOiJFUzUxMiJ9..AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2Y" +
				"BJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
			"Payload",
		},
		"RFC 7797 4.1": {"hmac_sha256", "", "eyJhbGciOiJIUzI1NiJ9..5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ", "$.02"},
		"RFC 7797 4.2": {
			"hmac_sha256",
			"",
			"eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY",
			"$.02",
		},
		"RFC 8037 A.4": {
			"ed25519",
			joseEd25519,
			"eyJhbGciOiJFZERTQSJ9..hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
			"Example of Ed25519 signing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := fromYAML(t, `{scheme: jws}`)
			config.Keys = []KeyConfig{joseKey(t, vector.algorithm, vector.jwk)}
			verifier := newVerifier(t, config)
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("X-JWS-Signature", vector.value)
			_, err := judge(verifier, r, vector.body, testNow)
			require.NoError(t, err)
			for _, body := range []string{vector.body + " ", "", base64.RawURLEncoding.EncodeToString([]byte(vector.body))} {
				_, err = judge(verifier, r, body, testNow)
				requireRefused(t, err, refusal.ReasonBadSignature)
			}
		})
	}
}
