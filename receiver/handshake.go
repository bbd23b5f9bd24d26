// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"

	"go.uber.org/zap"
)

// Reasons for which a TLS handshake is refused.
const (
	reasonNoCertificate      = "missing_certificate"
	reasonUnknownAuthority   = "unknown_authority"
	reasonExpiredCertificate = "expired_certificate"
	reasonNoCommonCipher     = "no_common_cipher"
	reasonNoCommonVersion    = "no_common_version"
	reasonNotTLS             = "not_tls"
	reasonTLS                = "tls_handshake"
)

var handshakeReasons = []string{
	reasonNoCertificate, reasonUnknownAuthority, reasonExpiredCertificate,
	reasonNoCommonCipher, reasonNoCommonVersion, reasonNotTLS, reasonTLS,
}

// handshakes reports TLS handshakes that fail. net/http closes such a connection and writes no more than a line in its own
// log. The connection still has the error.
type handshakes struct {
	logger    *zap.Logger
	telemetry *telemetry
}

// note is the http.Server's ConnState.
func (h handshakes) note(c net.Conn, state http.ConnState) {
	connection, ok := c.(*tls.Conn)
	if !ok || state != http.StateClosed {
		return
	}
	err := connection.Handshake() // the handshake is over: this returns its error
	if err == nil {
		return
	}
	reason, cause := explainHandshake(err, connection.ConnectionState().Version != 0)
	if reason == "" {
		return
	}
	h.telemetry.countAuthenticationFailure(nil, reason)
	fields := []zap.Field{
		zap.String("reason", reason),
		zap.String("cause", cause),
		zap.String("remote_address", c.RemoteAddr().String()),
		zap.String("error", quoted(err.Error())),
	}
	var refused *tls.CertificateVerificationError
	if errors.As(err, &refused) && len(refused.UnverifiedCertificates) > 0 {
		shown := refused.UnverifiedCertificates[0]
		fields = append(fields, zap.String("certificate", quoted(shown.Subject.String())), zap.String("issuer", quoted(shown.Issuer.String())))
	}
	h.logger.Warn("refused a TLS handshake: "+reason, fields...)
}

// explainHandshake returns why a handshake failed, by name and in words. It returns no reason for connections that never
// wanted anything, such as those of load balancers and port scanners. hasBegun says that the client has offered a version
// that fits.
func explainHandshake(err error, hasBegun bool) (reason, cause string) {
	var notTLS tls.RecordHeaderError
	var refused *tls.CertificateVerificationError
	var network *net.OpError
	hungUp := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
	switch text := err.Error(); {
	case errors.Is(err, net.ErrClosed) || (hungUp && !hasBegun):
		return "", ""
	case errors.As(err, &refused):
		return explainCertificate(refused.Err)
	case errors.As(err, &notTLS):
		return explainRecord(notTLS)
	// crypto/tls has no types for these errors. A test checks that their texts are still the same.
	case strings.Contains(text, "didn't provide a certificate"):
		return reasonNoCertificate, "the client showed no certificate: it has none, or none from an authority in tls::client_ca_file"
	case strings.Contains(text, "no cipher suite supported by both"):
		return reasonNoCommonCipher, "the client's cipher suites do not fit: it offers " + offered(text, tls.CipherSuiteName) +
			"; see tls::cipher_suites, and which suites the server certificate's kind of key (RSA or ECDSA) allows"
	case strings.Contains(text, "offered only unsupported versions"):
		return reasonNoCommonVersion, "the client's versions of TLS do not fit: it offers " + offered(text, tls.VersionName) +
			"; see tls::min_version and max_version"
	case errors.As(err, &network) && network.Op == "remote error":
		return reasonTLS, explainAlert(network.Err.Error())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return reasonTLS, "the handshake was not complete within read_header_timeout"
	case hungUp:
		return reasonTLS, "the client hung up in the middle of the handshake; perhaps it does not trust the server's certificate"
	default:
		return reasonTLS, "the handshake failed: " + quoted(text)
	}
}

// explainCertificate explains why a client's certificate was not accepted.
func explainCertificate(err error) (reason, cause string) {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return reasonUnknownAuthority, "the client's certificate is not from an authority in tls::client_ca_file, " +
			"or an intermediate certificate was not sent along"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return reasonExpiredCertificate, "the client's certificate, or one above it, has expired or is not valid yet"
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		return reasonTLS, "the client's certificate is not one for clients: its extended key usage lacks clientAuth"
	default:
		return reasonTLS, "the client's certificate does not hold: " + quoted(err.Error())
	}
}

func explainRecord(err tls.RecordHeaderError) (reason, cause string) {
	switch string(err.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE", "PRI *":
		return reasonNotTLS, "plain HTTP came where TLS is spoken: the callback URL must begin with https://, " +
			"and a proxy in front must speak TLS to the receiver"
	}
	if strings.Contains(err.Msg, "SSLv2") {
		return reasonNoCommonVersion, "what came looks like SSL 2, which nobody should speak any more"
	}
	return reasonNotTLS, "what came is not TLS"
}

// explainAlert explains why the client gave up.
func explainAlert(alert string) string {
	switch {
	case strings.Contains(alert, "unknown certificate") || strings.Contains(alert, "bad certificate"):
		return "the client does not accept the server's certificate (" + quoted(alert) + "): its authority must be one that the client trusts, " +
			"its names must have the URL's host, and intermediate certificates must follow it in tls::cert_file"
	case strings.Contains(alert, "expired certificate"):
		return "the client says that the server's certificate has expired; renew tls::cert_file"
	default:
		return "the client gave up: " + quoted(alert)
	}
}

// maxOffered is how many of a client's versions or suites are named.
const maxOffered = 12

// offered names the client's versions or suites. crypto/tls lists their numbers in hex at the end of its error.
func offered(text string, name func(uint16) string) string {
	_, list, _ := strings.Cut(text, "[")
	list, _, _ = strings.Cut(list, "]")
	var names []string
	for number := range strings.FieldsSeq(list) {
		if n, err := strconv.ParseUint(number, 16, 16); err == nil {
			names = append(names, name(uint16(n)))
		}
	}
	switch {
	case len(names) == 0:
		return "nothing that is known here"
	case len(names) > maxOffered:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxOffered], ", "), len(names)-maxOffered)
	default:
		return strings.Join(names, ", ")
	}
}
