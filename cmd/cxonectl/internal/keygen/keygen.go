// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package keygen makes keys and certificates, and writes them to new files that only their owner can read.
package keygen

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File is a file to be written.
type File struct {
	// Name is its name in the directory.
	Name string
	// Content is what goes into it.
	Content []byte
	// Private says that only its owner may read it.
	Private bool
}

// Write writes files into a directory. If the directory does not exist, it is made for its owner only. If any of the files
// exists, none is written.
func Write(directory string, files ...File) error {
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(directory, f.Name)
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is there already, and nothing is overwritten: choose another --out or, for the next key of a signature, "+
				"another --version; nothing was written", path)
		}
	}
	for _, f := range files {
		if err := f.write(directory); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) write(directory string) error {
	mode := os.FileMode(0o644)
	if f.Private {
		mode = 0o600
	}
	return WriteNew(filepath.Join(directory, f.Name), f.Content, mode)
}

// WriteNew writes a file that is not there yet.
func WriteNew(path string, content []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the file that the user named
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// HasOthers reports whether a directory has a receiver's key of another version, so that the next one is for a rotation.
func HasOthers(directory, version string) bool {
	for _, kind := range []string{".pub.pem", ".secret"} {
		found, _ := filepath.Glob(filepath.Join(directory, "v*"+kind)) // the pattern is well formed, but for an odd directory
		for _, file := range found {
			if filepath.Base(file) != "v"+version+kind {
				return true
			}
		}
	}
	return false
}

// Pair makes a key pair for a signature algorithm; bits counts for RSA.
func Pair(algorithm string, bits int) (crypto.Signer, error) {
	switch {
	case strings.HasPrefix(algorithm, "rsa_"):
		return rsa.GenerateKey(rand.Reader, bits)
	case algorithm == "ecdsa_sha256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case algorithm == "ecdsa_sha384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case algorithm == "ecdsa_sha512":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case algorithm == "ed25519":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, fmt.Errorf("%s is not an algorithm of key pairs", algorithm)
	}
}

// PairLike makes another key pair of the same kind and size.
func PairLike(public crypto.PublicKey) (crypto.Signer, error) {
	switch k := public.(type) {
	case *rsa.PublicKey:
		return rsa.GenerateKey(rand.Reader, k.N.BitLen())
	case *ecdsa.PublicKey:
		return ecdsa.GenerateKey(k.Curve, rand.Reader)
	case ed25519.PublicKey:
		return Pair("ed25519", 0)
	default:
		return nil, fmt.Errorf("a key of type %T is of no kind that can be made here", public)
	}
}

// Secret makes a secret of 32 bytes, or of 64 for SHA-512, in base64, which no form or editor changes.
func Secret(algorithm string) []byte {
	secret := make([]byte, 32)
	if strings.HasSuffix(algorithm, "512") {
		secret = make([]byte, 64)
	}
	_, _ = rand.Read(secret) // never fails: it ends the program instead
	return []byte(base64.StdEncoding.EncodeToString(secret) + "\n")
}

// PrivatePEM writes a private key as PKCS#8.
func PrivatePEM(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), err
}

// PublicPEM writes a public key as SPKI.
func PublicPEM(key crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}
