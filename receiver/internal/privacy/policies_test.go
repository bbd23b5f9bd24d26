// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
)

func TestMaskNumber(t *testing.T) {
	for number, want := range map[string]string{
		"+18018675309":                        "****5309",
		"8675309":                             "****5309",
		"(801) 867-5309":                      "****5309",
		"867530":                              "****",
		"1174":                                "****",
		"Anonymous":                           "****",
		"sip:+18018675309@10.11.12.13;user=a": "****5309",
		"sip:alice@192.168.100.200":           "****",
		"１２３４５６７８":                            "****",
	} {
		assert.Equal(t, want, maskNumber(number), number)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Sherlock Holmes": "S. H.", "Holmes, Sherlock": "H. S.", "Ég Ætla": "É. Æ.", "夏洛克 福尔摩斯": "夏. 福.", "x": "x.",
		"123": "****", "j.doe@example.org": "j. d. e. o.",
	} {
		assert.Equal(t, want, initials(name), name)
	}
}

func TestHash(t *testing.T) {
	p := Policies{PhoneNumbers: Hash, AgentNames: Hash, HashKey: []byte("0123456789abcdef")}
	// printf %s +18018675309 | openssl dgst -sha256 -hmac 0123456789abcdef
	assert.Equal(t, "7005dacf83fafb3dbdaa4284f2b4fc6eb25b5f0bfbbb65cdedbff16b6ba354c6", p.Value(payload.From, "+18018675309"))
	assert.NotEqual(t, p.Value(payload.From, "+18018675309"), p.Value(payload.From, "+18018675308"))
}

func TestTextWithNothingPersonalStaysAsItCame(t *testing.T) {
	p := defaults()
	for _, text := range []string{`{"a" : [1, 2.50,"\u00e9"] }`, `[]`, `12345`, `"short 123456 digits"`} {
		assert.Equal(t, text, p.Raw(text))
	}
	assert.Equal(t, `"18018675309"`, (&Policies{PhoneNumbers: Keep}).Raw(`"18018675309"`))
	assert.Equal(t, `{"From":null,"b":1}`, p.Raw(`{"From":null,"b":1}`))
}

func TestURLs(t *testing.T) {
	p := defaults()
	for given, want := range map[string]string{
		"https://h/p?q=1#f":                 "https://h/p",
		"https://user:pass@h:8443/p?q=1":    "https://h:8443/p",
		"https://user@h":                    "https://h",
		"https://a:b@c@h/p":                 "https://h/p",
		"https://user:pa/ss@h/p":            "[redacted]",
		"user:pass@h/p":                     "[redacted]",
		"//user:pass@h/p":                   "//h/p",
		`https:\\user:pass@h\p`:             "[redacted]",
		"https:/user:pass@h/p":              "[redacted]",
		"https://h/p@v1/x":                  "[redacted]",
		"/relative?x":                       "/relative",
		"https://[::1]:80/p":                "https://[::1]:80/p",
		"not a url":                         "not a url",
		"https://user:pass@h/%zz?token=abc": "[redacted]",
	} {
		assert.Equal(t, want, p.Address(given), given)
	}
	p.URLQuery = Keep
	assert.Equal(t, "https://h/p?q=1#f", p.Address("https://u:p@h/p?q=1#f"))
}

// FuzzURL looks for an address that shows its password, which is where a URL has its user-info.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"https", "http", "ftp", "HTTPS", ""} {
		f.Add(seed, "user", "host/path?query#fragment")
	}
	p := defaults()
	f.Fuzz(func(t *testing.T, scheme, user, rest string) {
		const password = "Zq9-pass-word-9qZ"
		given := scheme + "://" + user + ":" + password + "@" + rest
		u, err := url.Parse(given)
		if err != nil || u.User == nil {
			return // not a URL with user-info
		}
		assert.NotContains(t, p.Address(given), password, given)
		assert.NotContains(t, p.Field(payload.APIEndpoint, given, false), password, given)
	})
}
