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

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/config/configtls"
)

// listen opens the endpoint. TLS is put on top here, since confighttp's own listener reads files during handshakes.
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

// explainListen says what to do about an endpoint that cannot be listened on.
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
