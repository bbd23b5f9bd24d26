// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/keygen"
)

// keygenMTLSFlags are the flags of `cxonectl keygen mtls`.
type keygenMTLSFlags struct {
	out    string
	hosts  []string
	client string
	days   int
	write  string
}

func newKeygenMTLSCommand() *cobra.Command {
	var f keygenMTLSFlags
	command := &cobra.Command{
		Use:   "mtls --out DIR",
		Short: "Make a CA with server and client certificates for mutual TLS",
		Long: `Makes a certificate authority (ca), a certificate for the receiver (server) and a certificate for the sender
(client), each with its key, and prints where each belongs. With --write it also makes a whole configuration that
starts. If the vendor trusts only public authorities, get the server certificate from one of these. The client
certificate can stay.`,
		Example: `  cxonectl keygen mtls --out certs --host gateway.example.com
  cxonectl keygen mtls --out certs --host gateway.example.com --host 192.0.2.7 --days 90`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return f.run(command.OutOrStdout()) },
	}
	flags := command.Flags()
	flags.StringVar(&f.out, "out", "", "`directory` for the files; it is made if it is not there")
	flags.StringSliceVar(&f.hosts, "host", []string{"localhost", "127.0.0.1", "::1"},
		"`name` or address that the server is reached by; may be repeated")
	flags.StringVar(&f.client, "client-name", "cxone", "the client certificate's common `name`")
	flags.IntVar(&f.days, "days", 397, "how long the server's and the client's certificate are good for")
	flags.StringVar(&f.write, "write", "", "make a whole configuration too, in this new `file`")
	return command
}

func (f *keygenMTLSFlags) check() error {
	if f.out == "" {
		return errors.New("say where the files go: --out DIR")
	}
	if f.days < 1 || f.days > 36500 {
		return fmt.Errorf("--days: %d is not from 1 to 36500", f.days)
	}
	if f.client == "" || len(f.hosts) == 0 {
		return errors.New("--host and --client-name must not be empty")
	}
	for _, host := range f.hosts {
		if net.ParseIP(host) == nil && (host == "" || strings.ContainsAny(host, "/: \t@")) {
			return fmt.Errorf("--host: %q is neither a host's name nor an address: give it without scheme, port and path", host)
		}
	}
	return nil
}

func (f *keygenMTLSFlags) run(out io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	directory, err := filepath.Abs(f.out)
	if err != nil {
		return err
	}
	if err = checkWrite(f.write); err != nil {
		return err
	}
	made, err := keygen.MakeCertificates(f.hosts, f.client, f.days)
	if err != nil {
		return err
	}
	if err := keygen.Write(directory, made.Files...); err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(directory, name) }
	printFiles(out, directory, made.Files)
	fmt.Fprint(out, `
For whoever delivers: client.crt and client.key, and ca.crt to know the server by. A vendor with a client
certificate of its own needs neither of the first two: then client_ca_file below is that certificate's CA, and
client_certificate says whom of that CA's to let in.
Keep ca.key away from both machines; it is for renewals only.
`)
	block := fmt.Sprintf("tls:\n  cert_file: %q\n  key_file: %q\n  client_ca_file: %q\nclient_certificate:\n  allowed_spki_sha256: [%s]\n",
		in("server.crt"), in("server.key"), in("ca.crt"), made.ClientSPKI)
	if f.write == "" {
		printBlock(out, block)
	} else if err = writeConfiguration(out, f.write, "cxonectl keygen mtls", block); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nTo try it: cxonectl send --config %s --ca-file %s --cert-file %s --key-file %s\n",
		cmp.Or(f.write, "collector.yaml"), in("ca.crt"), in("client.crt"), in("client.key"))
	return nil
}
