// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package signature

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// maxKeyFileBytes keeps a wrong path, /dev/zero say, from filling the memory.
const maxKeyFileBytes = 64 << 10

// keyID is what a request has to name to be verified by a key.
type keyID struct{ version, consumer string }

// key is a key that is ready for use. It never changes; a reload makes another.
type key struct {
	id                  keyID
	algorithm           *algorithm
	public              crypto.PublicKey // nil for an HMAC key
	macs                *sync.Pool       // of hash.Hash under the secret; nil for any other key
	notBefore, notAfter time.Time        // zero where unbounded
}

// usableAt says why a key cannot be used now, or returns the empty reason.
func (k *key) usableAt(now time.Time) Reason {
	switch {
	case !k.notBefore.IsZero() && now.Before(k.notBefore):
		return ReasonNotYetValidKey
	case !k.notAfter.IsZero() && now.After(k.notAfter):
		return ReasonExpiredKey
	default:
		return ""
	}
}

// plausible says whether one of the signatures can be by this key.
func (k *key) plausible(signatures [][]byte) bool {
	for _, signature := range signatures {
		if k.algorithm.plausible(k.public, signature) {
			return true
		}
	}
	return false
}

// keySource makes a key from its configuration, and again whenever its file has changed.
type keySource struct {
	config    KeyConfig
	path      string // of the file, empty for a secret in the configuration
	readFile  func(path string) ([]byte, error)
	algorithm *algorithm
	notBefore time.Time
	notAfter  time.Time
	// What was read last, and is kept when the next reading fails. The file is remembered by its digest, not its secret.
	good    *key
	content [sha256.Size]byte
}

// newKeySource takes a configuration that validateKeys has accepted.
func newKeySource(config *KeyConfig, readFile func(string) ([]byte, error)) (*keySource, error) {
	source := &keySource{
		config:    *config,
		path:      config.PublicKeyFile + config.SecretFile, // one of them at most
		readFile:  readFile,
		algorithm: algorithmNamed(config.Algorithm),
	}
	var err error
	if source.notBefore, err = parseDate(config.NotBefore); err != nil {
		return nil, err
	}
	if source.notAfter, err = parseDate(config.NotAfter); err != nil {
		return nil, err
	}
	return source, nil
}

// load reads the key. On an error the last good key stays; a file whose bytes are the same as before is not parsed again.
func (s *keySource) load() (changed bool, err error) {
	if s.path == "" {
		if s.good != nil {
			return false, nil
		}
		s.good, err = s.keyOf([]byte(s.config.Secret))
		return err == nil, err
	}
	data, err := s.readFile(s.path)
	if err != nil {
		return false, err
	}
	content := sha256.Sum256(data)
	if s.good != nil && content == s.content {
		return false, nil
	}
	loaded, err := s.keyOf(data)
	if err != nil {
		return false, fmt.Errorf("%s: %w", s.path, err)
	}
	s.good, s.content = loaded, content
	return true, nil
}

func (s *keySource) keyOf(material []byte) (*key, error) {
	made := &key{
		id:        keyID{s.config.Version, s.config.ConsumerID},
		algorithm: s.algorithm,
		notBefore: s.notBefore,
		notAfter:  s.notAfter,
	}
	if s.algorithm.family == familyHMAC {
		text := string(material)
		if s.path != "" {
			text = strings.TrimRight(text, "\r\n") // editors and `echo` add it, and nobody means it
		}
		secret, err := ParseSecret(text, s.config.SecretEncoding)
		if err != nil {
			return nil, err
		}
		made.macs = newMACs(s.algorithm, secret)
		return made, nil
	}
	public, err := ParsePublicKey(material)
	if err != nil {
		return nil, err
	}
	if err := s.algorithm.checkPublic(public); err != nil {
		return nil, err
	}
	made.public = public
	return made, nil
}

// newMACs returns a pool of HMAC states, so that a request neither makes one nor hashes the secret again.
func newMACs(algorithm *algorithm, secret []byte) *sync.Pool {
	return &sync.Pool{New: func() any { return hmac.New(algorithm.digest.maker(), secret) }}
}

var errKeyFileTooLarge = fmt.Errorf("the file is larger than %d bytes, so it is no key file", maxKeyFileBytes)

// readKeyFile opens the path afresh, so that it follows the symbolic links that Kubernetes swaps.
func readKeyFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &os.PathError{Op: "read", Path: path, Err: errors.New("is a directory")}
	}
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxKeyFileBytes {
		return nil, &os.PathError{Op: "read", Path: path, Err: errKeyFileTooLarge}
	}
	return data, nil
}

// parseDate reads a key's date; the empty string is no bound.
func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not an RFC 3339 date such as 2026-01-31T00:00:00Z", cut(text))
	}
	return date, nil
}
