// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// addBodies adds the body, its digests, and the body before changes on the way.
func (m *partMaker) addBodies() {
	bodies := []part{
		atom("{body}", 0), atom("{body|trim}", 1), atom(`{body}\n`, 2), atom(`{body|trim}\n`, 3),
		atom("{body|base64}", 2), atom("{body|hex}", 3), atom("{body|lower}", 3), atom("{body|urldecode}", 3),
	}
	for _, hash := range []struct {
		name string
		cost int
	}{{"sha256", 0}, {"sha512", 1}, {"sha1", 1}, {"md5", 1}, {"sha384", 2}} {
		for _, encoding := range []struct {
			filters string
			cost    int
		}{{"|hex", 0}, {"|base64", 0}, {"|hex|upper", 1}, {"|base64url", 1}, {"", 2}} {
			cost := hash.cost + encoding.cost
			bodies = append(bodies,
				atom("{body|"+hash.name+encoding.filters+"}", cost),
				atom("{body|trim|"+hash.name+encoding.filters+"}", cost+2))
		}
	}
	bodies = append(bodies, atom("{body|md5|base64}", 0)) // the value of Content-MD5
	for _, change := range slices.Concat(changes, writtenAnew()) {
		bodies = append(bodies, m.changed(change)...)
	}
	for _, filter := range []string{"json_compact", "json_canonical"} {
		bodies = append(bodies, atom("{body|"+filter+"}", 1), atom("{body|"+filter+"|sha256|hex}", 2), atom("{body|"+filter+"|sha256|base64}", 3))
	}
	whole := append(m.namedHeaders(), m.canonicalRequests()...)
	m.addChoice(omitBody, slices.Concat(whole, m.bound, bodies)...)
}

// change is a change of the body between sender and receiver. undo returns the body as it was signed, or nil if that is
// impossible.
type change struct {
	fault string
	undo  func(c Capture) []byte
}

// changes are those that the receiver cannot undo. They must be prevented where they are made.
var changes = []change{
	{
		"the sender signs the body before it compresses it, and the receiver verifies the body as it travelled: ask the sender not to compress",
		decompressed,
	},
	{"the body was signed with line ends CR LF, and arrived with LF: something on the way rewrites bodies", func(c Capture) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(c.Body, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}},
	{
		"the body was signed with line ends LF, and arrived with CR LF: something on the way, or an editor, rewrites bodies",
		func(c Capture) []byte {
			return bytes.ReplaceAll(c.Body, []byte("\r\n"), []byte("\n"))
		},
	},
	{"the body was signed with a byte order mark before it, which is gone: something on the way writes the body anew", func(c Capture) []byte {
		return append([]byte("\xef\xbb\xbf"), c.Body...)
	}},
}

// maxDecompressed bounds the size of a decompressed body, in bytes.
const maxDecompressed = 16 << 20

func decompressed(c Capture) []byte {
	var in io.Reader
	var err error
	compressed := bytes.NewReader(c.Body)
	switch strings.ToLower(c.Request.Header.Get("Content-Encoding")) {
	case "gzip", "x-gzip":
		in, err = gzip.NewReader(compressed)
	case "deflate":
		if in, err = zlib.NewReader(compressed); err != nil {
			in, err = flate.NewReader(bytes.NewReader(c.Body)), nil // some senders leave out zlib's frame
		}
	case "zstd":
		in, err = zstd.NewReader(compressed, zstd.WithDecoderConcurrency(1))
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	plain, err := io.ReadAll(io.LimitReader(in, maxDecompressed))
	if err != nil {
		return nil
	}
	return plain
}

// changed makes the parts of a body before a change. Their fragments are those that would have fitted.
func (m *partMaker) changed(change change) []part {
	before := make([]Capture, len(m.captures))
	for i, c := range m.captures {
		before[i] = c
		if before[i].Body = change.undo(c); before[i].Body == nil {
			return nil
		}
	}
	then := *m
	then.captures = before
	var parts []part
	for i, template := range []string{"{body}", "{body|sha256|hex}", "{body|sha256|base64}"} {
		p := atom(template, 3+min(i, 1))
		p.fault = change.fault
		if p.values = then.render(&p); p.values != nil {
			parts = append(parts, p)
		}
	}
	return parts
}
