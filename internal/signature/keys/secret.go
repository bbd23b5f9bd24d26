// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

const minSecretBytes = 16

// The mistakes in secrets. Errors wrap them, and say what to do.
var (
	// ErrPublicKeyAsSecret means a public key or a certificate as a shared secret. Anyone who knows it could sign.
	ErrPublicKeyAsSecret = errors.New(
		"this is a public key or a certificate, not a shared secret: choose an rsa, ecdsa or ed25519 algorithm and public_key_file")
	// ErrShortSecret means a secret that is short enough to be guessed.
	ErrShortSecret = fmt.Errorf("the secret has fewer than %d bytes when decoded: make a longer one", minSecretBytes)
	// ErrRepeatedSecret means a secret that can be guessed, whatever its length.
	ErrRepeatedSecret = errors.New("the secret is one character again and again: make a random one")
	// ErrSecretEncoding means a secret that is not in its secret_encoding.
	ErrSecretEncoding = errors.New("the secret is not in its encoding: set secret_encoding to raw, base64 or hex")
)

// standardSecretPrefix begins a secret of Standard Webhooks. The rest is base64.
const standardSecretPrefix = "whsec_"

// SecretText returns the secret in a file. Line ends at the end do not count: editors and `echo` add them.
// means it.
func SecretText(file []byte) string { return strings.TrimRight(string(file), "\r\n") }

// ParseSecret decodes a shared secret. The encoding is raw (or empty), base64 or hex. A base64 secret may begin with
// whsec_, as those of Standard Webhooks do. It refuses secrets that can be guessed (ErrShortSecret, ErrRepeatedSecret) and
// public keys (ErrPublicKeyAsSecret). No error holds any part of the secret.
func ParseSecret(text, encoding string) ([]byte, error) {
	secret := []byte(text)
	var err error
	switch encoding {
	case encodingBase64:
		secret, err = decodeBase64(strings.TrimPrefix(strings.TrimSpace(text), standardSecretPrefix))
	case encodingHex:
		secret, err = hex.DecodeString(strings.TrimSpace(text))
	}
	switch {
	case err != nil:
		return nil, ErrSecretEncoding
	case isPublic([]byte(text)) || isPublic(secret):
		return nil, ErrPublicKeyAsSecret
	case len(secret) < minSecretBytes:
		return nil, ErrShortSecret
	case isRepeated([]byte(text)) || isRepeated(secret):
		return nil, ErrRepeatedSecret
	}
	return secret, nil
}

func isRepeated(secret []byte) bool {
	return len(secret) > 0 && bytes.Count(secret, secret[:1]) == len(secret)
}

// isPublic reports whether data is public, in any form: a public key or a certificate.
func isPublic(data []byte) bool {
	if bytes.Contains(data, []byte("-----BEGIN")) {
		return !onlyPrivatePEM(data)
	}
	if _, found := parsePublicDER(data); found {
		return true
	}
	if der, err := derOf(data); err == nil {
		if _, found := parsePublicDER(der); found {
			return true
		}
	}
	_, err := ParsePublicKey(data)
	return err == nil
}

// onlyPrivatePEM reports whether a PEM text holds only private keys.
func onlyPrivatePEM(data []byte) bool {
	found := false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			found = true
		case block.Type != "EC PARAMETERS":
			return false
		}
	}
	return found
}

// isPrivate reports whether a text is a private key, which may be used as a secret: the vendor's page calls the same thing
// a private key and a secret that both sides know.
func isPrivate(text string) bool {
	_, err := ParsePrivateKey([]byte(text))
	return err == nil || errors.Is(err, ErrEncryptedKey)
}
