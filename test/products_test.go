// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// around is an envelope with unknown fields around n small records.
func around(fields string, n int) string {
	return `{` + fields + `"metadata":[` + strings.Repeat(`{"contactId":1},`, n-1) + `{"contactId":1}]}`
}

func ones(bytes int) string { return "[" + strings.Repeat("1,", bytes/2) + "1]" }

// TestSmallBodiesStaySmall sends bodies of a few KB whose parts would multiply each other.
func TestSmallBodiesStaySmall(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	var texts strings.Builder
	for i := range 64 {
		fmt.Fprintf(&texts, `"text%d":%q,`, i, strings.Repeat("v", 4000))
	}
	figures := `"AvgMos":4,"AvgRFactor":80,"CallScore":4,"AvgJitter":1,"AvgPktLoss":1,"AvgRtt":1,"AvgBitrate":1,"Callduration":1,` +
		`"Ringtime":1,"CallSetupTime":1,"Disconnecttime":1`
	for _, tc := range []struct {
		name, path, body, file string
		most                   int64 // bytes of the file
	}{
		{"an envelope's array of 1 MB, 1,000 records", scriptPath, around(`"x":`+ones(1<<20)+`,`, 1000), "logs.jsonl", 2 << 20},
		{"64 texts of an envelope, 500 records", scriptPath, around(texts.String(), 500), "logs.jsonl", 3 << 20},
		{"an array that nobody knows", voicePath, `{"ContactId":1,"spearlineAnalysis":` + ones(8<<20-100) + `}`, "traces.jsonl", 3 << 20},
		{
			"a skill's name of 8 MB, eleven figures",
			voicePath,
			`{"ContactId":1,` + figures + `,"SkillName":"` + strings.Repeat("s", 8<<20-1000) + `"}`,
			"metrics.jsonl",
			1 << 20,
		},
	} {
		begun := time.Now()
		a := c.post(tc.path, shrink(t, "gzip", tc.body), "Content-Encoding", "gzip")
		assert.Equal(t, http.StatusOK, a.status, "%s: %s", tc.name, a.text)
		took := time.Since(begun)
		assert.Less(t, took, 15*time.Second, tc.name)
		time.Sleep(100 * time.Millisecond) // five times the exporters' flush interval
		info, err := os.Stat(filepath.Join(c.dir, tc.file))
		require.NoError(t, err)
		t.Logf("%s: %v, %d bytes in %s", tc.name, took.Round(time.Millisecond), info.Size(), tc.file)
		assert.Less(t, info.Size(), tc.most, tc.name)
	}
}

// TestArraysAtOnceTakeLittleMemory has seven deliveries at a time with arrays that once became telemetry, 57 KB compressed.
func TestArraysAtOnceTakeLittleMemory(t *testing.T) {
	t.Parallel()
	c := start(t, with(open))
	var wg sync.WaitGroup
	for i := range 7 {
		body := shrink(t, "gzip", fmt.Sprintf(`{"ContactId":%d,"spearlineAnalysis":`, i)+ones(8<<20-100)+`}`)
		wg.Go(func() {
			a := c.post(voicePath, body, "Content-Encoding", "gzip")
			assert.Contains(t, []int{200, 503}, a.status, a.text)
		})
	}
	wg.Wait()
	t.Logf("peak memory: %d MiB", c.peakMemory())
	assert.Less(t, c.peakMemory(), 800, "518 MiB were measured; made into telemetry, the arrays took 2,121")
}

// TestSIGTERMDuringALargeEnvelope ends the collector while an envelope of 2 MB around 20,000 records is translated.
func TestSIGTERMDuringALargeEnvelope(t *testing.T) {
	t.Parallel()
	c := start(t, with(open+"    delivery_timeout: 5s\n"))
	body := shrink(t, "gzip", around(`"x":`+ones(2<<20)+`,`, 20_000))
	answered := make(chan answer, 1)
	begun := time.Now()
	go func() { answered <- c.post(scriptPath, body, "Content-Encoding", "gzip") }()
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, c.cmd.Process.Signal(syscall.SIGTERM))
	a := <-answered
	assert.Contains(t, []int{200, 503}, a.status, a.text)
	require.NoError(t, c.stop())
	took := time.Since(begun)
	t.Logf("%v until the collector has ended; the delivery was answered %v", took.Round(time.Millisecond), a)
	assert.Less(t, took, 20*time.Second)
}

// TestPrivacyOfWhatCannotBeRead has personal data in text that is not a record, and looks for it in everything that is
// exported.
func TestPrivacyOfWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	const good = `{"contactId":1,"messageId":"m"}`
	bodies := []string{
		`[` + good + `,[["+18018675309","Sherlock Holmes"]]]`, `[` + good +
			`,"+1 (801) 867-5309, Sherlock Holmes"]`, `[` + good + `,18018675309]`,
		`[` + good + `,{"metadata":"[{\"From\":\"+1 801 867 5309\",\"Agent\":\"Sherlock Holmes\",\"apiEndpoint\":\"https://u:S3CRET@h/\""}]`,
		`[` + good + `,{"metadata":"ask Sherlock Holmes at +1.801.867.5309 or //u:S3CRET@h, https:/u:S3CRET@h, u:S3CRET@h"}]`,
		`{"contactId":2,"messageId":"m","note":"\ufeff{\"From \":\"+18018675309\",\"AGENT\":\"Sherlock Holmes\"}","From ":"+18018675309"}`,
		`{"contactId":3,"apiEndpoint":"https://u:S3CRET/1@h/"}`, `{"contactId":4,"apiEndpoint":"//u:S3CRET@h"}`,
		`{"contactId":5,"apiEndpoint":"https:/u:S3CRET@h"}`,
	}
	for _, policy := range []string{"mask", "hash", "drop"} {
		c := start(t, with(open+"    privacy: {phone_numbers: "+policy+", agent_names: "+policy+", hash_key: 0123456789abcdef}\n"))
		unreadable := 0
		for _, body := range bodies {
			a := c.post(scriptPath, body)
			assert.Equal(t, http.StatusOK, a.status, "%s: %s", body, a.text)
			unreadable += strings.Count(a.text, "unreadable")
		}
		assert.Equal(t, 5, unreadable)
		c.waitFor(func() bool { return len(c.records()) == len(bodies)+unreadable }, "all log records")
		for _, file := range []string{"logs.jsonl", "traces.jsonl"} {
			text, err := os.ReadFile(filepath.Join(c.dir, file))
			require.NoError(t, err)
			digits := strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "").Replace(string(text))
			for _, personal := range []string{"8018675309", "Sherlock", "Holmes", "S3CRET"} {
				assert.NotContains(t, digits, personal, "%s: %s", policy, file)
			}
		}
	}
}
