// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
)

// targetFlags say where and how deliveries are sent. Every command that delivers has them.
type targetFlags struct {
	configFlags

	endpoint   string
	voicePath  string
	scriptPath string
	tls        delivery.TLSFiles
	timeout    time.Duration

	signing signingFlags
}

func (f *targetFlags) register(flags *pflag.FlagSet) {
	f.configFlags.register(flags, "to read endpoint, paths and signature from")
	flags.StringVar(&f.endpoint, "endpoint", "",
		"base `URL` to deliver to, such as https://gateway.example.com:8443; default: what --config says")
	flags.StringVar(&f.voicePath, "voice-path", "", "`path` for voice quality; default: what --config says, else the receiver's own default")
	flags.StringVar(&f.scriptPath, "script-path", "", "`path` for script API; default: what --config says, else the receiver's own default")
	flags.StringVar(&f.tls.CA, "ca-file", "", "PEM `file` of the CA of the server's certificate, where the system doesn't trust it")
	flags.StringVar(&f.tls.Cert, "cert-file", "", "PEM `file` of the client's certificate, for mutual TLS")
	flags.StringVar(&f.tls.Key, "key-file", "", "PEM `file` of the client's private key, for mutual TLS")
	flags.StringVar(&f.tls.ServerName, "server-name", "", "`name` that the server's certificate must have; default: the URL's host")
	flags.DurationVar(&f.timeout, "timeout", 35*time.Second, "how long an answer may take")
	f.signing.register(flags)
}

// target is where and how deliveries are sent.
type target struct {
	receiver *collectorconfig.Receiver
	urls     map[story.DataType]string
	client   *delivery.Client
	sender   *sender // nil if nothing is signed
}

// open reads the collector's configuration, if there is one, and applies the flags to it.
func (f *targetFlags) open(ctx context.Context) (*target, error) {
	if !f.isGiven() && f.endpoint == "" {
		return nil, errors.New("say where to deliver: --endpoint URL, or --config with the collector's configuration")
	}
	receiver, err := f.find(ctx)
	if err != nil {
		return nil, err
	}
	base, err := f.base(receiver)
	if err != nil {
		return nil, err
	}
	config, err := f.tls.Config()
	if err != nil {
		return nil, err
	}
	t := &target{receiver: receiver, urls: map[story.DataType]string{}, client: delivery.NewClient(config, f.timeout)}
	if t.sender, err = f.signing.newSender(receiver); err != nil {
		return nil, err
	}
	for dataType, path := range map[story.DataType]string{story.VoiceQuality: f.voicePath, story.ScriptAPI: f.scriptPath} {
		callback, on := receiver.Callback(dataType)
		if path != "" {
			callback.Path, on = "/"+strings.TrimPrefix(path, "/"), true
		}
		if on {
			t.urls[dataType] = strings.TrimSuffix(base, "/") + callback.Path
		}
	}
	return t, nil
}

// base is the URL that the callbacks' paths are added to.
func (f *targetFlags) base(receiver *collectorconfig.Receiver) (string, error) {
	if f.endpoint == "" {
		return receiver.URL(), receiver.Reachable()
	}
	u, err := parseURL(f.endpoint)
	if err != nil {
		return "", fmt.Errorf("--endpoint: %w", err)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("--endpoint: %q must end before any query: the callback's path is added to it", f.endpoint)
	}
	return f.endpoint, nil
}

// deliver sends one delivery, and returns its URL and the answer.
func (t *target) deliver(ctx context.Context, d *story.Delivery) (to string, answer *delivery.Answer, err error) {
	to, ok := t.urls[d.Callback]
	if !ok {
		return "", nil, fmt.Errorf("%s delivers to the %s callback, which receivers::%s switches off", d.Scenario, d.Callback, t.receiver.Name)
	}
	sign, err := t.sender.sign(d)
	if err != nil {
		return "", nil, err
	}
	answer, err = t.client.Post(ctx, to, d.Body, sign)
	return to, answer, err
}
