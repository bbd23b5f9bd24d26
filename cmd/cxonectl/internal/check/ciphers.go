// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
)

// vendorCiphers are the cipher suites of TLS 1.2 of which NICE's network requires at least one, by OpenSSL's names. Go does
// not know the fourth, DHE-RSA-AES128-GCM-SHA256.
var vendorCiphers = map[uint16]string{
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA:      "ECDHE-RSA-AES128-CBC-SHA",
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
}

const ciphersRemedy = "leave TLS 1.2 on (tls.min_version), and use an ECDSA certificate, or leave " +
	"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA in tls.cipher_suites"

// ciphers connects to every address as NICE's network does, with its ciphers and TLS 1.2.
func (c *checker) ciphers(ctx context.Context) {
	chosen := ""
	for _, address := range c.addresses {
		cipher, err := c.vendorHandshake(ctx, address)
		if err != nil {
			c.warn("ciphers", fmt.Sprintf("%s takes none of those that NICE's network requirements name: %v", address, err),
				ciphersRemedy+"; DHE-RSA-AES128-GCM-SHA256, which would do as well, cannot be tried from here")
			return
		}
		chosen = vendorCiphers[cipher]
	}
	c.ok("ciphers", "TLS 1.2 with "+chosen+", which NICE's network requirements name")
}

// errChosen ends a handshake once the server has chosen a cipher suite. Other steps check the rest, such as a client's
// certificate.
var errChosen = errors.New("chosen")

func (c *checker) vendorHandshake(ctx context.Context, address string) (cipher uint16, err error) {
	config := c.config()
	config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	config.CipherSuites = nil
	for id := range vendorCiphers {
		config.CipherSuites = append(config.CipherSuites, id)
	}
	config.InsecureSkipVerify = true //nolint:gosec // nothing is sent over this connection
	config.VerifyConnection = func(state tls.ConnectionState) error {
		cipher = state.CipherSuite
		return errChosen
	}
	connection, err := c.dial(ctx, address)
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.Close() }()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if err = tls.Client(connection, config).HandshakeContext(ctx); errors.Is(err, errChosen) {
		return cipher, nil
	}
	return 0, err
}
