// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package privacy

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNastyURLs(t *testing.T) {
	p := defaults()
	for given, want := range map[string]string{
		// User-info according to net/url.
		"https://:pass@h/p":                "https://h/p",
		"https://user:@h/p":                "https://h/p",
		"https://us%40er:p%2Fss@h/p":       "https://h/p",
		"https://user@x.org:pass@h/p":      "https://h/p",
		"https://user:pass@[::1]:8443/p":   "https://[::1]:8443/p",
		"HTTPS://user:pass@h":              "HTTPS://h",
		"https:///user:pass@h/p":           "[redacted]",
		`https:/\user:pass@h/p`:            "[redacted]",
		" https://user:pass@h/p":           "https://h/p",
		"wss://user:pass@h?x=1":            "wss://h",
		"//user:pass@h":                    "//h",
		"user:pass@h:8443/p":               "[redacted]",
		"https://user:pass@h/p?mail=a@b.c": "https://h/p",
		// Addresses that net/url refuses, or in which it leaves an @.
		"https://user:pa/ss@h/p":        "[redacted]",
		"https://user:pa ss@h/p":        "[redacted]",
		"https://user:pa/s s@h/p":       "[redacted]",
		`https://CORP\user:pass@h/p`:    "[redacted]",
		"user:pa/ss@h/p":                "[redacted]",
		"https://user:p@ss/wo:rd@h/p":   "[redacted]",
		"https://u:p@h1,https://u:p@h2": "[redacted]",
		// A port, a path or a query that may be a password: nothing is kept.
		"https://user:7/pass@h/p":        "[redacted]",
		"https://user:7?pass@h/p":        "[redacted]",
		"https://user:7#pass@h/p":        "[redacted]",
		"https://user:pa?ss@h/p":         "[redacted]",
		"https://user:pa#ss@h/p":         "[redacted]",
		"https://user@x.org:7/pass@h/p":  "[redacted]",
		"https://us/er:pass@h/p":         "[redacted]",
		"https://user:x@y/pass@h/p":      "[redacted]",
		"https://us?er:pass@h/p":         "[redacted]",
		"https://user:7/pa?ss@h/p":       "[redacted]",
		"jdbc:mysql://user:pass@h/p":     "[redacted]",
		"mailto:joe@example.org":         "[redacted]",
		"https://h/x/https://u:p@h2":     "[redacted]",
		"https://h:8443/users/joe@x.org": "[redacted]", // too much is hidden here, on purpose
		// Not a password, and not like one.
		"https://h/users/joe@x.org":           "[redacted]",
		"https://h?mail=joe@x.org":            "https://h",
		"https://h:8443/p?mail=joe@x.org":     "https://h:8443/p",
		"https://h/p?joe@x.org":               "[redacted]",
		"https://h/users/joe%40x.org?x=y":     "https://h/users/joe%40x.org",
		"https://h:port/p":                    "[redacted]",
		"https://{host}/p":                    "[redacted]",
		"":                                    "",
		"?":                                   "",
		"@":                                   "[redacted]",
		"://":                                 "[redacted]",
		`\\`:                                  `\\`,
		"h":                                   "h",
		"https://":                            "https://",
		"https://h/" + strings.Repeat("a", 9): "https://h/aaaaaaaaa",
	} {
		assert.Equal(t, want, p.Address(given), given)
	}
	p.URLQuery = Keep
	for given, want := range map[string]string{
		"https://u:p@h/p?mail=a@b#c": "[redacted]",
		"https://user:7?pass@h/p":    "[redacted]",
		"https://us?er:pass@h/p":     "[redacted]",
		"https://h#a":                "https://h#a",
	} {
		assert.Equal(t, want, p.Address(given), given)
	}
}

// FuzzNastyURL puts a password between characters that a sender forgot to escape. The password must never be shown,
// whatever shows the address. Only an = before the @ makes a query of it.
func FuzzNastyURL(f *testing.F) {
	for _, seed := range [][5]string{
		{"https://", "user", "", "", "host/path?a=b"},
		{"https://", "user", "7/", "?", "host"},
		{`https:\\`, "CORP\\user", "@", "#", "h:8443"},
		{"", "user@x.org", "1?", "@", "h@h/h@h"},
		{"jdbc:mysql://", "u", ":", "/", "h"},
		{"/", "u", " ", "\n", "h"},
		{"https://h/x?", "u", "&", "", "h"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, scheme, user, before, after, rest string) {
		if strings.Contains(scheme+user+before+after, "=") || strings.Contains(rest, "S3CRET") {
			return
		}
		given := scheme + user + ":" + before + "S3CRET" + after + "@" + rest
		for _, query := range []Policy{Drop, Keep} {
			p := strict()
			p.URLQuery = query
			assert.NotContains(t, p.Address(given), "S3CRET", "%q", given)
			raw, err := json.Marshal(map[string]any{"apiEndpoint": given, "x": []any{map[string]string{"APIENDPOINT": given}}})
			require.NoError(t, err)
			clean := p.Raw(string(raw))
			assert.NotContains(t, clean, "S3CRET", "%q", given)
			assert.True(t, json.Valid([]byte(clean)))
		}
	})
}

// FuzzRedact wants JSON from JSON, the same if repeated, and nothing of what a personal field contained.
func FuzzRedact(f *testing.F) {
	f.Add(`{"a":{"From":"18018675309","Agent":"x"},"metadata":"[{\"To\":1}]"}`, `"+18018675309"`)
	f.Add(`"[{\"Agent\":\"Jane\"}]"`, `{"x":[1,"S"]}`)
	f.Add(`[1,"{",{"spearlineAnalysis":{"b":1}}]`, `null`)
	f.Fuzz(func(t *testing.T, text, value string) {
		hashed := strict()
		hashed.PhoneNumbers, hashed.AgentNames, hashed.ExtraFields = Hash, Drop, Drop
		for _, p := range []Policies{defaults(), strict(), hashed} {
			if json.Valid([]byte(text)) {
				text := strings.TrimLeft(text, " \t\r\n") // as the decoder passes it on
				clean := p.Raw(text)
				if !strings.HasPrefix(clean, mask) && text[0] != '-' && (text[0] < '0' || text[0] > '9') {
					assert.True(t, json.Valid([]byte(clean)), "%s: %s", text, clean)
				}
				assert.Equal(t, clean, p.Raw(text))
			}
			if json.Valid([]byte(value)) && strings.Contains(value, "8018675309") {
				for _, name := range []string{"From", "to", "\\u0046rom"} {
					assert.NotContains(t, p.Raw(`{"a":[{"`+name+`":`+value+`}]}`), "8018675309", value)
				}
			}
		}
	})
}
