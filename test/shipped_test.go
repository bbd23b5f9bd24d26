// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// shipped is a configuration that a user can start.
type shipped struct {
	name   string
	text   string
	config map[string]any
}

// shippedFiles are all configurations, by the names of their files. A new file in examples/ is checked like the others.
func shippedFiles(t *testing.T) map[string]*shipped {
	t.Helper()
	all := map[string]*shipped{}
	for _, pattern := range []string{"examples/*.yaml", "examples/scale-out/*.yaml", "deploy/collector.yaml"} {
		names, err := filepath.Glob(filepath.Join("..", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		for _, file := range names {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			s := &shipped{name: strings.TrimPrefix(filepath.ToSlash(file), "../"), text: string(text)}
			require.NoError(t, yaml.Unmarshal(text, &s.config), file)
			all[s.name] = s
		}
	}
	all["deploy/kubernetes/values.yaml"] = &shipped{
		name: "deploy/kubernetes/values.yaml", text: deployed(t, "kubernetes/values.yaml"), config: readChart(t).Config,
	}
	return all
}

// copied returns a copy that can be changed.
func (s *shipped) copied(t *testing.T) *shipped {
	t.Helper()
	text, err := yaml.Marshal(s.config)
	require.NoError(t, err)
	c := &shipped{name: s.name, text: s.text}
	require.NoError(t, yaml.Unmarshal(text, &c.config))
	return c
}

// section returns one of the parts of a configuration, such as its exporters.
func (s *shipped) section(name string) map[string]any {
	section, _ := s.config[name].(map[string]any)
	return section
}

// toNetwork are the exporters that send to another machine.
func (s *shipped) toNetwork() (exporters []map[string]any) {
	for _, name := range slices.Sorted(keysOf(s.section("exporters"))) {
		switch kind, _, _ := strings.Cut(name, "/"); kind {
		case "debug", "nop", "file", "prometheus":
		default:
			exporters = append(exporters, s.section("exporters")[name].(map[string]any))
		}
	}
	return exporters
}

func keysOf(m map[string]any) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// inside returns the value at the end of nested keys, or nil.
func inside(value any, keys ...string) any {
	for _, key := range keys {
		m, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = m[key]
	}
	return value
}

// readers are those of the collector's own metrics.
func (s *shipped) readers() []any {
	readers, _ := inside(s.config, "service", "telemetry", "metrics", "readers").([]any)
	return readers
}

// TestShippedConfigurations checks every file against the list. Then it removes each item from each file that has it, and
// the list must notice.
func TestShippedConfigurations(t *testing.T) {
	t.Parallel()
	files := shippedFiles(t)
	directories := map[string]string{}
	for name, s := range files {
		for item, r := range list {
			assert.NoError(t, r.wants(s), "%s: %s", name, item)
		}
		if path, ok := inside(s.config, "extensions", "file_storage", "directory").(string); ok && name != "deploy/kubernetes/values.yaml" {
			own := directory.FindStringSubmatch(path)[1]
			assert.Empty(t, directories[own], "%s has the queue of %s", name, directories[own])
			directories[own] = name
		}
	}
	for item, r := range list {
		noticed := 0
		for name, s := range files {
			without := s.copied(t)
			if !r.take(without) {
				continue
			}
			assert.Error(t, r.wants(without), "%s without %q", name, item)
			noticed++
		}
		assert.Positive(t, noticed, "no file has %q", item)
		t.Logf("%-40s noticed in %d files", item, noticed)
	}
}

// TestBackendExamplesAreShort counts the lines that a reader must understand.
func TestBackendExamplesAreShort(t *testing.T) {
	t.Parallel()
	files := shippedFiles(t)
	for name := range exports {
		s := files["examples/"+name]
		require.NotNil(t, s, name)
		lines := 0
		for line := range strings.Lines(s.text) {
			if text := strings.TrimSpace(line); text != "" && text[0] != '#' {
				lines++
			}
		}
		assert.LessOrEqual(t, lines, 47, name)
		assert.ElementsMatch(t, []string{"metrics", "traces", "logs"}, slices.Collect(keysOf(s.pipelines())), name)
	}
}

// firstSteps are the examples that show how to receive, and export to this machine only.
var firstSteps = []string{"both.yaml", "mutual-tls.yaml", "quickstart.yaml", "shared-secret.yaml", "signature.yaml"}

// TestEachBackendIsTried looks for each example in the tests that start it with a test backend, and in the page from which users
// choose.
func TestEachBackendIsTried(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../examples/*.yaml")
	require.NoError(t, err)
	page, err := os.ReadFile("../docs/exporting.md")
	require.NoError(t, err)
	for _, file := range files {
		name := filepath.Base(file)
		if slices.Contains(firstSteps, name) {
			continue
		}
		_, tried := exports[name]
		assert.True(t, tried, "exports in exporting_test.go lacks %s", name)
		assert.Positive(t, strings.Count(string(page), "| ["+name+"](../examples/"+name+") |"), "docs/exporting.md lacks %s", name)
	}
}
