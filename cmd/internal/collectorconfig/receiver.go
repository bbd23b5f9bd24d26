// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package collectorconfig

import (
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/story"
	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// Receiver is a cxone receiver's configuration, as a sender needs it.
type Receiver struct {
	*receiver.Config

	// Name is the receiver's key in the configuration, such as cxone or cxone/eu.
	Name string
}

// Callback is the URL of one data type.
type Callback struct {
	// Path is the URL's path.
	Path string
	// SignatureURL overrides the signature block's url for this callback.
	SignatureURL string
}

// newReceiver is a receiver with the default configuration.
func newReceiver(name string) *Receiver {
	return &Receiver{Name: name, Config: receiver.NewFactory().CreateDefaultConfig().(*receiver.Config)}
}

// DefaultReceiver is the receiver that a sender assumes if there is no configuration to read.
func DefaultReceiver() *Receiver { return newReceiver("cxone") }

// Callback returns the callback of a data type, and whether it is switched on.
func (r *Receiver) Callback(dataType story.DataType) (Callback, bool) {
	voice, script := r.VoiceQuality.Get(), r.ScriptAPI.Get()
	switch {
	case dataType == story.VoiceQuality && voice != nil:
		return Callback{Path: voice.Path, SignatureURL: voice.SignatureURL}, true
	case dataType == story.ScriptAPI && script != nil:
		return Callback{Path: script.Path, SignatureURL: script.SignatureURL}, true
	default:
		return Callback{}, false
	}
}

// DataTypeAt finds the data type whose callback has this path. For other paths it is voice quality.
func (r *Receiver) DataTypeAt(path string) story.DataType {
	if callback, on := r.Callback(story.ScriptAPI); on && callback.Path == path {
		return story.ScriptAPI
	}
	return story.VoiceQuality
}

// TimeZone is the zone of the script API's times, which do not name one.
func (r *Receiver) TimeZone() *time.Location {
	if script := r.ScriptAPI.Get(); script != nil {
		if zone, err := time.LoadLocation(script.TimeZone); err == nil { // an unknown one was refused before
			return zone
		}
	}
	return time.UTC
}

// Scheme is the signature block; nil if there is none.
func (r *Receiver) Scheme() *signature.Config {
	if block := r.Signature.Get(); block != nil {
		return &block.Config
	}
	return nil
}

// Reachable returns an error if the receiver listens on something other than a TCP port.
func (r *Receiver) Reachable() error {
	if transport := string(r.NetAddr.Transport); !strings.HasPrefix(transport, "tcp") {
		return fmt.Errorf("receivers::%s: transport: %s cannot be dialled from here, only tcp can; say where to send with --endpoint", r.Name,
			transport)
	}
	return nil
}

// URL is the URL at which a sender on this machine reaches the receiver.
func (r *Receiver) URL() string {
	scheme := "http"
	if r.TLS.HasValue() {
		scheme = "https"
	}
	return LocalURL(scheme, r.NetAddr.Endpoint)
}

// LocalURL is the URL at which this machine reaches a server. If the server listens on every interface, the host is
// localhost.
func LocalURL(scheme, address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return scheme + "://" + address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
