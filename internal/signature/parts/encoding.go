// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"encoding/base64"
	"encoding/hex"
)

// decodeSignature decodes one signature. base64 may be in either alphabet and padded or not, since senders differ.
// Otherwise it is strict, so that a signature can be written in few ways.
func decodeSignature(text, encoding string) ([]byte, error) {
	switch encoding {
	case EncodingHex:
		return hex.DecodeString(withoutSeparators(text))
	case EncodingBase64OfHex:
		digits, err := decodeSignature(text, EncodingBase64)
		if err != nil {
			return nil, err
		}
		return hex.DecodeString(string(digits))
	}
	var padded, urlAlphabet bool
	for _, c := range []byte(text) {
		switch c {
		case '=':
			padded = true
		case '-', '_':
			urlAlphabet = true
		case '\r', '\n':
			return nil, errEncoding // encoding/base64 would skip them
		}
	}
	return base64Of(urlAlphabet, padded).DecodeString(text)
}

var (
	strictStd    = base64.StdEncoding.Strict()
	strictRawStd = base64.RawStdEncoding.Strict()
	strictURL    = base64.URLEncoding.Strict()
	strictRawURL = base64.RawURLEncoding.Strict()
)

func base64Of(urlAlphabet, padded bool) *base64.Encoding {
	switch {
	case urlAlphabet && padded:
		return strictURL
	case urlAlphabet:
		return strictRawURL
	case padded:
		return strictStd
	default:
		return strictRawStd
	}
}

// encodeSignature encodes a signature as a signer writes it.
func encodeSignature(signature []byte, encoding string) string {
	switch digits := hex.EncodeToString(signature); encoding {
	case EncodingHex:
		return digits
	case EncodingBase64OfHex:
		signature = []byte(digits)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// withoutSeparators removes the dashes or colons from hex with one between all bytes, as .NET writes it. If one is
// elsewhere, the hex stays unchanged and the decoder refuses it.
func withoutSeparators(text string) string {
	if len(text) < 5 || len(text)%3 != 2 || text[2] != '-' && text[2] != ':' {
		return text
	}
	digits := make([]byte, 0, len(text))
	for i := range len(text) {
		switch {
		case i%3 != 2:
			digits = append(digits, text[i])
		case text[i] != text[2]:
			return text
		}
	}
	return string(digits)
}
