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

// The faults of secrets. They come wrapped, with what to do about them.
var (
	// ErrPublicKeyAsSecret: a public key or a certificate as a shared secret. Anyone who knows it could then sign.
	ErrPublicKeyAsSecret = errors.New(
		"this is a public key or a certificate, not a shared secret: choose an rsa, ecdsa or ed25519 algorithm and public_key_file")
	// ErrShortSecret: a secret that can be guessed.
	ErrShortSecret = fmt.Errorf("the secret has fewer than %d bytes when decoded: make a longer one", minSecretBytes)
	// ErrRepeatedSecret: a secret that can be guessed, whatever its length.
	ErrRepeatedSecret = errors.New("the secret is one character again and again: make a random one")
	// ErrSecretEncoding: a secret that is not in its secret_encoding.
	ErrSecretEncoding = errors.New("the secret is not in its encoding: set secret_encoding to raw, base64 or hex")
)

// standardSecretPrefix marks a secret of Standard Webhooks; what follows is base64.
const standardSecretPrefix = "whsec_"

// SecretText is the secret in a file's bytes. The line end at their end does not count: editors and `echo` add it, and nobody
// means it.
func SecretText(file []byte) string { return strings.TrimRight(string(file), "\r\n") }

// ParseSecret decodes a shared secret. The encoding is raw (or empty), base64 or hex; a base64 secret may begin with whsec_,
// as those of Standard Webhooks do. It refuses what can be guessed (ErrShortSecret, ErrRepeatedSecret) and public keys
// (ErrPublicKeyAsSecret); no error holds any part of the secret.
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

// isPublic recognises, in any form, what anyone may know.
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

// onlyPrivatePEM reports whether a PEM text holds private keys and nothing else that could be known.
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

// isPrivate recognises the text of a private key, which may be a secret: the vendor's page calls one and the same thing a
// private key and a secret that both sides know.
func isPrivate(text string) bool {
	_, err := ParsePrivateKey([]byte(text))
	return err == nil || errors.Is(err, ErrEncryptedKey)
}
