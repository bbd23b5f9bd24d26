// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// compact writes a token by hand, so that it can be one that no library would write.
func compact(t testing.TB, header, payload string, key SigningKey) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	signature, err := key.SignRaw([]byte(text))
	require.NoError(t, err)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

const twoTokenKeys = `
keys:
  - {version: k1, consumer_id: acme, algorithm: rsa_sha256, public_key_file: ` + opensslDirectory + `rsa.pub.pem}
  - {version: k2, consumer_id: acme, algorithm: ecdsa_sha256, public_key_file: ` + opensslDirectory + `P-256.pub.pem}
  - {version: k3, consumer_id: other, algorithm: hmac_sha256, secret: ` + "0123456789abcdef0123456789abcdef" + `}
`

// opensslSigner signs with a private key of the vectors.
func opensslSigner(t testing.TB, algorithm, file string) SigningKey {
	t.Helper()
	data, err := os.ReadFile(opensslDirectory + file + ".key.pem")
	require.NoError(t, err)
	private, err := keys.ParsePrivateKey(data)
	require.NoError(t, err)
	return SigningKey{Algorithm: algorithm, PrivateKey: private}
}

func TestEveryAttackOnATokenIsRefusedForItsReason(t *testing.T) {
	digest := fmt.Sprintf("%x", keys.Bytes([]byte(testBody)).Digest(crypto.SHA256))
	config := fromYAML(t, `
scheme: jwt
jwt: {consumer_claim: iss, body_claim: {name: request_body_sha256}}
`+twoTokenKeys)
	verifier := newVerifier(t, config)
	rsaKey, ecKey := opensslSigner(t, "rsa_sha256", "rsa"), opensslSigner(t, "ecdsa_sha256", "P-256")
	foreign := SigningKey{Algorithm: "rsa_sha256", PrivateKey: pairFor("rsa_sha256")}
	publicText, err := os.ReadFile(opensslDirectory + "rsa.pub.pem")
	require.NoError(t, err)
	withPublic := SigningKey{Algorithm: "hmac_sha256", Secret: publicText}
	jwk, err := (&jose.JSONWebKey{Key: foreign.PrivateKey.Public(), KeyID: "k1"}).MarshalJSON()
	require.NoError(t, err)
	header := func(extra string) string { return `{"alg":"RS256","kid":"k1"` + extra + `}` }
	claims := func(edits ...string) string {
		text := `{"iss":"acme","iat":1700000000,"request_body_sha256":"` + digest + `"}`
		for i := 0; i < len(edits); i += 2 {
			require.Contains(t, text, edits[i])
			text = strings.Replace(text, edits[i], edits[i+1], 1)
		}
		return text
	}
	good := compact(t, header(""), claims(), rsaKey)
	unsigned := func(header, payload string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + "."
	}
	der, err := ecKey.Sign([]byte(strings.TrimSuffix(unsigned(`{"alg":"ES256","kid":"k2"}`, claims()), ".")))
	require.NoError(t, err)
	for name, test := range map[string]struct {
		token  string
		reason Reason
	}{
		"nothing":                {good, ""},
		"the other key":          {compact(t, `{"alg":"ES256","kid":"k2"}`, claims(), ecKey), ""},
		"iat with a fraction":    {compact(t, header(""), claims("1700000000", "1700000000.25"), rsaKey), ""},
		"exp beside iat":         {compact(t, header(""), claims("1700000000", `1700000000,"exp":1800000000`), rsaKey), ""},
		"a list of one consumer": {compact(t, header(""), claims(`"acme"`, `["acme"]`), rsaKey), ""},
		"typ is anything":        {compact(t, header(`,"typ":"x"`), claims(), rsaKey), ""},

		"alg none":                  {unsigned(`{"alg":"none","kid":"k1"}`, claims()), refusal.ReasonWrongAlgorithm},
		"alg None":                  {unsigned(`{"alg":"None","kid":"k1"}`, claims()), refusal.ReasonWrongAlgorithm},
		"alg none, signed":          {compact(t, `{"alg":"none","kid":"k1"}`, claims(), rsaKey), refusal.ReasonWrongAlgorithm},
		"no alg":                    {compact(t, `{"kid":"k1"}`, claims(), rsaKey), refusal.ReasonMalformed},
		"no signature":              {unsigned(header(""), claims()), refusal.ReasonMalformed},
		"HS256 with the public key": {compact(t, `{"alg":"HS256","kid":"k1"}`, claims(), withPublic), refusal.ReasonWrongAlgorithm},
		"HS256 under RS256":         {compact(t, header(""), claims(), withPublic), refusal.ReasonMalformed},
		"another hash": {
			compact(t, `{"alg":"RS512","kid":"k1"}`, claims(), opensslSigner(t, "rsa_sha512", "rsa")),
			refusal.ReasonWrongAlgorithm,
		},
		"another padding": {
			compact(t, `{"alg":"PS256","kid":"k1"}`, claims(), opensslSigner(t, "rsa_pss_sha256", "rsa")),
			refusal.ReasonWrongAlgorithm,
		},
		"ECDSA as DER": {
			unsigned(`{"alg":"ES256","kid":"k2"}`, claims()) + base64.RawURLEncoding.EncodeToString(der),
			refusal.ReasonMalformed,
		},
		"ECDSA of zeros": {
			unsigned(`{"alg":"ES256","kid":"k2"}`, claims()) + base64.RawURLEncoding.EncodeToString(make([]byte, 64)),
			refusal.ReasonBadSignature,
		},
		"another's key":            {compact(t, header(""), claims(), foreign), refusal.ReasonBadSignature},
		"another's key, in jwk":    {compact(t, header(`,"jwk":`+string(jwk)), claims(), foreign), refusal.ReasonBadSignature},
		"another's key, at jku":    {compact(t, header(`,"jku":"http://127.0.0.1:1/keys"`), claims(), foreign), refusal.ReasonBadSignature},
		"another's key, at x5u":    {compact(t, header(`,"x5u":"http://127.0.0.1:1/cert"`), claims(), foreign), refusal.ReasonBadSignature},
		"jku beside the right key": {compact(t, header(`,"jku":"http://127.0.0.1:1/keys"`), claims(), rsaKey), ""},
		"foreign kid":              {compact(t, `{"alg":"RS256","kid":"k9"}`, claims(), rsaKey), refusal.ReasonUnknownKey},
		"kid of a path":            {compact(t, `{"alg":"RS256","kid":"../../dev/null"}`, claims(), rsaKey), refusal.ReasonUnknownKey},
		"kid of the other key":     {compact(t, `{"alg":"RS256","kid":"k2"}`, claims(), rsaKey), refusal.ReasonWrongAlgorithm},
		"kid of another consumer's": {
			compact(t, `{"alg":"HS256","kid":"k3"}`, claims(), SigningKey{Algorithm: "hmac_sha256", Secret: []byte(testSecret)}),
			refusal.ReasonUnknownKey,
		},
		"no kid":          {compact(t, `{"alg":"RS256"}`, claims(), rsaKey), refusal.ReasonMissing},
		"kid twice":       {compact(t, `{"alg":"RS256","kid":"k9","kid":"k1"}`, claims(), rsaKey), refusal.ReasonMalformed},
		"kid is a number": {compact(t, `{"alg":"RS256","kid":1}`, claims(), rsaKey), refusal.ReasonMalformed},

		"crit unknown":             {compact(t, header(`,"crit":["exp"],"exp":1`), claims(), rsaKey), refusal.ReasonMalformed},
		"crit empty":               {compact(t, header(`,"crit":[]`), claims(), rsaKey), refusal.ReasonMalformed},
		"crit a text":              {compact(t, header(`,"crit":"b64"`), claims(), rsaKey), refusal.ReasonMalformed},
		"b64 in a token":           {compact(t, header(`,"b64":false,"crit":["b64"]`), claims(), rsaKey), refusal.ReasonMalformed},
		"b64 that is not critical": {compact(t, header(`,"b64":false`), claims(), rsaKey), refusal.ReasonMalformed},

		"no consumer claim":        {compact(t, header(""), claims(`"iss":"acme",`, ""), rsaKey), refusal.ReasonMissing},
		"another consumer's claim": {compact(t, header(""), claims("acme", "other"), rsaKey), refusal.ReasonUnknownKey},
		"an unknown consumer":      {compact(t, header(""), claims("acme", "mallory"), rsaKey), refusal.ReasonUnknownConsumer},
		"two consumers":            {compact(t, header(""), claims(`"acme"`, `["acme","other"]`), rsaKey), refusal.ReasonMalformed},
		"a consumer's number":      {compact(t, header(""), claims(`"acme"`, `1`), rsaKey), refusal.ReasonMalformed},

		"expired":                  {compact(t, header(""), claims("1700000000", `1700000000,"exp":1699999999`), rsaKey), refusal.ReasonStale},
		"stale":                    {compact(t, header(""), claims("1700000000", `1699999399`), rsaKey), refusal.ReasonStale},
		"stale, with an exp ahead": {compact(t, header(""), claims("1700000000", `1600000000,"exp":1800000000`), rsaKey), refusal.ReasonStale},
		"from the future":          {compact(t, header(""), claims("1700000000", `1700000061`), rsaKey), refusal.ReasonFuture},
		"not before":               {compact(t, header(""), claims("1700000000", `1700000000,"nbf":1700000061`), rsaKey), refusal.ReasonFuture},
		"no time at all":           {compact(t, header(""), claims(`"iat":1700000000,`, ""), rsaKey), refusal.ReasonMissing},
		"exp alone, soon":          {compact(t, header(""), claims(`"iat":1700000000`, `"exp":1700000600`), rsaKey), ""},
		"exp alone, years ahead":   {compact(t, header(""), claims(`"iat":1700000000`, `"exp":1800000000`), rsaKey), refusal.ReasonFuture},
		"exp is a text": {
			compact(t, header(""), claims("1700000000", `1700000000,"exp":"1800000000"`), rsaKey),
			refusal.ReasonMalformed,
		},
		"exp beyond all time": {compact(t, header(""), claims("1700000000", `1700000000,"exp":1e300`), rsaKey), refusal.ReasonMalformed},
		"iat before 1970":     {compact(t, header(""), claims("1700000000", `-1`), rsaKey), refusal.ReasonMalformed},
		"iat null":            {compact(t, header(""), claims("1700000000", `null`), rsaKey), refusal.ReasonMalformed},
		"iat twice": {
			compact(t, header(""), claims("1700000000", `1600000000,"iat":1700000000`), rsaKey),
			refusal.ReasonMalformed,
		},

		"no body claim":               {compact(t, header(""), claims(`,"request_body_sha256":"`+digest+`"`, ""), rsaKey), refusal.ReasonMissing},
		"another body's claim":        {compact(t, header(""), claims(digest, strings.Repeat("0", 64)), rsaKey), refusal.ReasonBadDigest},
		"half a body's claim":         {compact(t, header(""), claims(digest, digest[:32]), rsaKey), refusal.ReasonMalformed},
		"a body's claim that is null": {compact(t, header(""), claims(`"`+digest+`"`, "null"), rsaKey), refusal.ReasonMalformed},
		"claims that are a list":      {compact(t, header(""), `[]`, rsaKey), refusal.ReasonMalformed},
		"claims that are null":        {compact(t, header(""), `null`, rsaKey), refusal.ReasonMalformed},
		"claims that are no JSON":     {compact(t, header(""), `iss=acme`, rsaKey), refusal.ReasonMalformed},
		"changed claims": {
			strings.Replace(good, base64.RawURLEncoding.EncodeToString([]byte(claims())),
				base64.RawURLEncoding.EncodeToString([]byte(claims("1700000000", "1700000001"))), 1),
			refusal.ReasonBadSignature,
		},

		"four parts":            {good + ".x", refusal.ReasonMalformed},
		"five parts, encrypted": {"eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0....", refusal.ReasonMalformed},
		"JSON form":             {`{"payload":"e30","protected":"e30","signature":"AA"}`, refusal.ReasonMalformed},
		"empty":                 {"", refusal.ReasonMissing},
		"dots":                  {"..", refusal.ReasonMalformed},
		"padded":                {good + "=", refusal.ReasonMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("Authorization", "Bearer "+test.token)
			_, err := judge(verifier, overTheWire(t, r), testBody, testNow)
			if test.reason == "" {
				require.NoError(t, err)
				return
			}
			refused := requireRefused(t, err, test.reason)
			assert.NotContains(t, refused.Error()+refused.Hint(), digest)
		})
	}
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set("Authorization", "Bearer "+good)
	_, err = judge(verifier, r, testBody+" ", testNow)
	requireRefused(t, err, refusal.ReasonBadDigest)
	r.Header.Set("Authorization", "bearer "+good)
	_, err = judge(verifier, r, testBody, testNow)
	require.NoError(t, err, "the case of an authentication scheme's name is free")
	for _, value := range []string{good, "Basic " + good, "Bear"} {
		r.Header.Set("Authorization", value)
		_, err = judge(verifier, r, testBody, testNow)
		requireRefused(t, err, refusal.ReasonMissing)
	}
	r.Header["Authorization"] = []string{"Bearer " + good, "Bearer " + good}
	_, err = judge(verifier, r, testBody, testNow)
	requireRefused(t, err, refusal.ReasonDuplicate)
}

