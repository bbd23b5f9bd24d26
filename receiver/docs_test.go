// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/" + name)
	require.NoError(t, err)
	return string(text)
}

// documented returns the configuration that docs/configuration.md shows: every key, with its default.
func documented(t *testing.T) *confmap.Conf {
	t.Helper()
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(page(t, "configuration.md"))
	require.NotNil(t, block)
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(block[1]))
	require.NoError(t, err)
	conf, err := retrieved.AsConf()
	require.NoError(t, err)
	shown, err := conf.Sub("receivers::cxone")
	require.NoError(t, err)
	return shown
}

// TestThePageOfTheConfigurationHasEveryDefault reads the page's example over the defaults, which changes nothing, and finds every key
// of this receiver in it. The keys of the collector's own server, of metrics and of resource_attributes are in other places.
func TestThePageOfTheConfigurationHasEveryDefault(t *testing.T) {
	shown, cfg := documented(t), createDefaultConfig().(*Config)
	require.NoError(t, shown.Unmarshal(cfg))
	cfg.voiceWritten, cfg.scriptWritten = false, false
	want, got := confmap.New(), confmap.New()
	require.NoError(t, want.Marshal(createDefaultConfig()))
	require.NoError(t, got.Marshal(cfg))
	for _, key := range want.AllKeys() {
		assert.Equal(t, fmt.Sprint(want.Get(key)), fmt.Sprint(got.Get(key)), "the default of %s", key)
	}

	server, others := confmap.New(), map[string]bool{"metrics": true, "resource_attributes": true, "signature": true}
	require.NoError(t, server.Marshal(&createDefaultConfig().(*Config).ServerConfig))
	for key := range server.ToStringMap() {
		others[key] = true
	}
	for _, key := range want.AllKeys() {
		first, _, _ := strings.Cut(key, confmap.KeyDelimiter)
		assert.True(t, others[first] || shown.IsSet(key), "docs/configuration.md lacks %s", key)
	}
}

// TestThePagesHaveEveryFigure finds each figure by its name, and the bounds of its histogram.
func TestThePagesHaveEveryFigure(t *testing.T) {
	var names []string
	rows := page(t, "telemetry.md")
	for figure := range translate.NumFigures {
		names = append(names, figure.String())
		row := regexp.MustCompile("\n\\| `" + figure.String() + "`[^|]*\\|([^|]*)\\|\n").FindStringSubmatch(rows)
		if !assert.NotNil(t, row, "the table of default bounds in docs/telemetry.md lacks %s", figure) {
			continue
		}
		var bounds []float64
		for text := range strings.FieldsSeq(row[1]) {
			bound, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			bounds = append(bounds, bound)
		}
		assert.Equal(t, figure.DefaultBounds(), bounds, "the default bounds of %s in docs/telemetry.md", figure)
	}
	list, text := "`"+strings.Join(names, " ")+"`", strings.Join(strings.Fields(page(t, "configuration.md")), " ") // in one line
	assert.Positive(t, strings.Count(text, list), "docs/configuration.md lacks the list %s", list)
}

// packages returns the directories of the Go packages below some directories, by the packages' paths in this repository.
func packages(t *testing.T, below ...string) map[string]*build.Package {
	t.Helper()
	found := map[string]*build.Package{}
	for _, directory := range below {
		require.NoError(t, filepath.WalkDir(filepath.Join("..", directory), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if p, err := build.ImportDir(path, 0); err == nil {
				found[strings.TrimPrefix(filepath.ToSlash(path), "../")] = p
			}
			return nil
		}))
	}
	return found
}

// TestImportsGoOneWay holds what the packages import to the drawing in docs/architecture.md: they import only packages that an
// arrow leads to, be it over others, and each arrow is an import.
func TestImportsGoOneWay(t *testing.T) {
	drawing := regexp.MustCompile("(?s)## Keep the rules.*?```mermaid\nflowchart LR\n(.*?)```").FindStringSubmatch(page(t, "architecture.md"))
	require.NotNil(t, drawing)
	arrows := map[string][]string{}
	for line := range strings.Lines(drawing[1]) {
		groups := strings.Split(strings.TrimSpace(line), " --> ")
		for i := range groups[1:] {
			for from := range strings.SplitSeq(groups[i], " & ") {
				arrows[from] = append(arrows[from], strings.Split(groups[i+1], " & ")...)
			}
		}
	}
	var leads func(from, to string) bool
	leads = func(from, to string) bool {
		return slices.ContainsFunc(arrows[from], func(next string) bool { return next == to || leads(next, to) })
	}
	imports := map[string][]string{}
	for path, p := range packages(t, "receiver", "internal") {
		name := filepath.Base(path)
		for _, imported := range p.Imports {
			within, ours := strings.CutPrefix(imported, "github.com/cxone-otel/cxonereceiver/")
			if !ours || p.Name == "main" || strings.HasPrefix(within, "receiver/internal/metadata") {
				continue // a generator, and what is generated
			}
			imports[name] = append(imports[name], filepath.Base(within))
			assert.True(t, leads(name, filepath.Base(within)), "%s imports %s: no arrow in docs/architecture.md leads there", path, within)
		}
	}
	for from, next := range arrows {
		for _, to := range next {
			assert.Contains(t, imports[from], to, "the arrow from %s in docs/architecture.md", from)
		}
	}
}

// TestContributorsFindEveryPackage looks for each package in the table of CONTRIBUTING.md.
func TestContributorsFindEveryPackage(t *testing.T) {
	table := page(t, "../CONTRIBUTING.md")
	for path := range packages(t, "receiver", "internal", "cmd") {
		row := regexp.MustCompile("[`/]" + regexp.QuoteMeta(filepath.Base(path)) + "/?`")
		assert.True(t, row.MatchString(table), "CONTRIBUTING.md lacks the package %s", path)
	}
}
