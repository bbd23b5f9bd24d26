// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"
	"time"
)

// expiresSoon is how long before its end a certificate is warned about: automatic renewal happens a month before.
const expiresSoon = 21 * 24 * time.Hour

// secure checks the TLS handshake with each address: its version, the certificate, and whether a client certificate is
// requested.
func (c *checker) secure(ctx context.Context) bool {
	if c.URL.Scheme == "http" {
		c.verified = c.isLoopback() // nothing leaves this machine
		const remedy = "configure `tls`, and https:// in the vendor's form"
		if c.isLoopback() {
			c.warn("tls", "none: fine on this machine, not for the vendor", remedy)
		} else {
			c.fail("tls", "none: deliveries, personal data among them, travel for everybody to read", remedy)
		}
		return true
	}
	c.verified = true
	for _, address := range c.addresses {
		if !c.handshake(ctx, address) {
			return false
		}
	}
	c.ciphers(ctx)
	c.oldVersions(ctx)
	c.clientCertificate()
	return true
}

func (c *checker) config() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.TLS != nil {
		config = c.TLS.Clone()
	}
	config.ServerName = cmp.Or(config.ServerName, c.URL.Hostname())
	return config
}

func (c *checker) handshake(ctx context.Context, address string) bool {
	config := c.config()
	config.NextProtos = []string{"h2", "http/1.1"}
	config.InsecureSkipVerify = true //nolint:gosec // verified below, so that what is wrong can be said
	given := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.askedFor(address, request, given)
		if len(given) == 0 {
			return &tls.Certificate{}, nil
		}
		c.certificateGiven = true
		return &given[0], nil
	}
	connection, err := c.dial(ctx, address)
	if err != nil {
		c.fail("tls", err.Error(), "the address answered a moment ago: is something unstable in between?")
		return false
	}
	defer func() { _ = connection.Close() }()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	client := tls.Client(connection, config)
	if err = client.HandshakeContext(ctx); err != nil {
		c.fail("tls", fmt.Sprintf("no handshake with %s: %v", address, err), handshakeRemedy(err, c.certificateAsked && !c.certificateGiven))
		return false
	}
	state := client.ConnectionState()
	c.ok("tls", fmt.Sprintf("%s with %s", tls.VersionName(state.Version), address))
	c.certificate(&state, config)
	return true // the rest can be looked at, whatever is wrong with the certificate
}

func handshakeRemedy(err error, certificateMissing bool) string {
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record):
		return "the server does not speak TLS there: is the receiver's `tls` block missing, or the port another one's?"
	case certificateMissing:
		return "the server wants a client certificate: give --cert-file and --key-file"
	default:
		return "the server must speak TLS 1.2 or newer; the collector's log, or the load balancer's, says more"
	}
}

// certificate checks the chain that the server sent.
func (c *checker) certificate(state *tls.ConnectionState, config *tls.Config) {
	finding, err := judgeChain(state.PeerCertificates, config.ServerName, config.RootCAs)
	c.verified = c.verified && err == nil
	c.teller(finding)
}

// judgeChain verifies a server's chain, leaf first, and names the usual mistake. The error is that of the verification.
func judgeChain(chain []*x509.Certificate, name string, roots *x509.CertPool) (Finding, error) {
	leaf := chain[0]
	intermediates := x509.NewCertPool()
	for _, each := range chain[1:] {
		intermediates.AddCert(each)
	}
	finding := Finding{Level: OK, What: "certificate"}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots, Intermediates: intermediates})
	if err != nil {
		return Finding{Level: Fail, What: "certificate", Text: err.Error(), Remedy: certificateRemedy(err, leaf, len(chain) > 1)}, err
	}
	finding.Text = fmt.Sprintf("for %s, issued by %s, valid until %s", name, cmp.Or(leaf.Issuer.CommonName, leaf.Issuer.String()),
		leaf.NotAfter.UTC().Format(time.DateOnly))
	switch left := time.Until(leaf.NotAfter); {
	case left < expiresSoon:
		finding.Level, finding.Remedy = Warn, "renew it; the receiver reads the files again every tls.reload_interval, without a restart"
		finding.Text += fmt.Sprintf(": %d days", int(left.Hours()/24))
	case roots != nil:
		finding.Level, finding.Remedy = Warn, "the vendor's servers must trust that authority: ask, or use a certificate of a public one"
		finding.Text += "; by the authority in --ca-file, not by one that this machine trusts"
	}
	return finding, nil
}

