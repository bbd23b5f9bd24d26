// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package collectorconfig reads a collector's configuration with the collector's own code, so that a file means the same to
// the commands and to the collector: with its providers, its merging of several files, and the receiver's own Config with
// its defaults and checks.
package collectorconfig

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"

	"github.com/cxone-otel/cxonereceiver/receiver"
)

// Load reads and merges configurations. Each is a file's name, or a URI as in the collector's own --config: file:NAME,
// env:NAME or yaml:TEXT.
func Load(ctx context.Context, uris ...string) (*confmap.Conf, error) {
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs:              uris,
		ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory(), envprovider.NewFactory(), yamlprovider.NewFactory()},
		DefaultScheme:     "env",
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

// FindReceiver finds the cxone receiver of a configuration. The name may be empty if there is only one. It refuses what the
// collector would refuse.
func FindReceiver(conf *confmap.Conf, name string) (*Receiver, error) {
	kind := receiver.NewFactory().Type()
	var all struct {
		Receivers map[component.ID]map[string]any `mapstructure:"receivers"`
	}
	if err := conf.Unmarshal(&all, confmap.WithIgnoreUnused()); err != nil {
		return nil, err
	}
	var found []string
	for id := range all.Receivers {
		if id.Type() == kind {
			found = append(found, id.String())
		}
	}
	slices.Sort(found)
	switch {
	case len(found) == 0:
		return nil, errors.New("there is no cxone receiver under receivers in the configuration")
	case name == "" && len(found) > 1:
		return nil, fmt.Errorf("the configuration has several cxone receivers; choose one with --receiver: %s", strings.Join(found, ", "))
	case name == "":
		name = found[0]
	case !slices.Contains(found, name):
		return nil, fmt.Errorf("the configuration has no receiver %q; it has %s", name, strings.Join(found, ", "))
	}
	receivers, err := conf.Sub("receivers")
	if err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	block, err := receivers.Sub(name)
	if err != nil {
		return nil, fmt.Errorf("receivers::%s: %w", name, err)
	}
	r := newReceiver(name)
	if err = block.Unmarshal(r.Config); err == nil {
		err = confmap.Validate(r.Config)
	}
	if err != nil {
		return nil, fmt.Errorf("receivers::%s: %w", name, err)
	}
	return r, nil
}
