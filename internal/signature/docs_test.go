// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// Every example of the page is a configuration that starts. The page has every scheme, algorithm, filter and unit.
func TestThePageOfSignatures(t *testing.T) {
	page, err := os.ReadFile("../../docs/signature.md")
	require.NoError(t, err)
	examples := 0
	for _, block := range yamlBlock.FindAllStringSubmatch(string(page), -1) {
		text := strings.ReplaceAll(block[1], "${env:CXONE_SECRET}", "MDEyMzQ1Njc4OWFiY2RlZg==")
		retrieved, err := confmap.NewRetrievedFromYAML([]byte(text))
		require.NoError(t, err, text)
		conf, err := retrieved.AsConf()
		require.NoError(t, err)
		signature, err := conf.Sub("signature")
		require.NoError(t, err)
		signature.Delete("capture_rejected") // the receiver's
		if !signature.IsSet("keys") {
			continue
		}
		var config Config
		require.NoError(t, config.Unmarshal(signature), text)
		require.NoError(t, config.Validate(), text)
		examples++
	}
	assert.GreaterOrEqual(t, examples, 9)
	for _, names := range [][]string{Schemes(), keys.Names(), parts.TimeUnits, {
		"trim", "lower", "upper", "sha1", "sha256", "sha384", "sha512", "md5", "hex", "base64", "base64url", "urldecode", "urlencode", "utf16le",
		"json_compact",
		"json_canonical",
	}} {
		for _, name := range names {
			assert.Positive(t, strings.Count(string(page), "`"+name+"`"), "the page lacks %s", name) // Contains would print the page
		}
	}
}
