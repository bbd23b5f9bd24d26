// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/capture"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// Files checks what a receiver's configuration names and `validate` does not read: keys, certificates, revocation lists,
// the directory of captures. It reports each finding at once, and returns the fields of the vendor's form for each
// callback. Roots are the authorities that may have issued the server's certificate; nil for those that the system trusts.
func Files(ctx context.Context, config *receiver.Config, roots *x509.CertPool, tell func(Finding)) []Form {
	f := &files{config: config, roots: roots, teller: tell}
	if block := config.Signature.Get(); block != nil {
		for i := range block.Keys {
			f.key(&block.Keys[i])
		}
		f.captures(&block.CaptureRejected)
	}
	f.server()
	f.authorities()
	f.revocations()
	return start(ctx, config, f.teller)
}

type files struct {
	config *receiver.Config
	roots  *x509.CertPool
	teller
	// issuers are the authorities in client_ca_file.
	issuers []*x509.Certificate
}

// key checks one key of the signature block.
func (f *files) key(key *signature.KeyConfig) {
	name := "a key"
	if key.Version != "" {
		name = "key version " + key.Version
	}
	if key.PublicKeyFile != "" {
		f.publicKey(name, key.PublicKeyFile)
	} else {
		f.secret(name, key)
	}
	switch ends, err := time.Parse(time.RFC3339, key.NotAfter); {
	case err != nil: // it has none
	case time.Now().After(ends):
		f.warn("key", fmt.Sprintf("%s is not accepted since %s (not_after)", name, key.NotAfter),
			"take it out, or make the next one with `cxonectl keygen signature --version`")
	case time.Until(ends) < expiresSoon:
		f.warn("key", fmt.Sprintf("%s is accepted until %s (not_after)", name, key.NotAfter),
			"make the next one with `cxonectl keygen signature --version`")
	}
}

func (f *files) publicKey(name, file string) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that the configuration names
	if err != nil {
		f.fail("key", fmt.Sprintf("%s: %v", name, err), "make a key pair with `cxonectl keygen signature`, or correct public_key_file; "+
			"a relative path counts from where the collector is started")
		return
	}
	key, err := keys.ParsePublicKey(text)
	if err != nil {
		f.fail("key", fmt.Sprintf("%s: %s: %v", name, file, err), "put the public half of the key pair there: PEM, base64 or a JWK")
		return
	}
	kind := fmt.Sprintf("%T", key)
	switch k := key.(type) {
	case *rsa.PublicKey:
		kind = fmt.Sprintf("RSA, %d bits", k.N.BitLen())
	case *ecdsa.PublicKey:
		kind = "ECDSA, " + k.Curve.Params().Name
	case ed25519.PublicKey:
		kind = "Ed25519"
	}
	f.ok("key", fmt.Sprintf("%s: %s, %s", name, file, kind))
}

func (f *files) secret(name string, key *signature.KeyConfig) {
	text, where := string(key.Secret), "secret"
	if key.SecretFile != "" {
		raw, err := os.ReadFile(key.SecretFile)
		if err != nil {
			f.fail("key", fmt.Sprintf("%s: %v", name, err), "make a secret with `cxonectl keygen signature --algorithm hmac_sha256`, "+
				"or correct secret_file; a relative path counts from where the collector is started")
			return
		}
		text, where = keys.SecretText(raw), key.SecretFile
		f.private("key", key.SecretFile)
	}
	encoding := cmp.Or(key.SecretEncoding, "raw")
	looks := looksEncoded(text)
	switch secret, err := keys.ParseSecret(text, encoding); {
	case err != nil:
		f.fail("key", fmt.Sprintf("%s: %s, read as %s: %v", name, where, encoding, err), "correct the secret, or its secret_encoding")
	case looks != "" && encoding == "raw":
		f.warn("key", fmt.Sprintf("%s: %s looks like %s, and its text is used as it is (secret_encoding: raw)", name, where, looks),
			"if the vendor decodes it before it signs, set secret_encoding: "+looks+"; with the wrong one every delivery is answered 401")
	default:
		f.ok("key", fmt.Sprintf("%s: %s, a shared secret of %d bytes, read as %s", name, where, len(secret), encoding))
	}
}

// looksEncoded names the encoding that a secret's text seems to have. Words and pass phrases seem to have none.
func looksEncoded(text string) string {
	if raw, err := hex.DecodeString(text); err == nil && len(raw) >= 16 {
		return "hex"
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) < 16 {
		return ""
	}
	if strings.HasSuffix(text, "=") || strings.ContainsAny(text, "+/") || strings.ContainsAny(text, "0123456789") &&
		strings.ToLower(text) != text && strings.ToUpper(text) != text {
		return "base64"
	}
	return ""
}

// private warns of a file with a secret that other users of this machine can read.
func (f *files) private(what, file string) {
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o004 != 0 {
		f.warn(what, fmt.Sprintf("%s can be read by everybody on this machine (mode %03o)", file, info.Mode().Perm()), "chmod 600 "+file)
	}
}

// captures checks the directory of refused requests, which contain secrets and personal data.
func (f *files) captures(config *receiver.CaptureConfig) {
	if config.Directory == "" {
		return
	}
	info, err := os.Stat(config.Directory)
	switch {
	case os.IsNotExist(err):
		f.ok("captures", config.Directory+" will be made, for its owner only")
		return
	case err != nil:
		f.fail("captures", err.Error(), "let the collector's user into that directory, or name another in capture_rejected.directory")
		return
	case !info.IsDir():
		f.fail("captures", config.Directory+" is not a directory", "name another in capture_rejected.directory")
		return
	case info.Mode().Perm()&0o077 != 0:
		f.warn("captures", fmt.Sprintf("others on this machine can look into %s (mode %03o): captures hold secrets and personal data",
			config.Directory, info.Mode().Perm()), "chmod 700 "+config.Directory)
	}
	made, err := filepath.Glob(filepath.Join(config.Directory, capture.Pattern))
	switch {
	case err != nil:
		f.fail("captures", err.Error(), "name another directory in capture_rejected.directory")
	case len(made) >= config.MaxFiles:
		f.warn("captures", fmt.Sprintf("%s holds %d files, so that nothing more is captured (max_files: %d)",
			config.Directory, len(made), config.MaxFiles), "remove those that are done with, once `cxonectl diagnose` has read them")
	case info.Mode().Perm()&0o077 == 0:
		f.ok("captures", fmt.Sprintf("%s holds %d of %d files", config.Directory, len(made), config.MaxFiles))
	}
}
