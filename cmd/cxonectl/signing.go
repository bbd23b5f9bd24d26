// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

// signingFlags name the sender's half of a key. If the collector's configuration has a signature block, the scheme and the
// rest come from it.
type signingFlags struct {
	scheme         string
	algorithm      string // for sign only; elsewhere it is the scheme's
	privateKeyFile string
	secretFile     string
	secretEncoding string
	keyVersion     string
	consumerID     string
}

func (f *signingFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.privateKeyFile, "private-key-file", "", "`file` of the private key to sign with: the vendor form's PRIVATE KEY")
	flags.StringVar(&f.secretFile, "secret-file", "", "`file` of the shared secret to sign with; default: the one in --config")
	flags.StringVar(&f.secretEncoding, "secret-encoding", "", "raw, base64 or hex; default: what --config says, else the scheme's own")
	flags.StringVar(&f.keyVersion, "key-version", "", "the vendor form's KEY `VERSION`; default: that of the first key in --config")
	flags.StringVar(&f.consumerID, "consumer-id", "", "the vendor form's CONSUMER `ID`; default: what --config says")
	flags.StringVar(&f.scheme, "scheme", signature.DefaultScheme,
		"how to sign where --config has no signature block: "+strings.Join(signature.Schemes(), ", "))
}

// errNoKey says how to get a signature.
var errNoKey = errors.New("the receiver verifies signatures, and there is no key to sign with: give --private-key-file with the " +
	"customer's private key, or --secret-file")

// newSender reads the scheme and the key. The sender is nil if nothing must be signed.
func (f *signingFlags) newSender(receiver *collectorconfig.Receiver) (*sender, error) {
	config := receiver.Scheme()
	given := f.privateKeyFile != "" || f.secretFile != ""
	if config == nil && !given {
		return nil, nil
	}
	anyConsumer := anybody
	if config == nil {
		var err error
		if config, err = f.readScheme(); err != nil {
			return nil, err
		}
		anyConsumer = ""
	}
	configured, err := f.choose(config)
	if err != nil {
		return nil, err
	}
	s := &sender{config: config, receiver: receiver}
	s.key = signature.SigningKey{
		Version:   configured.Version,
		Consumer:  cmp.Or(f.consumerID, configured.ConsumerID, config.ConsumerID, anyConsumer),
		Algorithm: configured.Algorithm,
	}
	switch err = f.readKey(&s.key, configured); {
	case errors.Is(err, errNoKey):
		return s, nil // a delivery without a signature is a scenario of its own
	case err != nil:
		return nil, err
	}
	return s, s.makeSigners()
}

// anybody is the consumer that a request names if the receiver accepts any.
const anybody = "cxonectl"

// readScheme makes a signature block of --scheme.
func (f *signingFlags) readScheme() (*signature.Config, error) {
	return signatureBlock(map[string]any{
		"scheme": f.scheme,
		"keys":   []any{map[string]any{"version": f.keyVersion, "consumer_id": f.consumerID, "algorithm": f.algorithm}},
	})
}

// signatureBlock makes a signature block of flags.
func signatureBlock(keys map[string]any) (*signature.Config, error) {
	config := &signature.Config{}
	return config, wrap("--scheme", config.Unmarshal(confmap.NewFromStringMap(keys)))
}

// choose finds the configured key that matches the sender's key.
func (f *signingFlags) choose(config *signature.Config) (*signature.KeyConfig, error) {
	var known []string
	for i := range config.Keys {
		key := &config.Keys[i]
		version := f.keyVersion == "" || key.Version == f.keyVersion
		consumer := f.consumerID == "" || key.ConsumerID == "" || key.ConsumerID == f.consumerID
		if version && consumer {
			return key, nil
		}
		known = append(known, strings.TrimSuffix(key.Version+" of "+key.ConsumerID, " of "))
	}
	return nil, fmt.Errorf("the signature block has no key that matches --key-version %q and --consumer-id %q; its keys are: %s",
		f.keyVersion, f.consumerID, strings.Join(known, ", "))
}

// readKey reads the key that signs: the flags' file, or a secret of the configuration.
func (f *signingFlags) readKey(into *signature.SigningKey, configured *signature.KeyConfig) error {
	encoding := cmp.Or(f.secretEncoding, configured.SecretEncoding)
	var err error
	switch {
	case f.privateKeyFile != "":
		var text []byte
		if text, err = os.ReadFile(f.privateKeyFile); err == nil {
			into.PrivateKey, err = keys.ParsePrivateKey(text)
		}
		err = wrap("--private-key-file", err)
	case f.secretFile != "":
		into.Secret, err = readSecret(f.secretFile, encoding)
		err = wrap("--secret-file", err)
	case configured.SecretFile != "":
		into.Secret, err = readSecret(configured.SecretFile, encoding)
		err = wrap("signature::keys::secret_file", err)
	case configured.Secret != "":
		into.Secret, err = keys.ParseSecret(string(configured.Secret), encoding)
		err = wrap("signature::keys::secret", err)
	default:
		err = errNoKey
	}
	return err
}

func readSecret(file, encoding string) ([]byte, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the file that the user named
	if err != nil {
		return nil, err
	}
	return keys.ParseSecret(keys.SecretText(text), encoding)
}
