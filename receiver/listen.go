// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
)

// listen opens the endpoint. TLS is added here, since confighttp's own listener reads files during handshakes.
func listen(ctx context.Context, config confighttp.ServerConfig, server *serverTLS) (net.Listener, error) {
	config.TLS = configoptional.None[configtls.ServerConfig]()
	listener, err := config.ToListener(ctx)
	if err != nil {
		return nil, explainListen(config.NetAddr.Endpoint, err)
	}
	if server != nil {
		listener = tls.NewListener(listener, server.base)
	}
	return listener, nil
}

// Listener is the receiver's endpoint without the receiver, for a command that shows requests.
type Listener struct {
	net.Listener

	certificates *clientcert.Policy // nil without mutual TLS
}

// Listen opens the endpoint of a configuration, with its TLS. Certificates and revocation lists are read once.
func Listen(ctx context.Context, cfg *Config, logger *zap.Logger) (*Listener, error) {
	certificates, err := newCertificates(cfg, logger)
	if err != nil {
		return nil, err
	}
	var server *serverTLS
	if settings := cfg.TLS.Get(); settings != nil {
		if server, err = newServerTLS(*settings, certificates, logger); err != nil {
			return nil, err
		}
	}
	listener, err := listen(ctx, cfg.ServerConfig, server)
	return &Listener{listener, certificates}, err
}

// CheckClient returns the receiver's answer to a client whose certificate it refuses, and why. The error is nil if the
// client may deliver, and without mutual TLS.
func (l *Listener) CheckClient(connection *tls.ConnectionState) (status int, text string, why error) {
	if l.certificates == nil {
		return 0, "", nil
	}
	if why = l.certificates.Check(connection, time.Now()); why == nil {
		return 0, "", nil
	}
	refused := refuseCertificate(why)
	return refused.answer.status, refused.answer.text, why
}

// explainListen adds advice to the error of an endpoint that cannot be opened.
func explainListen(endpoint string, err error) error {
	advice := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		advice = "; the port is taken: another process, or another receiver of this collector, listens on it. End that, or choose another port"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		advice = "; this machine does not have that address. 0.0.0.0 stands for all that it has"
	case errors.Is(err, fs.ErrPermission):
		advice = "; a port below 1024 needs a right. Grant it with AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, with " +
			"`setcap cap_net_bind_service=+ep otelcol-cxone`, or in Kubernetes with securityContext.capabilities.add: [NET_BIND_SERVICE]; " +
			"or listen on a higher port, such as 8443, and let a load balancer or a port forwarding take 443"
	}
	return fmt.Errorf("cannot listen on endpoint %s: %w%s", endpoint, err, advice)
}
