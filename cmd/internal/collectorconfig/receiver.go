// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package collectorconfig

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// The receiver's defaults, for what its block leaves out.
const (
	DefaultEndpoint         = "localhost:8443"
	DefaultVoiceQualityPath = "/cxone/voice-quality"
	DefaultScriptAPIPath    = "/cxone/script-api"
	DefaultMaxBodyBytes     = 8 << 20
)

// Receiver is what a sender needs to know of a cxone receiver.
type Receiver struct {
	// Name is the receiver's key in the configuration, such as cxone or cxone/eu.
	Name string
	// Endpoint is the address that it listens on, host:port.
	Endpoint string
	// TLS says that it speaks HTTPS.
	TLS bool
	// VoiceQuality and ScriptAPI are its two callbacks.
	VoiceQuality, ScriptAPI Callback
	// TimeZone is the zone of the script API's times, which carry none.
	TimeZone *time.Location
	// MaxBodyBytes is the size at which a body is refused.
	MaxBodyBytes int64
	// RecognisesRepeats says that a repeat of an accepted delivery is answered as one.
	RecognisesRepeats bool
	// Signature is the signature block, nil where there is none.
	Signature *confmap.Conf
}

// Callback is the URL of one data type.
type Callback struct {
	// Enabled says that the data type is taken at all.
	Enabled bool
	// Path is the URL's path.
	Path string
	// SignatureURL overrides the signature block's url for this callback.
	SignatureURL string
}

// URL is where a sender on this machine reaches the receiver: an address that means "every interface" is dialled as
// localhost.
func (r *Receiver) URL() string {
	scheme := "http"
	if r.TLS {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(r.Endpoint)
	if err != nil {
		return scheme + "://" + r.Endpoint
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// FindReceiver finds the cxone receiver of a configuration. The name may be empty where there is one only.
func FindReceiver(conf *confmap.Conf, name string) (*Receiver, error) {
	receivers, err := conf.Sub("receivers")
	if err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	var found []string
	for _, key := range slices.Sorted(maps.Keys(receivers.ToStringMap())) {
		if kind, _, _ := strings.Cut(key, "/"); kind == "cxone" {
			found = append(found, key)
		}
	}
	switch {
	case len(found) == 0:
		return nil, errors.New("there is no cxone receiver under receivers in the configuration")
	case name == "" && len(found) > 1:
		return nil, fmt.Errorf("the configuration has several cxone receivers; choose one with --receiver: %s", strings.Join(found, ", "))
	case name == "":
		name = found[0]
	case !slices.Contains(found, name):
		return nil, fmt.Errorf("the configuration has no receiver %q; it has %s", name, strings.Join(found, ", "))
	}
	block, err := receivers.Sub(name)
	if err != nil {
		return nil, fmt.Errorf("receivers::%s: %w", name, err)
	}
	receiver, err := newReceiver(name, block)
	if err != nil {
		return nil, fmt.Errorf("receivers::%s: %w", name, err)
	}
	return receiver, nil
}

// receiverBlock is the part of the receiver's configuration that a sender needs; the rest is the collector's to judge.
type receiverBlock struct {
	Endpoint     string        `mapstructure:"endpoint"`
	Transport    string        `mapstructure:"transport"`
	VoiceQuality callbackBlock `mapstructure:"voice_quality"`
	ScriptAPI    callbackBlock `mapstructure:"script_api"`
	MaxBodyBytes int64         `mapstructure:"max_request_body_size"`
	ReplayWindow struct {
		Size int `mapstructure:"size"`
	} `mapstructure:"replay_window"`
}

type callbackBlock struct {
	Enabled      bool   `mapstructure:"enabled"`
	Path         string `mapstructure:"path"`
	SignatureURL string `mapstructure:"signature_url"`
	TimeZone     string `mapstructure:"time_zone"`
}

func newReceiver(name string, conf *confmap.Conf) (*Receiver, error) {
	block := receiverBlock{
		VoiceQuality: callbackBlock{Enabled: true, Path: DefaultVoiceQualityPath},
		ScriptAPI:    callbackBlock{Enabled: true, Path: DefaultScriptAPIPath},
	}
	block.ReplayWindow.Size = 1
	if err := conf.Unmarshal(&block, confmap.WithIgnoreUnused()); err != nil {
		return nil, err
	}
	if block.Transport != "" && !strings.HasPrefix(block.Transport, "tcp") {
		return nil, fmt.Errorf("transport: %s cannot be dialled from here, only tcp can; say where to send with --endpoint", block.Transport)
	}
	zone, err := time.LoadLocation(block.ScriptAPI.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("script_api::time_zone: %w", err)
	}
	signature, err := subOrNil(conf, "signature")
	if err != nil {
		return nil, err
	}
	return &Receiver{
		Name:              name,
		Endpoint:          cmp.Or(block.Endpoint, DefaultEndpoint),
		TLS:               conf.Get("tls") != nil,
		VoiceQuality:      block.VoiceQuality.callback(isNull(conf, "voice_quality")),
		ScriptAPI:         block.ScriptAPI.callback(isNull(conf, "script_api")),
		TimeZone:          zone,
		MaxBodyBytes:      cmp.Or(block.MaxBodyBytes, DefaultMaxBodyBytes),
		RecognisesRepeats: block.ReplayWindow.Size > 0,
		Signature:         signature,
	}, nil
}

func (b callbackBlock) callback(null bool) Callback {
	return Callback{Enabled: b.Enabled && !null, Path: b.Path, SignatureURL: b.SignatureURL}
}

// isNull tells a block that is switched off with null from one that is left out.
func isNull(conf *confmap.Conf, key string) bool {
	value, present := conf.ToStringMap()[key]
	return present && value == nil
}

func subOrNil(conf *confmap.Conf, key string) (*confmap.Conf, error) {
	if conf.Get(key) == nil {
		return nil, nil
	}
	return conf.Sub(key)
}

// DefaultReceiver is a receiver of which nothing is configured.
func DefaultReceiver() *Receiver {
	receiver, err := newReceiver("cxone", confmap.New())
	if err != nil {
		panic(err) // an empty configuration has no faults
	}
	return receiver
}