func certificateRemedy(err error, leaf *x509.Certificate, chained bool) string {
	var (
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &host):
		return "the certificate is for " + strings.Join(append(leaf.DNSNames, ipTexts(leaf)...), ", ") +
			": use one of these names in the URL, or a certificate for this name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && time.Now().Before(leaf.NotBefore):
		return "it is not valid yet: is a clock wrong?"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "renew it: it was valid until " + leaf.NotAfter.UTC().Format(time.DateOnly)
	case errors.As(err, &unknown) && leaf.Issuer.String() == leaf.Subject.String():
		return "it is self-signed, which the vendor's servers will not trust; for one of your own authority give --ca-file"
	case errors.As(err, &unknown) && !chained:
		return "the server sent no intermediate certificate: put the whole chain, " +
			"leaf first, into tls.cert_file; for an authority of your own give --ca-file"
	default:
		return "use a certificate of a public authority; for an authority of your own give --ca-file"
	}
}

func ipTexts(leaf *x509.Certificate) []string {
	var texts []string
	for _, ip := range leaf.IPAddresses {
		texts = append(texts, ip.String())
	}
	return texts
}

// oldVersions finds a server that still accepts TLS 1.0 or 1.1, which RFC 8996 retired.
func (c *checker) oldVersions(ctx context.Context) {
	config := c.config()
	config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	config.InsecureSkipVerify = true //nolint:gosec // nothing is sent over this connection
	connection, err := c.dial(ctx, c.addresses[0])
	if err != nil {
		return
	}
	defer func() { _ = connection.Close() }()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	client := tls.Client(connection, config)
	if err = client.HandshakeContext(ctx); err == nil {
		c.warn("tls", tls.VersionName(client.ConnectionState().Version)+" is accepted too",
			"set tls.min_version to 1.2 or newer, there or at the load balancer that ends TLS")
	}
}

// askedFor notes the server's request for a certificate, and checks that the client's fits.
func (c *checker) askedFor(address string, request *tls.CertificateRequestInfo, given []tls.Certificate) {
	if c.certificateAsked {
		return // said for the first address
	}
	c.certificateAsked = true
	text := address + " asks for a certificate of any authority it trusts"
	if len(request.AcceptableCAs) > 0 {
		var names []string
		for _, raw := range request.AcceptableCAs {
			names = append(names, distinguishedName(raw))
		}
		text = address + " asks for a certificate of " + strings.Join(names, " or ")
	}
	switch {
	case len(given) == 0:
		c.ok("client certificate", text)
	case request.SupportsCertificate(&given[0]) != nil:
		c.fail("client certificate", text+"; the one given is not: "+request.SupportsCertificate(&given[0]).Error(),
			"give a certificate of that authority, or put this one's authority into tls.client_ca_file")
	default:
		c.ok("client certificate", text+"; the one given is")
	}
}

func distinguishedName(raw []byte) string {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(raw, &sequence); err != nil {
		return "an authority whose name cannot be read"
	}
	return sequence.String()
}

// clientCertificate reports if no client certificate is requested.
func (c *checker) clientCertificate() {
	switch {
	case c.certificateAsked:
	case c.TLS != nil && len(c.TLS.Certificates) > 0:
		c.fail("client certificate", "none is asked for: the one given proves nothing",
			"set tls.client_ca_file; behind a load balancer that ends TLS, let it pass TLS through")
	default:
		c.ok("client certificate", "none is asked for")
	}
}
