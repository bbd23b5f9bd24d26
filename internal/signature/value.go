// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

const (
	formatPlain = "plain"
	formatList  = "list"
	formatPairs = "pairs"

	encodingBase64 = "base64"
	encodingHex    = "hex"

	// maxSignatures is how many signatures one request may carry. A rotation needs two; more is work for us at no cost to
	// the sender.
	maxSignatures = 8
)

var (
	formats   = []string{formatPlain, formatList, formatPairs}
	encodings = []string{encodingBase64, encodingHex}
)

var (
	errEncoding = errors.New("is not in its encoding")
	errTooMany  = errors.New("holds too many signatures")
	errPrefix   = errors.New("has not the prefix of its scheme")
)

// signatures are those that one request carries, decoded.
type signatures struct {
	list  [maxSignatures][]byte
	count int
	// space holds text and bytes of all of them; short ones fit into inline.
	space  []byte
	inline [192]byte
}

func (s *signatures) all() [][]byte { return s.list[:s.count] }

// read takes the signatures out of the value of a header or parameter. Its errors say what is wrong, not with which value.
func (s *signatures) read(value *ValueConfig, text string) error {
	s.space = s.inline[:0]
	switch value.Format {
	case formatList:
		for element := range strings.SplitSeq(text, value.Separator) {
			if err := s.add(value, strings.Trim(element, whiteSpace)); err != nil {
				return err
			}
		}
	case formatPairs:
		for element := range strings.SplitSeq(text, value.Separator) {
			name, one, _ := strings.Cut(element, "=")
			if !slices.Contains(value.Select, strings.Trim(name, whiteSpace)) {
				continue
			}
			if err := s.add(value, strings.Trim(one, whiteSpace)); err != nil {
				return err
			}
		}
	default:
		if !strings.HasPrefix(text, value.Prefix) {
			return errPrefix
		}
		return s.add(value, text)
	}
	return nil
}

// add decodes one signature. An element without the prefix is another scheme's, and is passed over.
func (s *signatures) add(value *ValueConfig, element string) error {
	encoded, ok := strings.CutPrefix(element, value.Prefix)
	if !ok || element == "" {
		return nil
	}
	if s.count == maxSignatures {
		return errTooMany
	}
	from := len(s.space)
	s.space = append(s.space, encoded...)
	at := len(s.space)
	var err error
	if s.space, err = decodeSignature(s.space, s.space[from:at], value.Encoding); err != nil {
		return errEncoding
	}
	s.list[s.count] = s.space[at:len(s.space):len(s.space)]
	s.count++
	return nil
}

// decodeSignature appends what text encodes to dst. base64 may use either alphabet and be padded or not, since senders
// differ; other than that it is strict, so that one signature has few spellings.
func decodeSignature(dst, text []byte, encoding string) ([]byte, error) {
	if encoding == encodingHex {
		return hex.AppendDecode(dst, text)
	}
	var padded, urlAlphabet bool
	for _, c := range text {
		switch c {
		case '=':
			padded = true
		case '-', '_':
			urlAlphabet = true
		case '\r', '\n':
			return dst, errEncoding // encoding/base64 would skip them
		}
	}
	return base64Of(urlAlphabet, padded).AppendDecode(dst, text)
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

// encodeSignature is how a signer writes a signature.
func encodeSignature(signature []byte, encoding string) string {
	if encoding == encodingHex {
		return hex.EncodeToString(signature)
	}
	return base64.StdEncoding.EncodeToString(signature)
}
