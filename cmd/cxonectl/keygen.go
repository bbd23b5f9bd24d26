// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/check"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/keygen"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/keys"
)

func newKeygenCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "keygen",
		Short: "Make keys or certificates, and say where each belongs",
		Long: `Keygen makes the keys or certificates of a subscription. It prints the values for the vendor's form and for the
collector's configuration. Only their owner can read private files. No file is ever overwritten.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("say what to make: `cxonectl keygen signature` or `cxonectl keygen mtls`")
		},
	}
	command.AddCommand(newKeygenSignatureCommand(), newKeygenMTLSCommand())
	return command
}

// keygenSignatureFlags are the flags of `cxonectl keygen signature`.
type keygenSignatureFlags struct {
	out          string
	algorithm    string
	bits         int
	version      string
	consumerID   string
	signatureURL string
	write        string
}

func newKeygenSignatureCommand() *cobra.Command {
	var f keygenSignatureFlags
	command := &cobra.Command{
		Use:   "signature --out DIR",
		Short: "Make a key pair, or a shared secret, for signatures",
		Long: `Makes a key pair: the private key as PKCS#8 and the public key as SPKI, both PEM. For an hmac or digest
algorithm it makes a shared secret. It prints the values for the vendor's form and for the collector's
configuration. With --write it also makes a whole configuration that starts. For a rotation, make the next
--version in the same directory: the command then prints the new item for the list of keys.`,
		Example: `  cxonectl keygen signature --out keys --signature-url https://gateway.example.com:8443/cxone
  cxonectl keygen signature --out keys --write collector.yaml
  cxonectl keygen signature --out keys --version 2
  cxonectl keygen signature --out keys --algorithm hmac_sha256`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return f.run(command.OutOrStdout()) },
	}
	flags := command.Flags()
	flags.StringVar(&f.out, "out", "", "`directory` for the files; it is made if it is not there")
	flags.StringVar(&f.algorithm, "algorithm", "rsa_sha256", strings.Join(signature.Algorithms(), ", "))
	flags.IntVar(&f.bits, "bits", 3072, "length of an RSA key, from 2048 to 16384")
	flags.StringVar(&f.version, "version", "1", "the form's KEY `VERSION`, which is part of the files' names")
	flags.StringVar(&f.consumerID, "consumer-id", "", "the form's CONSUMER `ID`; default: a new random one")
	flags.StringVar(&f.signatureURL, "signature-url", "", "the form's SIGNATURE `URL`: the receiver's, as the vendor sees it")
	flags.StringVar(&f.write, "write", "", "make a whole configuration too, in this new `file`")
	return command
}

var versionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (f *keygenSignatureFlags) check() error {
	switch {
	case f.out == "":
		return errors.New("say where the files go: --out DIR")
	case !slices.Contains(signature.Algorithms(), f.algorithm):
		return fmt.Errorf("--algorithm: %q is none of %s", f.algorithm, strings.Join(signature.Algorithms(), ", "))
	case f.bits < 2048 || f.bits > 16384:
		return fmt.Errorf("--bits: the receiver takes RSA keys of 2048 to 16384 bits, not of %d", f.bits)
	case !versionName.MatchString(f.version):
		return fmt.Errorf("--version: %q cannot be part of a file's name: letters, digits, dots, dashes and underscores only", f.version)
	case f.signatureURL != "":
		_, err := parseURL(f.signatureURL)
		return wrap("--signature-url", err)
	default:
		return nil
	}
}

func (f *keygenSignatureFlags) run(out io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	directory, err := filepath.Abs(f.out)
	if err != nil {
		return err
	}
	rotation := keygen.HasOthers(directory, f.version)
	switch {
	case rotation && f.write != "":
		return fmt.Errorf("--write makes a new configuration, and %s has the key of another version already: leave --write out, and paste "+
			"what is printed into the list of keys", directory)
	case !rotation:
		f.consumerID = cmp.Or(f.consumerID, uuid.NewString())
	}
	if err = checkWrite(f.write); err != nil {
		return err
	}
	files, err := f.make()
	if err != nil {
		return err
	}
	if err = keygen.Write(directory, files...); err != nil {
		return err
	}
	private, item := filepath.Join(directory, files[0].Name), f.item(filepath.Join(directory, files[len(files)-1].Name))
	printFiles(out, directory, files)
	f.printForm(out, private)
	if rotation {
		fmt.Fprintf(out, "\nInto the collector's configuration, beside the keys that are in the list already, as it is indented here; take the\n"+
			"old one out once the vendor signs with the new one:\n\n%s", indented(item, underReceiver+"    "))
	} else if err = f.printConfiguration(out, item); err != nil {
		return err
	}
	f.sayHowToTry(out, private)
	return nil
}

func (f *keygenSignatureFlags) printConfiguration(out io.Writer, item string) error {
	block := "signature:\n"
	if f.signatureURL != "" {
		block += fmt.Sprintf("  url: %q\n", f.signatureURL)
	}
	block += fmt.Sprintf("  consumer_id: %q\n  refresh_interval: 5m\n  keys:\n", f.consumerID) + indented(item, "    ")
	if f.write != "" {
		return writeConfiguration(out, f.write, "cxonectl keygen signature", block)
	}
	printBlock(out, block)
	return nil
}

// item is the key's element of the list of keys.
func (f *keygenSignatureFlags) item(file string) string {
	text := fmt.Sprintf("- version: %q\n  algorithm: %s\n", f.version, f.algorithm)
	if f.isSecret() {
		return text + fmt.Sprintf("  secret_file: %q\n  secret_encoding: base64\n", file)
	}
	return text + fmt.Sprintf("  public_key_file: %q\n", file)
}

func (f *keygenSignatureFlags) sayHowToTry(out io.Writer, private string) {
	sign := " --private-key-file " + private
	if f.isSecret() {
		sign = "" // the command finds it in the configuration
	}
	fmt.Fprintf(out, "\nTo try it: cxonectl send --config %s%s\n", cmp.Or(f.write, "collector.yaml"), sign)
}

func (f *keygenSignatureFlags) isSecret() bool { return keys.AlgorithmNamed(f.algorithm).Symmetric() }

// make makes the files: the vendor's first, the receiver's last. For a secret they are the same.
func (f *keygenSignatureFlags) make() ([]keygen.File, error) {
	if f.isSecret() {
		return []keygen.File{{Name: "v" + f.version + ".secret", Content: keygen.Secret(f.algorithm), Private: true}}, nil
	}
	pair, err := keygen.Pair(f.algorithm, f.bits)
	if err != nil {
		return nil, err
	}
	private, err := keygen.PrivatePEM(pair)
	if err != nil {
		return nil, err
	}
	public, err := keygen.PublicPEM(pair.Public())
	return []keygen.File{
		{Name: "v" + f.version + ".key.pem", Content: private, Private: true},
		{Name: "v" + f.version + ".pub.pem", Content: public},
	}, err
}

// printForm prints what belongs in the vendor's form.
func (f *keygenSignatureFlags) printForm(out io.Writer, secret string) {
	private := "the text of " + secret + "; if the form wants one line, what is between BEGIN and END without its line ends"
	if f.isSecret() {
		private = "the text of " + secret + ", which the receiver needs too"
	}
	signatureURL, refresh := "the receiver's URL as the vendor sees it; then add the same below, as url", "5 minutes, as refresh_interval "+
		"below"
	if f.consumerID == "" { // a rotation
		signatureURL, refresh = "as it is", "as it is"
	}
	printForm(out, check.Form{
		{Name: "CONSUMER ID", Value: cmp.Or(f.consumerID, "as it is")},
		{Name: "PRIVATE KEY", Value: private},
		{Name: "KEY VERSION", Value: f.version},
		{Name: "SIGNATURE URL", Value: cmp.Or(f.signatureURL, signatureURL)},
		{Name: "REFRESH RATE", Value: refresh},
	})
}
