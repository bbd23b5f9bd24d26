// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/config/confignet"
	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// listenFlags are the flags of `cxonectl listen`.
type listenFlags struct {
	judgeFlags

	listen string
}

func newListenCommand() *cobra.Command {
	var f listenFlags
	command := &cobra.Command{
		Use:   "listen",
		Short: "Be a callback on this machine that shows each delivery as it comes",
		Long: `Listen answers at the callbacks' paths as the receiver would, and shows each delivery: the names of its headers,
its signature and the signed string, the answer, and the spans, log events and gauges that the receiver makes. It
is the receiver's own code with the given configuration. There are three differences:

  - It also shows deliveries that are not authenticated. These are answered 401 or 403.
  - It shows a repeat with the delivery that it repeats.
  - It does not ask an extension that auth names.

Client certificates are checked with the files as they were at the start. Without --config and without a key,
nothing is verified, and every delivery is accepted. Nothing is stored or sent anywhere. The output holds personal
data, and under some schemes all that a forger needs except the key.`,
		Example: `  cxonectl listen
  cxonectl listen --config collector.yaml
  cxonectl listen --listen 0.0.0.0:8443 --scheme github --secret-file secret`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return f.run(command.Context(), command.OutOrStdout())
		},
	}
	flags := command.Flags()
	f.register(flags)
	flags.StringVar(&f.listen, "listen", "", "`address` to listen on; default: that of --config, else localhost:8443")
	return command
}

func (f *listenFlags) run(ctx context.Context, out io.Writer) error {
	r, err := f.findReceiver(ctx)
	if err != nil {
		return err
	}
	config := *r.Config
	if f.listen != "" {
		config.NetAddr = confignet.AddrConfig{Transport: confignet.TransportTypeTCP, Endpoint: f.listen}
	}
	listener, err := receiver.Listen(ctx, &config, zap.NewNop())
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w; --listen names another address: is the collector running on this one?", err)
	}
	if err != nil {
		return fmt.Errorf("receivers::%s: %w", r.Name, err)
	}
	defer func() { _ = listener.Close() }() // for an end before it serves
	window, err := newWindow(ctx, out, &f.judgeFlags, r, listener.CheckClient)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, window.close()) }()
	server := &http.Server{
		Handler: window, ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(out, "", 0), // refused handshakes are shown too
	}
	sayWhere(out, r, listener.Addr().String())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
		return server.Close()
	}
}

func sayWhere(out io.Writer, r *collectorconfig.Receiver, address string) {
	fmt.Fprintf(out, "Listening. Nothing is stored; Ctrl-C ends it.\n")
	if r.Auth.HasValue() {
		fmt.Fprintf(out, "The extension that receivers::%s::auth names is not asked.\n", r.Name)
	}
	scheme := "http"
	if r.TLS.HasValue() {
		scheme = "https"
	}
	base := collectorconfig.LocalURL(scheme, address)
	for _, dataType := range []story.DataType{story.VoiceQuality, story.ScriptAPI} {
		if callback, on := r.Callback(dataType); on {
			fmt.Fprintf(out, "  %-13s  %s\n", dataType, base+callback.Path)
		}
	}
}

// relay sends a request on to the receiver in this process, and returns its answer.
func relay(r *http.Request, body []byte, address string) (status int, header http.Header, answer []byte, err error) {
	url := "http://" + address + r.URL.RequestURI()
	request, err := http.NewRequestWithContext(r.Context(), r.Method, url, bytes.NewReader(body)) //nolint:gosec // to ourselves
	if err != nil {
		return 0, nil, nil, err
	}
	request.Header = r.Header.Clone()
	for _, hop := range []string{"Connection", "Expect", "Transfer-Encoding", "Te", "Upgrade"} {
		request.Header.Del(hop)
	}
	request.Host = r.Host
	response, err := (&http.Transport{DisableCompression: true, DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, response.Header, answer, err
}