func TestEveryAttackOnADetachedSignatureIsRefusedForItsReason(t *testing.T) {
	config := fromYAML(t, "scheme: jws\nconsumer: {header: X-Consumer}\n"+twoTokenKeys)
	verifier := newVerifier(t, config)
	rsaKey := opensslSigner(t, "rsa_sha256", "rsa")
	detached := func(token string) string {
		parts := strings.Split(token, ".")
		return parts[0] + ".." + parts[2]
	}
	// unencoded signs the body as it is (RFC 7797).
	unencoded := func(header, body string) string {
		head := base64.RawURLEncoding.EncodeToString([]byte(header))
		signature, err := rsaKey.SignRaw([]byte(head + "." + body))
		require.NoError(t, err)
		return head + ".." + base64.RawURLEncoding.EncodeToString(signature)
	}
	header := func(extra string) string { return `{"alg":"RS256","kid":"k1"` + extra + `}` }
	const plain = `,"b64":false,"crit":["b64"]`
	encoded := base64.RawURLEncoding.EncodeToString([]byte(testBody))
	good := detached(compact(t, header(""), testBody, rsaKey))
	for name, test := range map[string]struct {
		value, body string
		reason      Reason
	}{
		"nothing":                        {good, testBody, ""},
		"b64 true":                       {detached(compact(t, header(`,"b64":true,"crit":["b64"]`), testBody, rsaKey)), testBody, ""},
		"unencoded":                      {unencoded(header(plain), testBody), testBody, ""},
		"unencoded, an empty body":       {unencoded(header(plain), ""), "", ""},
		"unencoded, a body with dots":    {unencoded(header(plain), "a.b.c"), "a.b.c", ""},
		"another body":                   {good, testBody + " ", refusal.ReasonBadSignature},
		"the body's base64 for the body": {good, encoded, refusal.ReasonBadSignature},
		"unencoded, another body":        {unencoded(header(plain), testBody), testBody + " ", refusal.ReasonBadSignature},
		"unencoded for encoded":          {unencoded(header(plain), encoded), testBody, refusal.ReasonBadSignature},
		"encoded for unencoded":          {detached(compact(t, header(plain), testBody, rsaKey)), testBody, refusal.ReasonBadSignature},
		"b64 that is not critical":       {unencoded(header(`,"b64":false`), testBody), testBody, refusal.ReasonMalformed},
		"b64 that is a text":             {unencoded(header(`,"b64":"false","crit":["b64"]`), testBody), testBody, refusal.ReasonMalformed},
		"crit unknown beside b64": {
			unencoded(header(`,"b64":false,"crit":["b64","x"],"x":1`), testBody),
			testBody,
			refusal.ReasonMalformed,
		},
		"crit unknown": {
			detached(compact(t, header(`,"crit":["x"],"x":1`), testBody, rsaKey)),
			testBody,
			refusal.ReasonMalformed,
		},
		"attached":               {compact(t, header(""), testBody, rsaKey), testBody, refusal.ReasonMalformed},
		"attached, another body": {compact(t, header(""), testBody, rsaKey), "x", refusal.ReasonMalformed},
		"alg none": {
			detached(compact(t, `{"alg":"none","kid":"k1"}`, testBody, rsaKey)),
			testBody,
			refusal.ReasonWrongAlgorithm,
		},
		"foreign kid": {
			detached(compact(t, `{"alg":"RS256","kid":"k9"}`, testBody, rsaKey)),
			testBody,
			refusal.ReasonUnknownKey,
		},
		"no kid": {detached(compact(t, `{"alg":"RS256"}`, testBody, rsaKey)), testBody, refusal.ReasonMissing},
		"another's key, in jwk": {
			detached(compact(t, header(`,"jwk":{"kty":"oct","k":"AAAA"}`), testBody, rsaKey)),
			testBody,
			refusal.ReasonMalformed,
		},
		"another key": {
			detached(compact(t, header(""), testBody, SigningKey{Algorithm: "rsa_sha256", PrivateKey: pairFor("rsa_sha256")})),
			testBody,
			refusal.ReasonBadSignature,
		},
		"empty": {"", testBody, refusal.ReasonMissing},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRequest(t, http.MethodPost, testURL)
			r.Header.Set("X-Consumer", "acme")
			r.Header.Set("X-JWS-Signature", test.value)
			_, err := judge(verifier, overTheWire(t, r), test.body, testNow)
			requireOutcome(t, err, test.reason)
		})
	}
	r := newRequest(t, http.MethodPost, testURL)
	r.Header.Set("X-Consumer", "other")
	r.Header.Set("X-JWS-Signature", good)
	_, err := judge(verifier, r, testBody, testNow)
	requireRefused(t, err, refusal.ReasonUnknownKey)
	r.Header.Set("X-Consumer", "acme")
	_, err = judge(verifier, r, testBody+" ", testNow)
	assert.Contains(t, requireRefused(t, err, refusal.ReasonBadSignature).Hint(), "the key fits")
	shown := verifier.ExplainToOperator(r, []byte(testBody), testNow)
	assert.Equal(t, strings.Split(good, ".")[0]+"."+encoded, string(shown.SignedString))
	assert.Equal(t, "k1", shown.KeyVersion)
}

