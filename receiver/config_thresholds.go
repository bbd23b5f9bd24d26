// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.opentelemetry.io/collector/confmap"
)

// ThresholdsConfig are the limits at which a call counts as degraded: mos and r_factor at or below them, the others above.
// 0 switches a limit off.
type ThresholdsConfig struct {
	// Mos, 1 to 5. Default: 3.6.
	Mos float64 `mapstructure:"mos"`
	// RFactor, 0 to 100. Default: 70.
	RFactor float64 `mapstructure:"r_factor"`
	// Jitter, with its unit. Default: 30ms.
	Jitter time.Duration `mapstructure:"jitter"`
	// PacketLoss as a ratio. Default: 0.01.
	PacketLoss float64 `mapstructure:"packet_loss"`
	// RTT, with its unit. Default: 300ms.
	RTT time.Duration `mapstructure:"rtt"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// Unmarshal implements confmap.Unmarshaler. It refuses a duration without a unit, which the collector would take for
// nanoseconds.
func (t *ThresholdsConfig) Unmarshal(conf *confmap.Conf) error {
	values := conf.ToStringMap()
	for _, key := range []string{"jitter", "rtt"} {
		switch v := values[key].(type) {
		case nil, string:
		case int:
			if v != 0 {
				return bareDuration(key, v)
			}
		default:
			return bareDuration(key, v)
		}
	}
	return conf.Unmarshal(t)
}

func bareDuration(key string, value any) error {
	return fmt.Errorf("%s: %v has no unit; write it with one, such as %vms", key, value, value)
}

// Validate finds limits that no figure can have.
func (t *ThresholdsConfig) Validate() error {
	limits := map[string]float64{
		"mos": t.Mos, "r_factor": t.RFactor, "packet_loss": t.PacketLoss,
		"jitter": t.Jitter.Seconds(), "rtt": t.RTT.Seconds(),
	}
	highest := map[string]float64{"mos": 5, "r_factor": 100, "packet_loss": 1}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(limits)) {
		limit := limits[key]
		most, bounded := highest[key]
		switch {
		case limit < 0:
			errs = append(errs, fmt.Errorf("%s: %v is negative; it must be 0 (off) or more", key, limit))
		case bounded && limit > most:
			hint := ""
			if key == "packet_loss" {
				hint = ", for it is a ratio: 1 % is 0.01"
			}
			errs = append(errs, fmt.Errorf("%s: %v is too large; it can be %v at most%s", key, limit, most, hint))
		}
	}
	return errors.Join(errs...)
}
