// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"net/url"
	"strings"
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
		"Sherlock Holmes": "S. H.", "Holmes, Sherlock": "H. S.", "Ég Ætla": "É. Æ.", "夏洛克 福尔摩斯": "夏. 福.", "x": "x.", "123": "****", "j.doe@example.org": "j. d. e. o.",
	} {
		assert.Equal(t, want, initials(name), name)
	}
}

func TestHash(t *testing.T) {
	p := Privacy{PhoneNumbers: PolicyHash, AgentNames: PolicyHash, HashKey: []byte("0123456789abcdef")}
	// printf %s +18018675309 | openssl dgst -sha256 -hmac 0123456789abcdef
	assert.Equal(t, "7005dacf83fafb3dbdaa4284f2b4fc6eb25b5f0bfbbb65cdedbff16b6ba354c6", p.phoneNumber("+18018675309"))
	assert.NotEqual(t, p.phoneNumber("+18018675309"), p.phoneNumber("+18018675308"))
}

func TestPersonalDataInEverySignal(t *testing.T) {
	const body = `{"ContactId":1,"From":"+18018675309","To":"+4420794608123","Agent":"Sherlock Holmes","AvgMos":4,"agent2":"x","new":{"From":"+18018675309"}}`
	for policy, kept := range map[Policy]bool{PolicyKeep: true, PolicyMask: false, PolicyHash: false, PolicyDrop: false} {
		o := defaults()
		o.Privacy.PhoneNumbers, o.Privacy.AgentNames, o.Privacy.HashKey = policy, policy, []byte("0123456789abcdef")
		o.Figures[Mos].Attributes = append(o.Figures[Mos].Attributes, "cxone.agent.name")
		out := marshal(t, voice(t, o, body))
		for _, personal := range []string{"8018675309", "20794608123", "Sherlock", "Holmes"} {
			assert.Equal(t, kept, strings.Contains(out, personal), "%s: %s", policy, personal)
		}
	}
}

func TestPersonalDataInWhatCannotBeRead(t *testing.T) {
	o := defaults()
	o.Privacy.AgentNames, o.Privacy.ResponseMessage, o.Privacy.ExtraFields = PolicyMask, PolicyDrop, PolicyDrop
	out := marshal(t, script(t, o, `[
		{"contactId":"ok","From":"+18018675309","apiEndpoint":["https://u:secret@h/?q=secret"],"apiResponseMessage":{"name":"secret"}},
		{"ContactId":1,"AvgMos":1,"from":"+18018675309","AGENT":"Sherlock Holmes","x":{"deep":[{"To":"+18018675309"}]}},
		{"contactId":2,"apiEndpoint":"https://u:secret@h/p?q=secret","apiResponseMessage":"secret"},
		"call +18018675309 back", 18018675309, ["Agent", {"Agent":{"first":"Sherlock"}}]]`))
	for _, personal := range []string{"8018675309", "Sherlock", "Holmes", "secret", "deep"} {
		assert.NotContains(t, out, personal)
	}
	assert.Contains(t, out, "****5309")
	assert.Contains(t, out, "S. H.")
}

func TestTextWithNothingPersonalStaysAsItCame(t *testing.T) {
	p := defaults().Privacy
	for _, text := range []string{`{"a" : [1, 2.50,"\u00e9"] }`, `[]`, `12345`, `"short 123456 digits"`} {
		assert.Equal(t, text, p.raw(text))
	}
	assert.Equal(t, `"18018675309"`, (&Privacy{PhoneNumbers: PolicyKeep}).raw(`"18018675309"`))
	assert.Equal(t, `{"From":null,"b":1}`, p.raw(`{"From":null,"b":1}`))
}

func TestURLs(t *testing.T) {
	p := defaults().Privacy
	for given, want := range map[string]string{
		"https://h/p?q=1#f":                 "https://h/p",
		"https://user:pass@h:8443/p?q=1":    "https://h:8443/p",
		"https://user@h":                    "https://h",
		"https://a:b@c@h/p":                 "https://h/p",
		"https://user:pa/ss@h/p":            "https://h/p",
		"user:pass@h/p":                     "h/p",
		"//user:pass@h/p":                   "//h/p",
		`https:\\user:pass@h\p`:             `https:\\h\p`,
		"https:/user:pass@h/p":              "https:/h/p",
		"https://h/p@v1/x":                  "https://h/p@v1/x",
		"/relative?x":                       "/relative",
		"https://[::1]:80/p":                "https://[::1]:80/p",
		"not a url":                         "not a url",
		"https://user:pass@h/%zz?token=abc": "https://h/%zz",
	} {
		assert.Equal(t, want, p.url(given), given)
	}
	p.URLQuery = PolicyKeep
	assert.Equal(t, "https://h/p?q=1#f", p.url("https://u:p@h/p?q=1#f"))
}

func TestEndpointAttributes(t *testing.T) {
	attrs := firstSpanAttributes(script(t, defaults(), `{"contactId":"1","apiEndpoint":"https://u:p@api.example.org:8443/v1/x%20y?k=1"}`))
	assert.Equal(t, "https://api.example.org:8443/v1/x%20y", get(attrs, "url.full"))
	assert.Equal(t, "api.example.org", get(attrs, "server.address"))
	assert.Equal(t, "8443", get(attrs, "server.port"))
	assert.Equal(t, "https", get(attrs, "url.scheme"))
	assert.Equal(t, "/v1/x%20y", get(attrs, "url.path"))

	attrs = firstSpanAttributes(script(t, defaults(), `{"contactId":"1","apiEndpoint":"api/orders?x=1"}`))
	assert.Equal(t, "api/orders", get(attrs, "url.full"))
	assert.Empty(t, get(attrs, "server.address"))
}

// FuzzURL looks for an address from which a password gets out. It is put where a URL has its user-info.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"https", "http", "ftp", "HTTPS", ""} {
		f.Add(seed, "user", "host/path?query#fragment")
	}
	p := defaults().Privacy
	f.Fuzz(func(t *testing.T, scheme, user, rest string) {
		const password = "Zq9-pass-word-9qZ"
		given := scheme + "://" + user + ":" + password + "@" + rest
		u, err := url.Parse(given)
		if err != nil || u.User == nil {
			return // not a URL with user-info
		}
		assert.NotContains(t, p.url(given), password, given)
		assert.NotContains(t, p.field(payload.APIEndpoint, given, false), password, given)
	})
}
