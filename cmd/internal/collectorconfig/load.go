// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package collectorconfig reads a collector's configuration the way the collector itself does, so that the commands need
// not be told twice what stands there: same files, same ${env:NAME:-default}, same merging of several files.
package collectorconfig

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"go.opentelemetry.io/collector/confmap"
)

// Load reads and merges configurations. Each is a file's name, or a URI as the collector's own --config takes it:
// file:NAME, env:NAME or yaml:TEXT.
func Load(ctx context.Context, uris ...string) (*confmap.Conf, error) {
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs: uris,
		ProviderFactories: []confmap.ProviderFactory{
			newProvider("file", readFile),
			newProvider("env", readEnv),
			newProvider("yaml", readText),
		},
		DefaultScheme: "env",
	})
	if err != nil {
		return nil, fmt.Errorf("read the collector's configuration: %w", err)
	}
	conf, err := resolver.Resolve(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the collector's configuration: %w", err)
	}
	return conf, resolver.Shutdown(ctx)
}

// provider is a source of configuration that is read once and never watched.
type provider struct {
	scheme string
	read   func(location string) ([]byte, error)
}

func newProvider(scheme string, read func(string) ([]byte, error)) confmap.ProviderFactory {
	return confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider {
		return provider{scheme: scheme, read: read}
	})
}

// Scheme implements confmap.Provider.
func (p provider) Scheme() string { return p.scheme }

// Retrieve implements confmap.Provider.
func (p provider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	text, err := p.read(strings.TrimPrefix(uri, p.scheme+":"))
	if err != nil {
		return nil, err
	}
	return confmap.NewRetrievedFromYAML(text)
}

// Shutdown implements confmap.Provider.
func (p provider) Shutdown(context.Context) error { return nil }

func readFile(name string) ([]byte, error) { return os.ReadFile(name) } //nolint:gosec // the file that the user named

func readText(text string) ([]byte, error) { return []byte(text), nil }

// envName is what the collector's own provider takes for the name of a variable.
var envName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// readEnv reads NAME or NAME:-default. Like the collector, it takes an unset variable without a default for an empty one.
func readEnv(location string) ([]byte, error) {
	name, fallback, _ := strings.Cut(location, ":-")
	if !envName.MatchString(name) {
		return nil, fmt.Errorf("${env:%s} does not name an environment variable: letters, digits and underscores only", name)
	}
	if value, ok := os.LookupEnv(name); ok {
		return []byte(value), nil
	}
	return []byte(fallback), nil
}
