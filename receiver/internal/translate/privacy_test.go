// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
)

// strict are the strictest masks.
func strict() privacy.Policies {
	return privacy.Policies{
		PhoneNumbers:    privacy.Mask,
		AgentNames:      privacy.Mask,
		URLQuery:        privacy.Drop,
		ResponseMessage: privacy.Drop,
		ExtraFields:     privacy.Keep,
	}
}

func TestWhatIsNotGivenIsNoSecret(t *testing.T) {
	for _, policy := range []privacy.Policy{privacy.Keep, privacy.Mask, privacy.Hash, privacy.Drop} {
		o := defaults()
		o.Privacy.PhoneNumbers, o.Privacy.AgentNames, o.Privacy.HashKey = policy, policy, []byte("0123456789abcdef")
		for _, body := range []string{`{"ContactId":1}`, `{"ContactId":1,"Agent":null,"From":""}`} {
			b := voice(t, o, body)
			assert.Equal(t, "Call leg 1", b.Logs.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords().At(0).Body().Str(), policy)
			assert.NotContains(t, firstLogAttributes(b).AsRaw(), "cxone.agent.name")
			assert.NotContains(t, firstLogAttributes(b).AsRaw(), "cxone.call.from")
		}
	}
}

func TestExtraFieldsDropLeavesKnownFieldsAlone(t *testing.T) {
	o := defaults()
	o.Privacy.ExtraFields = privacy.Drop
	attrs := firstLogAttributes(voice(t, o, `{"ContactId":1,"New":2,"AvgMos":{"a":1},"spearlineAnalysis":{"score":4,"To":"+18018675309"}}`))
	analysis, _ := attrs.Get("cxone.spearline_analysis")
	assert.Equal(t, map[string]any{"score": int64(4), "To": "****5309"}, analysis.AsRaw())
	assert.Equal(t, `{"a":1}`, get(attrs, "cxone.unreadable.AvgMos"))
	assert.Empty(t, get(attrs, "cxone.extra.New"))
}

func TestNothingPersonalInAnyShape(t *testing.T) {
	const (
		number  = `+18018675309`
		address = `https://user:S3CRET@h.example.org/p?token=S3CRET`
	)
	one := `{"From":"` + number + `","To":["` + number + `"],"Agent":"Jane Marple","apiEndpoint":"` + address +
		`","apiResponseMessage":"S3CRET"}`
	quoted := func(s string) string {
		q, err := jsontext.AppendQuote(nil, s)
		assert.NoError(t, err)
		return string(q)
	}
	o := defaults()
	o.Privacy = strict()
	for f := range NumFigures {
		o.Figures[f].Attributes = MetricAttributes()
	}
	for _, value := range []string{
		one,
		quoted(one),
		"[" + one + "]",
		quoted("[" + one + "]"),
		`{"x":` + quoted(`{"y":`+quoted(one)+`}`) + `}`,
		quoted(" \t" + one),
	} {
		for _, body := range []string{
			`{"contactId":1,"New":` + value + `}`, `[` + value +
				`,{"contactId":1}]`, `{"contactId":1,"AvgRtt":` + value + `,"actionId":` + value + `,"dateTime":` + value + `}`,
			`{"contactId":1,"SkillName":` + value + `,"Agent":` + value + `,"spearlineAnalysis":` + value + `,"AvgJitter":1}`,
			`{"contactId":1,"metadata":[{"contactId":1,"x":` + value + `},` + value + `],"y":` + value + `}`,
			`[{"metadata":"x","y":` + value + `},{"contactId":1}]`, `[{"metadata":` + value + `},{"contactId":1},{"y":` + value + `}]`,
		} {
			for _, dataType := range []payload.DataType{payload.VoiceQuality, payload.ScriptAPI} {
				b := New(o).NewBatch(received, everything)
				if err := decodeInto(b, dataType, body); err != nil {
					continue // the other payload
				}
				out := marshal(t, b)
				for _, personal := range []string{"8018675309", "Jane", "Marple", "S3CRET"} {
					if strings.Contains(body, `"SkillName":"`) && dataType == payload.VoiceQuality {
						continue // a skill's name is passed on as it is given
					}
					if strings.Contains(body, `"actionId":"`) && dataType == payload.ScriptAPI {
						continue
					}
					assert.NotContains(t, out, personal, "%s: %s", dataType, body)
				}
			}
		}
	}
}

func TestURLAttributesOfNoURL(t *testing.T) {
	for endpoint, want := range map[string]map[string]any{
		"":                {},
		"https://u:7/p@h": {"url.full": "[redacted]"},
		"h:8443/p":        {"url.full": "h:8443/p"},
		"https://h:99999999999/": {
			"url.full":       "https://h:99999999999/",
			"url.scheme":     "https",
			"server.address": "h",
			"server.port":    int64(443),
			"url.path":       "/",
		},
		"https://h:8443?x": {"url.full": "https://h:8443", "url.scheme": "https", "server.address": "h", "server.port": int64(8443)},
		"ws://h/":          {"url.full": "ws://h/", "url.scheme": "ws", "server.address": "h", "url.path": "/"},
		"http://[fe80::1%25eth0]/": {
			"url.full":       "http://[fe80::1%25eth0]/",
			"url.scheme":     "http",
			"server.address": "fe80::1%eth0",
			"server.port":    int64(80),
			"url.path":       "/",
		},
	} {
		body, err := json.Marshal(map[string]string{"actionId": "1", "apiEndpoint": endpoint})
		require.NoError(t, err)
		attrs := firstSpanAttributes(script(t, defaults(), string(body))).AsRaw()
		delete(attrs, "cxone.action.id")
		delete(attrs, "cxone.timestamp.source")
		assert.Equal(t, want, attrs, endpoint)
	}
}

func TestPersonalDataInEverySignal(t *testing.T) {
	const body = `{"ContactId":1,"From":"+18018675309","To":"+4420794608123","Agent":"Sherlock ` +
		`Holmes","AvgMos":4,"agent2":"x","new":{"From":"+18018675309"}}`
	for policy, kept := range map[privacy.Policy]bool{privacy.Keep: true, privacy.Mask: false, privacy.Hash: false, privacy.Drop: false} {
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
	o.Privacy.AgentNames, o.Privacy.ResponseMessage, o.Privacy.ExtraFields = privacy.Mask, privacy.Drop, privacy.Drop
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