func TestConfigurationsOfTokens(t *testing.T) {
	const key = "\nkeys: [{algorithm: hmac_sha256, secret: " + testSecret + "}]"
	for text, want := range map[string]string{
		"scheme: jwt" + key: "",
		"scheme: jwt\nconsumer_id: acme\njwt: {consumer_claim: iss}" + key: "",
		"scheme: jwt\nvalue: {query: token, prefix: ''}" + key:             "",
		"scheme: jws\nvalue: {header: Signature}" + key:                    "",
		"scheme: jwt\nconsumer_id: acme" + key:                             "consumer_id: nothing in the scheme carries a consumer",
		"scheme: jwt\nsigned_string: '{body}'" + key:                       "signed_string: a JSON Web Token says where this is",
		"scheme: jwt\ntimestamp: {header: T}" + key:                        "timestamp: a JSON Web Token says where this is",
		"scheme: jwt\ntimestamp: {unit: ms}" + key:                         "timestamp.unit: a JSON Web Token counts in s",
		"scheme: jwt\nkey_version: {header: T}" + key:                      "key_version: a JSON Web Token says",
		"scheme: jws\nnonce: {header: T}" + key:                            "nonce: a JSON Web Signature says",
		"scheme: jws\nvalue: {format: list}" + key:                         "value.format: a token is the whole value",
		"scheme: jws\nvalue: {encoding: hex}" + key:                        "value.encoding: a token says how it is encoded",
		"scheme: jws\njwt: {consumer_claim: iss}" + key:                    "jwt: only scheme: jwt has it",
		"scheme: jwt\njwt: {body_claim: {hash: sha256}}" + key:             "jwt.body_claim.name: missing",
		"scheme: jwt\njwt: {body_claim: {name: b, hash: md5}}" + key:       "jwt.body_claim.hash: unknown hash \"md5\"; known hashes are sha256",
		"scheme: jwt\njwt: {body_claim: {name: b, encoding: raw}}" + key: "jwt.body_claim.encoding: unknown encoding \"raw\"; known " +
			"encodings are hex, base64, base64url",
		"scheme: jwt\nkeys: [{algorithm: rsa_raw, public_key_file: k}]": "rsa_raw is not an algorithm of a JSON Web Token; " +
			"those are rsa_sha256",
		"scheme: jwt\ncomponents: ['@method']" + key: "components: only scheme: rfc9421 has them",
	} {
		config, err := decodeYAML(text)
		require.NoError(t, err, text)
		if want == "" {
			require.NoError(t, config.Validate(), text)
			continue
		}
		requireError(t, config.Validate(), want)
	}
	covered, missing := Coverage(fromYAML(t, "scheme: jwt"+key))
	assert.Equal(t, "timestamp; body url method", strings.Join(covered, " ")+"; "+strings.Join(missing, " "))
	covered, _ = Coverage(fromYAML(t, "scheme: jwt\njwt: {body_claim: {name: b}}"+key))
	assert.Equal(t, []string{"body", "timestamp"}, covered)
	covered, missing = Coverage(fromYAML(t, "scheme: jws"+key))
	assert.Equal(t, "body; url method timestamp", strings.Join(covered, " ")+"; "+strings.Join(missing, " "))
	assert.Equal(t, []string{"signature does not cover: url, method, timestamp"}, Warnings(fromYAML(t, "scheme: jws"+key)))
	require.True(t, fromYAML(t, "scheme: jwt"+key).IsTimed())
	require.False(t, fromYAML(t, "scheme: jws"+key).IsTimed())
}

