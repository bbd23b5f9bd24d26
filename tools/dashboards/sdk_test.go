// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestGrafanaKnowsEveryField decodes the dashboards strictly with Grafana's own types, which know the options of each kind of panel
// and the fields of each kind of query. Grafana itself ignores a field that it doesn't know, and draws something else.
func TestGrafanaKnowsEveryField(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for name := range pages(t) {
		text, err := os.ReadFile(filepath.Join(root, "examples/grafana", name))
		require.NoError(t, err)
		assert.NoError(t, decodeStrictly(t, text, nil), name)
	}
}

// TestGrafanaDoesNotKnowAMistake sees that the test above finds mistakes wherever they are.
func TestGrafanaDoesNotKnowAMistake(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	text, err := os.ReadFile(filepath.Join(root, "examples/grafana/voice-quality.json"))
	require.NoError(t, err)
	curves := func(fields map[string]any) map[string]any {
		for _, p := range fields["panels"].([]any) {
			if p.(map[string]any)["type"] == "timeseries" {
				return p.(map[string]any)
			}
		}
		return nil
	}
	for name, mistake := range map[string]func(map[string]any){
		"dashboard": func(d map[string]any) { d["refreshes"] = "1m" },
		"panel":     func(d map[string]any) { curves(d)["colour"] = "red" },
		"option":    func(d map[string]any) { curves(d)["options"].(map[string]any)["legends"] = true },
		"query":     func(d map[string]any) { curves(d)["targets"].([]any)[0].(map[string]any)["expression"] = "up" },
		"a type":    func(d map[string]any) { curves(d)["title"] = 3 },
	} {
		assert.Error(t, decodeStrictly(t, text, mistake), "%s", name)
	}
}

func decodeStrictly(t *testing.T, text []byte, change func(map[string]any)) error {
	var fields map[string]any
	require.NoError(t, json.Unmarshal(text, &fields))
	require.Contains(t, fields, "__requires")
	delete(fields, "__requires") // what an export for others has; it is no part of a dashboard
	if change != nil {
		change(fields)
	}
	text, err := json.Marshal(fields)
	require.NoError(t, err)
	err = new(sdk.Dashboard).UnmarshalJSONStrict(text) //nolint:staticcheck // the form that every Grafana imports
	if none := cog.BuildErrors(nil); errors.As(err, &none) && len(none) == 0 {
		return nil // it returns a nil of this type as an error
	}
	return err
}
