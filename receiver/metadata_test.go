// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// documentation.md shows the values that metadata.yaml declares.
func TestDeclaredValuesOfOwnTelemetry(t *testing.T) {
	text, err := os.ReadFile("metadata.yaml")
	require.NoError(t, err)
	var declared struct {
		Attributes map[string]struct{ Enum []string }
	}
	require.NoError(t, yaml.Unmarshal(text, &declared))

	var implausible []string
	for r := range translate.NumImplausible {
		implausible = append(implausible, r.String())
	}
	reasons := append(deliveryReasons(), handshakeReasons...)
	slices.Sort(reasons)
	for name, used := range map[string][]string{
		"own.data_type":          {payload.VoiceQuality.String(), payload.ScriptAPI.String(), dataTypeUnknown},
		"own.delivery_outcome":   outcomeNames[:],
		"own.failure_reason":     slices.Compact(reasons),
		"own.implausible_reason": implausible,
		"own.record_outcome":     {"accepted", "unreadable"},
		"own.reload_outcome":     {signature.ReloadSuccess, signature.ReloadFailure},
	} {
		assert.ElementsMatch(t, used, declared.Attributes[name].Enum, name)
	}
}
