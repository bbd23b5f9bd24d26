// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"
)

// maxHeaderBytes bounds a request's headers.
const maxHeaderBytes = 32 << 10

// drainGrace is how long a shutdown waits for bodies that are still arriving, or being decoded and translated. What the
// pipelines already have is finished in any case. A slower sender has no acknowledgement, and tries again.
const drainGrace = 2 * time.Second

// instances holds the running receivers by their configuration, which is the same for each of the three signals.
var instances = registry{byConfig: map[*Config]*cxoneReceiver{}}

type registry struct {
	mu       sync.Mutex
	byConfig map[*Config]*cxoneReceiver
}

func (g *registry) get(set receiver.Settings, cfg *Config) (*cxoneReceiver, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r, ok := g.byConfig[cfg]; ok {
		return r, nil
	}
	r, err := newReceiver(set, cfg)
	if err != nil {
		return nil, err
	}
	g.byConfig[cfg] = r
	return r, nil
}

func (g *registry) remove(cfg *Config) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.byConfig, cfg)
}

// cxoneReceiver is the one instance for the three signals of a configuration.
type cxoneReceiver struct {
	cfg       *Config
	settings  receiver.Settings
	telemetry *telemetry
	next      consumers
	status    statusReporter

	startOnce sync.Once
	startErr  error
	stopOnce  sync.Once
	stopErr   error

	endpoint *endpoint
	emitter  *emitter
	tls      *serverTLS // nil for plain HTTP
	server   *http.Server
	address  net.Addr
	serving  sync.WaitGroup
}

func newReceiver(set receiver.Settings, cfg *Config) (*cxoneReceiver, error) {
	t, err := newTelemetry(set)
	if err != nil {
		return nil, err
	}
	r := &cxoneReceiver{cfg: cfg, settings: set, telemetry: t}
	r.status.patience = max(refusalPatience, 2*cfg.RetryAfter)
	return r, nil
}

// Start starts the server. It is called once for each signal, and the first call starts the server: the consumers of all
// signals are known by then. Every call returns the error of the first.
func (r *cxoneReceiver) Start(ctx context.Context, host component.Host) error {
	r.status.addHost(host)
	r.startOnce.Do(func() { r.startErr = r.start(ctx, host) })
	return r.startErr
}

func (r *cxoneReceiver) start(ctx context.Context, host component.Host) error {
	e, err := newEndpoint(ctx, r, host)
	if err != nil {
		return err
	}
	if settings := r.cfg.TLS.Get(); settings != nil {
		if r.tls, err = newServerTLS(*settings, e.certificates, r.settings.Logger); err != nil {
			return err
		}
	}
	server, err := r.newServer(ctx, host, e)
	if err != nil {
		return fmt.Errorf("cannot make the HTTP server: %w", err)
	}
	listener, err := listen(ctx, r.cfg.ServerConfig, r.tls)
	if err != nil {
		return err
	}
	r.endpoint, r.server, r.address = e, server, listener.Addr()
	if err := errors.Join(r.telemetry.start(e.callbacks, r.tls != nil), r.observeCredentials(), e.startKeys()); err != nil {
		r.server = nil
		e.stopKeys()
		return errors.Join(err, listener.Close())
	}
	r.watchFiles()
	e.announce(r.address)
	r.emitter = startEmitter(r.cfg, e.deliverer)
	r.serving.Go(func() { r.serve(listener) })
	return nil
}

// newServer makes the HTTP server. The endpoint authenticates and decompresses by itself, because it decides the answers,
// and because a body is verified before it is decompressed.
func (r *cxoneReceiver) newServer(ctx context.Context, host component.Host, e *endpoint) (*http.Server, error) {
	config := r.cfg.ServerConfig
	config.Auth = configoptional.None[confighttp.AuthConfig]()
	config.CompressionAlgorithms = []string{}
	server, err := config.ToServer(ctx, host.GetExtensions(), r.settings.TelemetrySettings, e)
	if err != nil {
		return nil, err
	}
	server.Handler = hideHost(server.Handler, config.NetAddr.Endpoint)
	server.DisableGeneralOptionsHandler = true // net/http's own answers leave no trace
	server.MaxHeaderBytes = maxHeaderBytes
	server.ErrorLog = newServerLog(e.logger)
	connections := newConnections(e.reportUnseen)
	server.Handler = connections.watch(server.Handler)
	server.ConnContext = connections.context
	failed := handshakes{logger: e.logger, telemetry: r.telemetry}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		connections.note(c, state)
		failed.note(c, state)
	}
	server.RegisterOnShutdown(connections.closeSilent) // once the listener is closed
	return server, nil
}

// watchFiles starts to check certificates and revocation lists for changes.
func (r *cxoneReceiver) watchFiles() {
	if r.tls != nil {
		r.tls.start()
	}
	if r.endpoint.certificates != nil {
		r.endpoint.certificates.Start()
	}
}

func (r *cxoneReceiver) unwatchFiles() {
	if r.tls != nil {
		r.tls.shutdown()
	}
	if r.endpoint.certificates != nil {
		r.endpoint.certificates.Shutdown()
	}
}

func (r *cxoneReceiver) serve(listener net.Listener) {
	if err := r.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		r.status.report(componentstatus.NewFatalErrorEvent(fmt.Errorf("the server stopped: %w", err)))
	}
}

// Shutdown refuses new deliveries, finishes those in flight, and then returns. The first signal's call does it for all.
func (r *cxoneReceiver) Shutdown(ctx context.Context) error {
	r.stopOnce.Do(func() { r.stopErr = r.shutdown(ctx) })
	return r.stopErr
}

func (r *cxoneReceiver) shutdown(ctx context.Context) error {
	instances.remove(r.cfg)
	defer r.telemetry.shutdown()
	if r.server == nil {
		return nil
	}
	r.endpoint.draining.Store(true)
	cut := time.AfterFunc(drainGrace, func() {
		r.endpoint.arrivals.cutOff()
		r.endpoint.deliverer.stop()
	})
	defer cut.Stop()
	err := r.server.Shutdown(ctx)
	if err != nil {
		r.settings.Logger.Warn("shutdown ended before the deliveries in flight did", zap.Error(err))
		err = errors.Join(err, r.server.Close())
	}
	r.serving.Wait()
	r.emitter.stop(ctx)
	r.endpoint.stopKeys()
	r.unwatchFiles()
	r.status.stop()
	return err
}
