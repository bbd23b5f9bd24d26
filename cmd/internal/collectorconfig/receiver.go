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

// Receiver is a cxone receiver's configuration, and what follows from it for a sender.
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

// newReceiver is a receiver of which nothing is configured.
func newReceiver(name string) *Receiver {
	return &Receiver{Name: name, Config: receiver.NewFactory().CreateDefaultConfig().(*receiver.Config)}
}

// DefaultReceiver is what a sender takes the receiver for where there is no configuration to read.
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

// DataTypeAt finds the data type whose callback has this path. A path that is nobody's counts as voice quality's.
func (r *Receiver) DataTypeAt(path string) story.DataType {
	if callback, on := r.Callback(story.ScriptAPI); on && callback.Path == path {
		return story.ScriptAPI
	}
	return story.VoiceQuality
}

// TimeZone is the zone of the script API's times, which carry none.
func (r *Receiver) TimeZone() *time.Location {
	if script := r.ScriptAPI.Get(); script != nil {
		if zone, err := time.LoadLocation(script.TimeZone); err == nil { // a wrong one was refused when it was read
			return zone
		}
	}
	return time.UTC
}

// Scheme is the signature block, nil where there is none.
func (r *Receiver) Scheme() *signature.Config {
	if block := r.Signature.Get(); block != nil {
		return &block.Config
	}
	return nil
}

// Reachable returns an error where the receiver listens on something that is no TCP port.
func (r *Receiver) Reachable() error {
	if transport := string(r.NetAddr.Transport); !strings.HasPrefix(transport, "tcp") {
		return fmt.Errorf("receivers::%s: transport: %s cannot be dialled from here, only tcp can; say where to send with --endpoint", r.Name,
			transport)
	}
	return nil
}

// URL is where a sender on this machine reaches the receiver.
func (r *Receiver) URL() string {
	scheme := "http"
	if r.TLS.HasValue() {
		scheme = "https"
	}
	return LocalURL(scheme, r.NetAddr.Endpoint)
}

// LocalURL is where this machine reaches a server that listens on an address. One that means "every interface" is dialled
// as localhost.
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
