// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import "strings"

// digestFilters are the forms in which a digest of the body is sent.
var digestFilters = []string{
	"sha256|hex", "sha256|base64", "sha512|hex", "sha512|base64", "md5|hex", "md5|base64", "sha1|hex", "sha1|base64",
	"sha256|base64url", "sha384|hex", "sha384|base64", "sha256|hex|upper",
}

// boundToBody replaces a field that holds the body's digest by the digest of the body itself. A signature of the field
// alone would not protect the body: whoever changes the body can leave the field as it is.
func (m *partMaker) boundToBody(f field) (part, bool) {
	for _, filters := range digestFilters {
		digest := atom("{body|"+filters+"}", 0)
		digest.values = m.render(&digest)
		if digest.values == nil {
			continue
		}
		before, after, found := strings.Cut(f.texts[0], string(digest.values[0]))
		if !found {
			continue
		}
		digest.template = escape(before) + digest.template + escape(after)
		for i, text := range f.texts {
			found = found && text == before+string(digest.values[i])+after
			digest.values[i] = []byte(text)
		}
		if found {
			digest.wire = f.wire()
			digest.others = []string{f.String()}
			return digest, true
		}
	}
	return part{}, false
}
