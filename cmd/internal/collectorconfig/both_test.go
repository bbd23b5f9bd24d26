// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package collectorconfig

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
)

// collectorReads makes the real collector read configurations, and returns its receivers with every default.
func collectorReads(t *testing.T, validate bool, uris ...string) (receivers map[string]any, err error) {
	t.Helper()
	collector := os.Getenv("CXONE_COLLECTOR")
	if collector == "" {
		t.Skip("CXONE_COLLECTOR names no collector: make test does")
	}
	args := []string{"print-config", "--mode=unredacted", "--format=json", "--validate=" + strconv.FormatBool(validate)}
	for _, uri := range uris {
		args = append(args, "--config", uri)
	}
	command := exec.CommandContext(t.Context(), collector, args...)
	var errOut bytes.Buffer
	command.Stderr = &errOut
	out, err := command.Output()
	if err != nil {
		t.Logf("%v: %s", err, &errOut)
		return nil, err
	}
	var printed struct{ Receivers map[string]any }
	require.NoError(t, json.Unmarshal(out, &printed), "%s%s", out, &errOut)
	return printed.Receivers, nil
}

// asPrinted is a receiver as the collector prints it.
func asPrinted(t *testing.T, r *Receiver) any {
	t.Helper()
	conf := confmap.New()
	require.NoError(t, conf.Marshal(r.Config, xconfmap.WithUnredacted()))
	text, err := json.Marshal(conf.ToStringMap())
	require.NoError(t, err)
	var printed any
	require.NoError(t, json.Unmarshal(text, &printed))
	return printed
}

func readAll(t *testing.T, uris ...string) *confmap.Conf {
	t.Helper()
	conf, err := Load(t.Context(), uris...)
	require.NoError(t, err)
	return conf
}

// pipelineOf makes a whole configuration of receivers' blocks.
func pipelineOf(blocks map[string]string) string {
	text := "yaml:receivers:\n"
	for name, block := range blocks {
		text += "  " + name + ": " + block + "\n"
	}
	names := strings.Join(slices.Sorted(maps.Keys(blocks)), ", ")
	return text + "exporters: {debug: }\nservice: {pipelines: {logs: {receivers: [" + names + "], exporters: [debug]}}}\n"
}

func TestTheCollectorReadsTheSame(t *testing.T) {
	setSmallVariables(t)
	good := map[string]string{}
	for name, each := range small {
		if each.want != "" {
			good["cxone/"+strings.ReplaceAll(name, " ", "_")] = each.block
			continue
		}
		t.Run("refused/"+name, func(t *testing.T) {
			_, err := collectorReads(t, true, pipelineOf(map[string]string{"cxone": each.block}))
			assert.Error(t, err, "the command refuses what the collector takes")
		})
	}
	printed, err := collectorReads(t, true, pipelineOf(good))
	require.NoError(t, err)
	conf := readAll(t, pipelineOf(good))
	for name := range good {
		r, err := FindReceiver(conf, name)
		require.NoError(t, err, name)
		assert.Equal(t, printed[name], asPrinted(t, r), name)
	}
}

func TestTheCollectorMergesTheSame(t *testing.T) {
	base := pipelineOf(map[string]string{
		"cxone": `{endpoint: "localhost:1", signature: {url: "https://a.example", keys: [{version: "1", public_key_file: k.pem}]}}`,
	})
	file := filepath.Join(t.TempDir(), "more.yaml")
	require.NoError(t, os.WriteFile(file, []byte("receivers: {cxone: {signature: {keys: [{version: '2', public_key_file: l.pem}]}, "+
		"script_api: null}}"), 0o600))
	t.Setenv("MERGED", "receivers: {cxone: {voice_quality: {path: /of/env}}}")
	for name, each := range map[string]struct {
		uris []string
		want string
	}{
		"a key": {
			[]string{base, "yaml:receivers::cxone::endpoint: localhost:2"},
			"http://localhost:2, /cxone/voice-quality, /cxone/script-api, monitoring_gateway 1 keys, UTC",
		},
		"a list":         {[]string{base, file}, "http://localhost:1, /cxone/voice-quality, off, monitoring_gateway 1 keys, UTC"},
		"a file by URI":  {[]string{base, "file:" + file}, "http://localhost:1, /cxone/voice-quality, off, monitoring_gateway 1 keys, UTC"},
		"an environment": {[]string{base, "env:MERGED"}, "http://localhost:1, /of/env, /cxone/script-api, monitoring_gateway 1 keys, UTC"},
		"switched off": {
			[]string{base, "yaml:receivers::cxone: {allow_unauthenticated: true, signature: {enabled: false}}"},
			"http://localhost:1, /cxone/voice-quality, /cxone/script-api, unsigned, UTC",
		},
		"the last one won": {
			[]string{base, "yaml:receivers::cxone::endpoint: localhost:2", "yaml:receivers::cxone::endpoint: localhost:3"},
			"http://localhost:3, /cxone/voice-quality, /cxone/script-api, monitoring_gateway 1 keys, UTC",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := FindReceiver(readAll(t, each.uris...), "")
			require.NoError(t, err)
			assert.Equal(t, each.want, summary(r))
			printed, err := collectorReads(t, true, each.uris...)
			require.NoError(t, err)
			assert.Equal(t, printed["cxone"], asPrinted(t, r))
		})
	}
}

// unset are a configuration's variables without a default.
var unset = regexp.MustCompile(`\$\{env:([A-Z0-9_]+)\}`)

func TestTheCollectorReadsEveryExampleTheSame(t *testing.T) {
	found := 0
	root := "../../../examples"
	files, err := filepath.Glob(root + "/*.yaml")
	require.NoError(t, err)
	more, err := filepath.Glob(root + "/*/*.yaml")
	require.NoError(t, err)
	for _, file := range append(files, more...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if !regexp.MustCompile(`(?m)^  cxone`).Match(text) {
			continue
		}
		found++
		t.Run(strings.TrimPrefix(file, root+"/"), func(t *testing.T) {
			for _, name := range unset.FindAllStringSubmatch(string(text), -1) {
				t.Setenv(name[1], "example.com")
			}
			r, err := FindReceiver(readAll(t, file), "")
			require.NoError(t, err)
			printed, err := collectorReads(t, false, file) // the variables above are not valid values of the exporters' keys
			require.NoError(t, err)
			assert.Equal(t, printed[r.Name], asPrinted(t, r))
		})
	}
	assert.Greater(t, found, 8)
}
