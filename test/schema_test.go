// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// editorSchema is what an editor checks a configuration with.
func editorSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "receiver", "config.schema.json"))
	require.NoError(t, err)
	return schema
}

func asEditorsRead(t *testing.T, text string) any {
	t.Helper()
	var config any
	require.NoError(t, yaml.Unmarshal([]byte(text), &config))
	return config
}

func TestEditorsAcceptEveryConfigurationShipped(t *testing.T) {
	schema := editorSchema(t)
	for name, file := range shippedFiles(t) {
		assert.NoError(t, schema.Validate(any(file.config)), name)
	}
}

// The reference in the documentation has every key of the receiver's own, with its default.
func TestEditorsAcceptTheReference(t *testing.T) {
	page, err := os.ReadFile("../docs/configuration.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found)
	reference, _, _ := strings.Cut(rest, "```")
	require.Contains(t, reference, "max_inflight_bytes:")
	require.NoError(t, editorSchema(t).Validate(asEditorsRead(t, reference)))
}

func TestEditorsMarkMistakes(t *testing.T) {
	schema := editorSchema(t)
	for name, keys := range map[string]string{
		"a misspelt key":          `privcy: {phone_numbers: drop}`,
		"a misspelt key below":    `client_certificate: {allowed_subject_name: [a]}`,
		"a number for a text":     `signature: {keys: [{version: 1}]}`,
		"an unknown choice":       `privacy: {phone_numbers: hide}`,
		"an unknown figure":       `aggregation: {figures: [mso]}`,
		"a time without its unit": `delivery_timeout: 25`,
		"a key of confighttp":     `tls: {client_ca: a}`,
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, schema.Validate(asEditorsRead(t, "receivers: {cxone: {"+keys+"}}")))
			require.Error(t, schema.Validate(asEditorsRead(t, "receivers: {cxone/two: {"+keys+"}}")))
			require.NoError(t, schema.Validate(asEditorsRead(t, "receivers: {other: {"+keys+"}}")), "of other receivers it says nothing")
		})
	}
	require.NoError(t, schema.Validate(asEditorsRead(t, `
receivers:
  cxone:
    endpoint: ${env:ENDPOINT}
    delivery_timeout: ${env:TIMEOUT:-25s}
    retry_after: 1m30s
    max_concurrent_deliveries: ${env:MOST}
    voice_quality: null
    script_api: ${file:script.yaml}
    signature: {enabled: false, keys: [{version: "1", not_before: "2027-01-01", algorithm: "${env:ALGORITHM}"}]}
    privacy: {phone_numbers: "${env:POLICY}"}
    response_headers: {X-A: b}
`)))
}
