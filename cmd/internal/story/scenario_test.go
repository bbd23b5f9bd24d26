// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var testSettings = Settings{
	Seed: 1, Now: time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC), TimeZone: time.UTC, MaxBodyBytes: 1 << 16, RecognisesRepeats: true,
}

func TestRecordsHaveTheFieldsOfTheVendorsSamples(t *testing.T) {
	var around struct{ Metadata string }
	require.NoError(t, json.Unmarshal(sampleScript, &around))
	assert.Equal(t, names(t, sampleVoice), names(t, Encode(VoiceRecord{})))
	assert.Equal(t, names(t, []byte(around.Metadata)), names(t, Encode([]ScriptRecord{{}})))
	assert.Equal(t, names(t, sampleScript), names(t, Envelope(time.Now(), nil)))
}

// names returns the members' names of a JSON object, or of the first in an array, in their order.
func names(t *testing.T, text []byte) []string {
	t.Helper()
	var found []string
	decoder := json.NewDecoder(bytes.NewReader(bytes.Trim(text, "[]")))
	_, err := decoder.Token()
	require.NoError(t, err)
	for decoder.More() {
		name, err := decoder.Token()
		require.NoError(t, err)
		var value any
		require.NoError(t, decoder.Decode(&value))
		found = append(found, name.(string))
	}
	return found
}

func TestEveryScenarioIsDescribedInOneLine(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range All() {
		assert.False(t, seen[s.Name], "%s is there twice", s.Name)
		seen[s.Name] = true
		assert.Regexp(t, `^[a-z0-9-]+$`, s.Name)
		assert.LessOrEqual(t, len(s.Name), 15)
		assert.LessOrEqual(t, len(s.Summary), 47, s.Summary)
		assert.NotEmpty(t, s.Expects())
	}
}

func TestOnlyWhatIsToBeRefusedIsNoJSON(t *testing.T) {
	for _, play := range Build(All(), testSettings) {
		for _, d := range play.Deliveries {
			assert.Equal(t, play.Name, d.Scenario)
			if d.Expect.Status == http.StatusOK {
				assert.True(t, json.Valid(d.Body), "%s: %s", play.Name, d.Body)
				assert.Equal(t, d.DataType, d.Callback, play.Name)
				assert.Equal(t, d.Records, d.Expect.Accepted+d.Expect.Unreadable, play.Name)
			}
		}
	}
}

func TestOversizedIsOneByteTooLongAndJSON(t *testing.T) {
	s, err := Find("oversized")
	require.NoError(t, err)
	d := Build([]Scenario{s}, testSettings)[0].Deliveries[0]
	assert.Len(t, d.Body, int(testSettings.MaxBodyBytes)+1)
	assert.True(t, json.Valid(d.Body))
}

func TestTimesLieBeforeNow(t *testing.T) {
	iso := regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
	us := regexp.MustCompile(`\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M`)
	for _, play := range Build(All(), testSettings) {
		if strings.HasPrefix(play.Name, "sample-") {
			continue
		}
		for _, d := range play.Deliveries {
			for _, text := range iso.FindAllString(string(d.Body), -1) {
				at, err := time.Parse(time.RFC3339Nano, text)
				require.NoError(t, err)
				assert.WithinRange(t, at, testSettings.Now.Add(-time.Hour), testSettings.Now, play.Name)
			}
			for _, text := range us.FindAllString(string(d.Body), -1) {
				at, err := time.Parse(ScriptTime, text)
				require.NoError(t, err)
				assert.WithinRange(t, at, testSettings.Now.Add(-time.Hour), testSettings.Now, play.Name)
			}
		}
	}
}

func TestTheSeedDecidesTheIdentifiers(t *testing.T) {
	other := testSettings
	other.Seed = 2
	first, again, another := Build(All(), testSettings), Build(All(), testSettings), Build(All(), other)
	for i := range first {
		for j := range first[i].Deliveries {
			assert.Equal(t, first[i].Deliveries[j].Body, again[i].Deliveries[j].Body)
			if !strings.HasPrefix(first[i].Name, "sample-") {
				assert.NotEqual(t, first[i].Deliveries[j].Body, another[i].Deliveries[j].Body, first[i].Name)
			}
		}
	}
}

func TestTheJourneyIsOneCustomers(t *testing.T) {
	s, err := Find("journey")
	require.NoError(t, err)
	deliveries := Build([]Scenario{s}, testSettings)[0].Deliveries
	require.Len(t, deliveries, 5)
	master := regexp.MustCompile(`[mM]asterContactId\\?":\\?"?(\d+)`)
	seen := map[string]bool{}
	for _, d := range deliveries {
		seen[master.FindStringSubmatch(string(d.Body))[1]] = true
	}
	assert.Len(t, seen, 1)
}
