// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/delivery"
	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/scenario"
	"github.com/cxone-otel/cxonereceiver/cmd/internal/collectorconfig"
)

// targetFlags say where deliveries go and how. Every command that delivers has them.
type targetFlags struct {
	endpoint   string
	config     []string
	receiver   string
	voicePath  string
	scriptPath string
	tls        delivery.TLSFiles
	timeout    time.Duration

	signing signingFlags
}

func (f *targetFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.endpoint, "endpoint", "", "base `URL` to deliver to, such as https://gateway.example.com:8443; default: what --config says")
	flags.StringArrayVar(&f.config, "config", nil, "the collector's configuration `file`, to read endpoint, paths and signature from; may be repeated")
	flags.StringVar(&f.receiver, "receiver", "", "`name` of the receiver in it, such as cxone/eu, where there are several")
	flags.StringVar(&f.voicePath, "voice-path", "", "`path` for voice quality; default: what --config says, else "+collectorconfig.DefaultVoiceQualityPath)
	flags.StringVar(&f.scriptPath, "script-path", "", "`path` for script API; default: what --config says, else "+collectorconfig.DefaultScriptAPIPath)
	flags.StringVar(&f.tls.CA, "ca-file", "", "PEM `file` of the CA of the server's certificate, where the system doesn't trust it")
	flags.StringVar(&f.tls.Cert, "cert-file", "", "PEM `file` of the client's certificate, for mutual TLS")
	flags.StringVar(&f.tls.Key, "key-file", "", "PEM `file` of the client's private key, for mutual TLS")
	flags.StringVar(&f.tls.ServerName, "server-name", "", "`name` that the server's certificate must have; default: the URL's host")
	flags.DurationVar(&f.timeout, "timeout", 35*time.Second, "how long an answer may take")
	f.signing.register(flags)
}

// target is where deliveries go and how.
type target struct {
	receiver *collectorconfig.Receiver
	urls     map[scenario.DataType]string
	client   *delivery.Client
	sender   *sender // nil where nothing is signed
}

// open reads the collector's configuration, if there is one, and lays the flags over it.
func (f *targetFlags) open(ctx context.Context) (*target, error) {
	receiver, err := f.findReceiver(ctx)
	if err != nil {
		return nil, err
	}
	base := f.endpoint
	if base == "" {
		base = receiver.URL()
	}
	if err = checkBase(base); err != nil {
		return nil, err
	}
	config, err := f.tls.Config()
	if err != nil {
		return nil, err
	}
	t := &target{receiver: receiver, urls: map[scenario.DataType]string{}, client: delivery.NewClient(config, f.timeout)}
	if t.sender, err = f.signing.newSender(receiver); err != nil {
		return nil, err
	}
	for dataType, callback := range map[scenario.DataType]collectorconfig.Callback{
		scenario.VoiceQuality: override(receiver.VoiceQuality, f.voicePath),
		scenario.ScriptAPI:    override(receiver.ScriptAPI, f.scriptPath),
	} {
		if callback.Enabled {
			t.urls[dataType] = strings.TrimSuffix(base, "/") + callback.Path
		}
	}
	return t, nil
}

func (f *targetFlags) findReceiver(ctx context.Context) (*collectorconfig.Receiver, error) {
	if len(f.config) > 0 {
		conf, err := collectorconfig.Load(ctx, f.config...)
		if err != nil {
			return nil, err
		}
		return collectorconfig.FindReceiver(conf, f.receiver)
	}
	if f.endpoint == "" {
		return nil, errors.New("say where to deliver: --endpoint URL, or --config with the collector's configuration")
	}
	return collectorconfig.DefaultReceiver(), nil
}

func checkBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("--endpoint: %q is no http:// or https:// URL with a host", base)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--endpoint: %q must end before any query: the callback's path is added to it", base)
	}
	return nil
}

func override(c collectorconfig.Callback, path string) collectorconfig.Callback {
	if path != "" {
		c.Enabled, c.Path = true, "/"+strings.TrimPrefix(path, "/")
	}
	return c
}

// deliver sends one delivery, and returns where it went and what was answered.
func (t *target) deliver(ctx context.Context, d *scenario.Delivery) (to string, answer *delivery.Answer, err error) {
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
