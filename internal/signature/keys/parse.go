// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/cxone-otel/cxonereceiver/internal/pemfile"
)

// The mistakes in key material. Errors wrap them, and say what to do.
var (
	// ErrPrivateKey means a private key in place of a public one.
	ErrPrivateKey = errors.New("this is a private key: keep it with the sender, and give the receiver the public key")
	// ErrNotAKey means none of the forms that a key can have.
	ErrNotAKey = errors.New("not a key: expected PEM or bare base64 of an SPKI, a PKCS#1 key or a certificate, or a JWK")
	// ErrNotAPrivateKey means none of the forms that a private key can have.
	ErrNotAPrivateKey = errors.New("not a private key: expected PEM or bare base64 of a PKCS#8, PKCS#1 or SEC1 key, or a private JWK")
	// ErrEncryptedKey means a private key that needs a pass phrase.
	ErrEncryptedKey = errors.New("this private key is encrypted: decrypt it first, with openssl pkey -in FILE -out PLAIN")
)

// standardPublicPrefix begins a public key of Standard Webhooks. The rest is base64.
const standardPublicPrefix = "whpk_"

// ParsePublicKey reads a public key: PEM or bare base64 of the DER of an SPKI, a PKCS#1 key or an X.509 certificate, or a
// JWK (RFC 7517), or an Ed25519 key of Standard Webhooks (whpk_...). It returns *rsa.PublicKey, *ecdsa.PublicKey or
// ed25519.PublicKey, and an error that wraps ErrNotAKey or ErrPrivateKey.
func ParsePublicKey(data []byte) (crypto.PublicKey, error) {
	data = bytes.TrimSpace(data)
	if bytes.HasPrefix(data, []byte("{")) {
		return parsePublicJWK(data)
	}
	if encoded, ok := bytes.CutPrefix(data, []byte(standardPublicPrefix)); ok {
		raw, err := decodeBase64(string(encoded))
		if err != nil || len(raw) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("%w: after whpk_ come 32 bytes in base64", ErrNotAKey)
		}
		return ed25519.PublicKey(raw), nil
	}
	der, err := derOf(data)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotAKey, err)
	}
	if key, found := parsePublicDER(der); found {
		return knownPublic(key)
	}
	if _, err := parsePrivateDER(der); err == nil {
		return nil, ErrPrivateKey
	}
	return nil, ErrNotAKey
}

// parsePublicDER finds the key of an SPKI, a PKCS#1 key or a certificate.
func parsePublicDER(der []byte) (key any, found bool) {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key, true
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key, true
	}
	if key, ok := parsePSSPublic(der); ok {
		return key, true
	}
	if certificate, err := x509.ParseCertificate(der); err == nil {
		return certificate.PublicKey, true
	}
	return nil, false
}

// ParsePrivateKey reads a private key for signing: PEM or bare base64 of the DER of PKCS#8, PKCS#1 or SEC1, or a private
// JWK. The error wraps ErrNotAPrivateKey or ErrEncryptedKey.
func ParsePrivateKey(data []byte) (crypto.Signer, error) {
	data = bytes.TrimSpace(data)
	if bytes.HasPrefix(data, []byte("{")) {
		var jwk jose.JSONWebKey
		if err := jwk.UnmarshalJSON(data); err != nil {
			return nil, ErrNotAPrivateKey // the cause could quote the key
		}
		if signer, ok := jwk.Key.(crypto.Signer); ok && jwk.Valid() {
			return signer, nil
		}
		return nil, ErrNotAPrivateKey
	}
	if bytes.Contains(data, []byte("ENCRYPTED")) {
		return nil, ErrEncryptedKey
	}
	der, err := derOf(data)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrNotAPrivateKey, err)
	}
	return parsePrivateDER(der)
}

func parsePrivateDER(der []byte) (crypto.Signer, error) {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if signer, ok := key.(crypto.Signer); ok {
			return signer, nil
		}
		return nil, ErrNotAPrivateKey // X25519 is for key agreement and cannot sign
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	if key, ok := parsePSSPrivate(der); ok {
		return key, nil
	}
	return nil, ErrNotAPrivateKey
}

func parsePublicJWK(data []byte) (crypto.PublicKey, error) {
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(data); err != nil || !jwk.Valid() {
		return nil, fmt.Errorf("%w: not a valid JWK; of a JWK set, give one key only", ErrNotAKey)
	}
	if _, secret := jwk.Key.([]byte); secret {
		return nil, fmt.Errorf("%w: the JWK is a secret (kty oct)", ErrNotAKey)
	}
	if !jwk.IsPublic() {
		return nil, ErrPrivateKey
	}
	return knownPublic(jwk.Key)
}

// knownPublic accepts the types of keys that our algorithms use. The algorithm checks the strength and the curve.
func knownPublic(key any) (crypto.PublicKey, error) {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return key, nil
	default:
		return nil, fmt.Errorf("%w: no algorithm takes a %T", ErrNotAKey, key)
	}
}

// derOf decodes PEM or base64. It skips EC PARAMETERS, which openssl ecparam writes first.
func derOf(data []byte) ([]byte, error) {
	if !bytes.Contains(data, []byte("-----BEGIN")) {
		return decodeBase64(string(data))
	}
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, pemfile.Explain(data)
		}
		if block.Type != "EC PARAMETERS" {
			return block.Bytes, nil
		}
		data = rest
	}
}

// decodeBase64 accepts either alphabet, padded or not, and white space anywhere, as people paste it. Its error does not
// quote the text, which may be a secret.
func decodeBase64(text string) ([]byte, error) {
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	decoded, err := encoding.DecodeString(text)
	if err != nil || len(decoded) == 0 {
		return nil, errors.New("neither PEM nor base64")
	}
	return decoded, nil
}
