// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import "github.com/cxone-otel/cxonereceiver/internal/signature/keys"

// What callers of this package need of package keys.
type (
	// Keyring holds the keys of a configuration and keeps them up to date.
	Keyring = keys.Ring
	// KeyringOptions are what a Keyring tells others.
	KeyringOptions = keys.RingOptions
)

// What KeyringOptions.OnReload is told.
const (
	ReloadSuccess = keys.ReloadSuccess
	ReloadFailure = keys.ReloadFailure
)

// NewKeyring prepares the keys of a configuration without reading a file. It refuses what Config.Validate would refuse in
// `keys`.
func NewKeyring(config *Config, options KeyringOptions) (*Keyring, error) {
	if err := config.validateKeys(); err != nil {
		return nil, err
	}
	options.Accept = config.kind().accepts
	return keys.NewRing(config.Keys, config.RefreshInterval, options)
}
