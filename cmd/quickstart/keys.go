// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

const (
	// outputVariable is the environment variable by which the configuration is told where its files go.
	outputVariable = "CXONE_OUTPUT"
	// keyVariable is the one by which it is told where the customer's public key is.
	keyVariable = "CXONE_PUBLIC_KEY_FILE"
)

// makeKeys makes the customer's key pair, good for this run only, and returns the private key's file. The configuration
// learns of the public key by its variable.
func makeKeys(directory string) (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	privateFile, publicFile := filepath.Join(directory, "customer.key"), filepath.Join(directory, "customer.pub")
	if err = writePEM(privateFile, "PRIVATE KEY", private); err != nil {
		return "", err
	}
	if err = writePEM(publicFile, "PUBLIC KEY", public); err != nil {
		return "", err
	}
	return privateFile, os.Setenv(keyVariable, publicFile)
}

func writePEM(file, kind string, der []byte) error {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return fmt.Errorf("write the quickstart's keys: %w", err)
	}
	return nil
}
