// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/receiver"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/configkeys"
)

const nonsense = "qqqqqqqq"

// at returns a configuration with a value at a path. Below `keys`, the only list of blocks, it is the first element.
func at(path []string, value any) map[string]any {
	for _, key := range slices.Backward(path) {
		if key == "[]" {
			value = []any{value}
		} else {
			value = map[string]any{key: value}
		}
	}
	return value.(map[string]any)
}

// load reads a configuration and validates it, as the collector does.
func load(keys map[string]any) error {
	config := receiver.NewFactory().CreateDefaultConfig()
	if err := confmap.NewFromStringMap(keys).Unmarshal(config); err != nil {
		return err
	}
	return confmap.Validate(config)
}

var fileOnce = sync.OnceValues(file) // reading the comments takes seconds

func cxoneKeys(t *testing.T) *schema {
	t.Helper()
	all, err := fileOnce()
	require.NoError(t, err)
	return all.Properties["receivers"].PatternProperties[`^cxone(/.+)?$`]
}

// The receiver's own error for an unknown key lists those that it knows there.
func TestKeysAreThoseOfTheConfig(t *testing.T) {
	blocks := 0
	var check func(path []string, s *schema)
	check = func(path []string, s *schema) {
		_, named := choices()[strings.Join(path, "::")]
		if s.AdditionalProperties == false && !named {
			blocks++
			err := configkeys.CheckKnown(at(append(slices.Clone(path), nonsense), 1), &receiver.Config{})
			require.ErrorContains(t, err, nonsense, "%v", path)
			_, known, found := strings.Cut(err.Error(), "; the keys here are ")
			require.True(t, found, "%v: %v", path, err)
			keys := slices.Sorted(maps.Keys(s.Properties))
			if !strings.Contains(known, "enabled") {
				keys = slices.DeleteFunc(keys, func(key string) bool { return key == "enabled" }) // the collector's own, of optional blocks
			}
			assert.Equal(t, strings.Split(known, ", "), keys, "%v", path)
		}
		for key, below := range s.Properties {
			check(append(slices.Clone(path), key), below)
		}
		if s.Items != nil {
			check(append(slices.Clone(path), "[]"), s.Items)
		}
	}
	check(nil, cxoneKeys(t))
	assert.Greater(t, blocks, 30)
}

func TestEveryKeyOfTheReceiverIsDescribed(t *testing.T) {
	keys := cxoneKeys(t).Properties
	for _, name := range []string{"client_certificate", "signature", "voice_quality", "script_api", "aggregation", "replay_window"} {
		require.Contains(t, keys, name)
		assert.NotEmpty(t, keys[name].Description, name)
	}
	assert.Equal(t, "15m", keys["replay_window"].Properties["ttl"].Default)
	assert.Contains(t, keys["signature"].Properties["refresh_interval"].Description, "REFRESH RATE")
	assert.Contains(t, keys["read_header_timeout"].Description, "header", "from the collector's own package")
}

func TestChoicesAreThoseOfTheConfig(t *testing.T) {
	lists := []string{
		"compression_algorithms", "voice_quality::zero_is_unmeasured", "voice_quality::metric_attributes", "aggregation::figures",
		"aggregation::attributes", "aggregation::script_attributes",
	}
	set := func(path string, values ...string) map[string]any {
		keys := strings.Split(strings.Replace(path, "signature::keys::", "signature::keys::[]::", 1), "::")
		var config map[string]any
		switch {
		case slices.Contains(lists, path):
			config = at(keys, values)
		case path == "aggregation::buckets":
			config = at(append(keys, values[0]), []any{1})
			config["aggregation"].(map[string]any)["figures"] = choices()["aggregation::figures"]
		default:
			config = at(keys, values[0])
		}
		config["allow_unauthenticated"] = true
		if privacy, ok := config["privacy"].(map[string]any); ok {
			privacy["hash_key"] = strings.Repeat("k", 16)
		}
		return config
	}
	for path, values := range choices() {
		t.Run(path, func(t *testing.T) {
			require.ErrorContains(t, load(set(path, nonsense)), nonsense)
			if slices.Contains(lists, path) {
				require.NoError(t, load(set(path, values...)))
				return
			}
			for _, value := range values {
				err := load(set(path, value))
				if strings.HasPrefix(path, "signature::") && err != nil { // a signature needs other keys too
					assert.NotContains(t, err.Error(), "unknown", value)
				} else {
					assert.NoError(t, err, value)
				}
			}
		})
	}
}
