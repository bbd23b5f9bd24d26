// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"fmt"
	"regexp"
	"strings"

	"github.com/cxone-otel/cxonereceiver/internal/signature/parts"
)

// otherKinds say which kind of key the signatures look like, if this key cannot have made any of them.
func (s *run) otherKinds() []string {
	var hints []string
	for _, f := range fieldsOf(s.captures) {
		if !isSignatureName(f.location) && !strings.Contains(f.name(), "mac") {
			continue
		}
		if value := longestValue(f.texts[0]); value != nil {
			if looksLike := s.kindOf(value); looksLike != "" {
				hints = append(hints, fmt.Sprintf("%s holds %d bytes: this looks like %s.", placeName(f.location), len(value), looksLike))
			}
		}
	}
	switch {
	case len(hints) > 0 || len(s.sites) > 0:
		return hints
	case s.key.public != nil:
		return []string{
			"No header and no query parameter holds anything that can be a signature by this key: " +
				"is it of the right kind and length? An HMAC needs --secret-file.",
		}
	default:
		return []string{
			"No header and no query parameter holds anything of an HMAC's length (20, 32, 48 or 64 bytes): " +
				"a longer signature needs --public-key-file.",
		}
	}
}

// kindOf says what usually makes a value of this length and form, and what to do; empty for this key's kind.
func (s *run) kindOf(value []byte) string {
	hmacs := map[int]string{20: "hmac_sha1", 32: "hmac_sha256", 48: "hmac_sha384", 64: "hmac_sha512"}
	_, isECDSA := s.key.public.(*ecdsa.PublicKey)
	_, isEd25519 := s.key.public.(ed25519.PublicKey)
	isDER := len(value) >= 68 && value[0] == 0x30 && int(value[1]) == len(value)-2
	switch name := hmacs[len(value)]; {
	case name != "" && s.key.public != nil && (len(value) != 64 || !isECDSA && !isEd25519):
		return fmt.Sprintf("an HMAC, with a secret that both sides know: put a secret made by `cxonectl keygen signature --algorithm %s` "+
			"into the vendor's form, and give it here with --secret-file", name)
	case isDER && !isECDSA:
		return "an ECDSA signature: give the public key of that pair with --public-key-file"
	case len(value) >= 256 && len(value)%64 == 0 && !s.key.isRSA():
		return fmt.Sprintf("an RSA signature of %d bits: give the public key of that pair with --public-key-file", 8*len(value))
	case len(value) >= 256 && len(value)%64 == 0 && s.key.public.(*rsa.PublicKey).Size() != len(value):
		return fmt.Sprintf("an RSA signature of %d bits, and this key has %d: it is another key", 8*len(value),
			8*s.key.public.(*rsa.PublicKey).Size())
	default:
		return ""
	}
}

var encodedForm = regexp.MustCompile(`[A-Za-z0-9+/_-]{24,}={0,2}`)

// longestValue decodes the longest text that can be a signature.
func longestValue(text string) []byte {
	longest := ""
	for _, one := range encodedForm.FindAllString(text, -1) {
		if len(one) > len(longest) {
			longest = one
		}
	}
	for _, encoding := range []string{parts.EncodingHex, parts.EncodingBase64} {
		found, err := (&parts.Value{Encoding: encoding}).Signatures(longest)
		if err == nil && len(found) > 0 && len(found[0]) > 0 {
			return found[0]
		}
	}
	return nil
}
