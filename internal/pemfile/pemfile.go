// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package pemfile reads PEM files, and explains what is wrong with those that cannot be read. encoding/pem ignores what it
// cannot read. For example, it loses the first certificate of a file that begins with a byte order mark, without an error.
package pemfile

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxTypes is how many types of blocks an error names at most.
const maxTypes = 4

const encryptedKey = "ENCRYPTED PRIVATE KEY"

var (
	begin         = []byte("-----BEGIN ")
	byteOrderMark = []byte("\xef\xbb\xbf")
)

// Blocks returns the blocks of the wanted types. It is an error if there is none, or if any block in the file cannot be
// read, whatever its type. Errors name the types of the file's blocks, never their content.
func Blocks(data []byte, types ...string) ([]*pem.Block, error) {
	var blocks []*pem.Block
	var others []string
	for rest := data; ; {
		before := rest
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if bytes.Contains(rest, begin) {
				return nil, Explain(rest)
			}
			break
		}
		if read := before[:len(before)-len(rest)]; bytes.Count(read, begin) > 1 {
			return nil, Explain(read)
		}
		if slices.Contains(types, block.Type) {
			blocks = append(blocks, block)
		} else if kind := fmt.Sprintf("%.40s", block.Type); len(others) < maxTypes && !slices.Contains(others, kind) {
			others = append(others, kind)
		}
	}
	switch {
	case len(blocks) > 0:
		return blocks, nil
	case slices.Contains(others, encryptedKey):
		return nil, errors.New("it holds " + encryptedKey + ", which needs a passphrase; " +
			"decrypt it, such as with `openssl pkey -in FILE -out FILE.pem`")
	case len(others) > 0:
		return nil, fmt.Errorf("it holds %s where %s is expected", strings.Join(others, " and "), strings.Join(types, " or "))
	default:
		return nil, Explain(data)
	}
}

// Explain returns why there is no block that can be read, or why the first one cannot be read.
func Explain(data []byte) error {
	at := bytes.Index(data, begin)
	line := data[bytes.LastIndexByte(data[:max(at, 0)], '\n')+1:]
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return errors.New("it is empty")
	case bytes.IndexByte(data, 0) >= 0 && at < 0 && bytes.Contains(bytes.ReplaceAll(data, []byte{0}, nil), begin):
		return errors.New("it is PEM in UTF-16; save it as plain ASCII or UTF-8 without a byte order mark")
	case at < 0 && data[0] == 0x30:
		return errors.New("it is DER where PEM is expected; convert it, such as with `openssl x509 -inform DER -in FILE -out FILE.pem`")
	case at < 0:
		return errors.New("there is no PEM in it: no line begins with -----BEGIN")
	case bytes.HasPrefix(line, byteOrderMark):
		return errors.New("it begins with a byte order mark (BOM), which hides its first PEM block; save it as UTF-8 without one")
	case line[0] == ' ' || line[0] == '\t':
		return errors.New("its -----BEGIN line is indented; every line of PEM must begin in the first column")
	case !bytes.HasPrefix(line, begin):
		return errors.New("there is text before -----BEGIN on the same line; it must stand at the beginning of a line")
	default:
		return errors.New("its PEM is broken: a line is missing or changed, or the -----END line is missing, indented or of another type")
	}
}
