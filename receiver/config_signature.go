// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"net/netip"

	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
)

const (
	keyCaptureRejected  = "capture_rejected"
	defaultCaptureFiles = 20
)

// SignatureConfig is the `signature` block: how requests are signed, and whether refused ones are captured.
type SignatureConfig struct {
	signature.Config `mapstructure:",squash"`

	// CaptureRejected writes refused requests to files. Default: off.
	CaptureRejected CaptureConfig `mapstructure:"capture_rejected"`

	_ struct{}
}

// CaptureConfig limits the capture of refused requests.
type CaptureConfig struct {
	// Directory is where the files go. Default: none, which switches captures off.
	Directory string `mapstructure:"directory"`

	// MaxFiles is the number of files at which capture stops. Default: 20.
	MaxFiles int `mapstructure:"max_files"`

	// From limits capture to senders in these CIDR ranges. Default: all.
	From []string `mapstructure:"from"`

	_ struct{}
}

// Unmarshal reads the scheme by its own rules, which start from a preset. Then it reads the receiver's own keys.
func (c *SignatureConfig) Unmarshal(conf *confmap.Conf) error {
	scheme := confmap.New()
	if err := scheme.Merge(conf); err != nil {
		return err
	}
	scheme.Delete(keyCaptureRejected)
	if err := c.Config.Unmarshal(scheme); err != nil {
		return err
	}
	captures, err := conf.Sub(keyCaptureRejected)
	if err != nil {
		return err
	}
	c.CaptureRejected.MaxFiles = defaultCaptureFiles
	return captures.Unmarshal(&c.CaptureRejected)
}

// Validate checks the receiver's own keys. The scheme has its own Validate.
func (c *SignatureConfig) Validate() error { return c.CaptureRejected.validate() }

func (c *CaptureConfig) validate() error {
	var errs []error
	if c.Directory != "" && c.MaxFiles < 1 {
		errs = append(errs, fmt.Errorf(
			"%s::max_files: %d captures nothing; at least 1, or leave the directory out", keyCaptureRejected, c.MaxFiles))
	}
	for i, text := range c.From {
		if _, err := netip.ParsePrefix(text); err != nil {
			errs = append(errs, fmt.Errorf("%s::from[%d]: %q is not a CIDR range such as 192.0.2.0/24", keyCaptureRejected, i, text))
		}
	}
	return errors.Join(errs...)
}