// FuzzToken checks that anything in the place of a token is refused, and quickly.
func FuzzToken(f *testing.F) {
	jwt := newVerifier(f, fromYAML(f, "scheme: jwt\njwt: {consumer_claim: iss, body_claim: {name: b}}\n"+twoTokenKeys))
	jws := newVerifier(f, fromYAML(f, "scheme: jws\nconsumer: {query: c}\n"+twoTokenKeys))
	key := SigningKey{Algorithm: "hmac_sha256", Secret: []byte(testSecret)}
	for _, header := range []string{
		`{"alg":"HS256","kid":"k3"}`,
		`{"alg":"RS256","kid":"k1","crit":["b64"],"b64":false}`,
		`{"alg":"none"}`,
		`{"alg":"ES256","kid":"k2","jwk":{"kty":"EC"}}`,
		`[]`,
		`{`,
	} {
		token := compact(f, header, `{"iss":"other","iat":1700000000,"exp":1.5e9,"b":"AA"}`, key)
		f.Add(token)
		parts := strings.Split(token, ".")
		f.Add(parts[0] + ".." + parts[2])
	}
	f.Add("..")
	f.Add(strings.Repeat(".", 20))
	f.Fuzz(func(t *testing.T, token string) {
		for name, verifier := range map[string]*Verifier{"Authorization": jwt, "X-Jws-Signature": jws} {
			r := &http.Request{Method: http.MethodPost, Host: "h", RequestURI: "/?c=other", Header: http.Header{name: {token}}}
			if name == "Authorization" {
				r.Header.Set(name, "Bearer "+token)
			}
			attempt, err := verifier.Check(r, testNow)
			if err == nil {
				err = attempt.Verify([]byte(testBody))
			}
			if !isRefusal(err) {
				t.Fatalf("%s: %v", name, err)
			}
			if text := err.Error(); len(text) > 2000 {
				t.Fatalf("a refusal of %d bytes", len(text))
			}
			verifier.ExplainToOperator(r, []byte(testBody), testNow)
		}
	})
}
