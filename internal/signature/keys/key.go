// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature/refusal"
)

// maxKeyFileBytes keeps a wrong path, such as /dev/zero, from filling the memory.
const maxKeyFileBytes = 64 << 10

// ID is what a request must name for a key to verify it.
type ID struct{ Version, Consumer string }

// Key is a key that is ready for use. It never changes: a reload makes a new one.
type Key struct {
	ID        ID
	Algorithm *Algorithm

	public              crypto.PublicKey // nil for a secret
	secret              []byte           // nil for a public key
	states              sync.Pool        // of a secret: objects that make its signatures
	notBefore, notAfter time.Time        // zero if there is no limit
	warning             string           // for the operator, about the key's material
}

// UsableAt returns the reason why a key cannot be used now, or the empty reason.
func (k *Key) UsableAt(now time.Time) refusal.Reason {
	switch {
	case !k.notBefore.IsZero() && now.Before(k.notBefore):
		return refusal.ReasonNotYetValidKey
	case !k.notAfter.IsZero() && now.After(k.notAfter):
		return refusal.ReasonExpiredKey
	default:
		return ""
	}
}

// Plausible reports whether one of the signatures can have been made by this key.
func (k *Key) Plausible(signatures [][]byte) bool {
	for _, signature := range signatures {
		if k.Algorithm.Plausible(k.public, signature) {
			return true
		}
	}
	return false
}

// keySource makes a key from its configuration, and again whenever its file has changed.
type keySource struct {
	config    Config
	path      string // of the file, empty for a secret in the configuration
	readFile  func(path string) ([]byte, error)
	accept    func(*Key) error
	algorithm *Algorithm
	notBefore time.Time
	notAfter  time.Time
	// The last key that was read, which stays when the next reading fails. Of the file, only a digest is kept, not the
	// secret.
	good    *Key
	content [sha256.Size]byte
}

// newKeySource takes a configuration that Check has accepted.
func newKeySource(config *Config, options *RingOptions) (*keySource, error) {
	source := &keySource{
		config:    *config,
		path:      config.PublicKeyFile + config.SecretFile, // one of them at most
		readFile:  options.ReadFile,
		accept:    options.Accept,
		algorithm: AlgorithmNamed(config.Algorithm),
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

// load reads the key. If that fails, the last good key stays. A file with the same bytes as before is not parsed again.
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

func (s *keySource) keyOf(material []byte) (*Key, error) {
	made := &Key{
		ID:        ID{s.config.Version, s.config.ConsumerID},
		Algorithm: s.algorithm,
		notBefore: s.notBefore,
		notAfter:  s.notAfter,
	}
	if s.algorithm.Symmetric() {
		text := string(material)
		if s.path != "" {
			text = SecretText(material)
		}
		secret, err := ParseSecret(text, s.config.SecretEncoding)
		if err != nil {
			return nil, err
		}
		made.secret = secret
		if isPrivate(text) {
			made.warning = "The secret is the text of a private key: right only if the sender " +
				"has no public key for it, and computes an HMAC with that text."
		}
		return made, nil
	}
	public, err := ParsePublicKey(material)
	if err != nil {
		return nil, err
	}
	if err := s.algorithm.CheckPublic(public); err != nil {
		return nil, err
	}
	made.public = public
	return made, s.accept(made)
}

var errKeyFileTooLarge = fmt.Errorf("the file is larger than %d bytes, so it is not a key file", maxKeyFileBytes)

// readKeyFile opens the path again each time, so that it follows the symbolic links that Kubernetes replaces.
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

// parseDate reads a key's date. The empty string is no limit.
func parseDate(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not an RFC 3339 date such as 2026-01-31T00:00:00Z", refusal.Cut(text))
	}
	return date, nil
}
