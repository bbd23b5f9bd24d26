// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// UnitsConfig are the units of the vendor's numbers: ns, us, ms or s for times, percent or ratio for packet_loss, bit/s,
// kbit/s or Mbit/s for bitrate.
type UnitsConfig struct {
	Jitter         string `mapstructure:"jitter"`
	PacketLoss     string `mapstructure:"packet_loss"`
	RTT            string `mapstructure:"rtt"`
	Bitrate        string `mapstructure:"bitrate"`
	Duration       string `mapstructure:"duration"`
	RingTime       string `mapstructure:"ring_time"`
	SetupTime      string `mapstructure:"setup_time"`
	DisconnectTime string `mapstructure:"disconnect_time"`

	// prevent unkeyed literal initialization
	_ struct{}
}

// byFigure returns where each figure's unit is. Figures on a scale have no unit.
func (u *UnitsConfig) byFigure() map[translate.Figure]*string {
	return map[translate.Figure]*string{
		translate.Jitter:         &u.Jitter,
		translate.PacketLoss:     &u.PacketLoss,
		translate.RTT:            &u.RTT,
		translate.Bitrate:        &u.Bitrate,
		translate.Duration:       &u.Duration,
		translate.RingTime:       &u.RingTime,
		translate.SetupTime:      &u.SetupTime,
		translate.DisconnectTime: &u.DisconnectTime,
	}
}

func defaultUnits() UnitsConfig {
	var u UnitsConfig
	for figure, unit := range u.byFigure() {
		*unit = figure.DefaultUnit()
	}
	return u
}

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

// byFigure returns the thresholds in the metrics' units.
func (t *ThresholdsConfig) byFigure() map[translate.Figure]float64 {
	return map[translate.Figure]float64{
		translate.Mos:        t.Mos,
		translate.RFactor:    t.RFactor,
		translate.Jitter:     t.Jitter.Seconds(),
		translate.PacketLoss: t.PacketLoss,
		translate.RTT:        t.RTT.Seconds(),
	}
}

// Unmarshal implements confmap.Unmarshaler. It refuses a duration without a unit, which the collector would take for
// nanoseconds.
func (t *ThresholdsConfig) Unmarshal(conf *confmap.Conf) error {
	values := conf.ToStringMap()
	for figure := range translate.NumFigures {
		if !figure.HasThreshold() || figure.MetricUnit() != "s" {
			continue
		}
		switch v := values[figure.String()].(type) {
		case nil, string:
		case int:
			if v != 0 {
				return bareDuration(figure.String(), v)
			}
		default:
			return bareDuration(figure.String(), v)
		}
	}
	return conf.Unmarshal(t)
}

func bareDuration(key string, value any) error {
	return fmt.Errorf("%s: %v has no unit; write it with one, such as %vms", key, value, value)
}

// Validate finds limits that no figure can have.
func (t *ThresholdsConfig) Validate() error {
	limits := t.byFigure()
	var errs []error
	for figure := range translate.NumFigures {
		limit := limits[figure]
		switch {
		case limit < 0:
			errs = append(errs, fmt.Errorf("%s: %v is negative; it must be 0 (off) or more", figure, limit))
		case limit > figure.Most():
			hint := ""
			if figure.MetricUnit() == "1" {
				hint = ", for it is a ratio: 1 % is 0.01"
			}
			errs = append(errs, fmt.Errorf("%s: %v is too large; it can be %v at most%s", figure, limit, figure.Most(), hint))
		}
	}
	return errors.Join(errs...)
}

// metricOptions is mdatagen's configuration of one metric.
type metricOptions struct {
	Enabled     bool     `mapstructure:"enabled"`
	Aggregation string   `mapstructure:"aggregation_strategy"`
	Attributes  []string `mapstructure:"attributes"`
}

// metricOptionsByFigure reads mdatagen's types by their keys: it makes one type for each metric.
func metricOptionsByFigure(metrics *metadata.MetricsConfig) (options [translate.NumFigures]metricOptions, err error) {
	keys := confmap.New()
	if err := keys.Marshal(metrics); err != nil {
		return options, err
	}
	var byName map[string]metricOptions
	if err := keys.Unmarshal(&byName); err != nil {
		return options, err
	}
	for figure := range translate.NumFigures {
		options[figure] = byName[figure.Metric()]
	}
	return options, nil
}

// validateMetrics refuses options of mdatagen's configuration that this receiver does not have. Aggregation is one of them:
// each record keeps a data point of its own.
func (c *Config) validateMetrics() error {
	defaults := metadata.DefaultMetricsConfig()
	byDefault, err := metricOptionsByFigure(&defaults)
	if err != nil {
		return err
	}
	chosen, err := metricOptionsByFigure(&c.Metrics)
	if err != nil {
		return err
	}
	var errs []error
	for figure := range translate.NumFigures {
		if strategy := chosen[figure].Aggregation; strategy != byDefault[figure].Aggregation {
			errs = append(errs, fmt.Errorf("metrics::%s::aggregation_strategy: %q cannot be chosen, since every record keeps a data point of "+
				"its own; leave it out", figure.Metric(), strategy))
		}
	}
	attributes := c.ResourceAttributes
	for _, a := range []metadata.ResourceAttributeConfig{attributes.ServiceName, attributes.CxoneBusinessUnitID, attributes.CxoneCluster} {
		if len(a.MetricsInclude) > 0 || len(a.MetricsExclude) > 0 {
			errs = append(errs, errors.New("resource_attributes: metrics_include and metrics_exclude are not supported; use the filter processor"))
			break
		}
	}
	return errors.Join(errs...)
}

// figureOptions returns the settings of the figures in the form of package translate.
func (c *VoiceQualityConfig) figureOptions(metrics *metadata.MetricsConfig) (
	options [translate.NumFigures]translate.FigureOptions, err error,
) {
	byMetric, err := metricOptionsByFigure(metrics)
	if err != nil {
		return options, err
	}
	units, thresholds := c.Units.byFigure(), c.Thresholds.byFigure()
	for figure := range translate.NumFigures {
		options[figure] = translate.FigureOptions{
			Metric:           byMetric[figure].Enabled,
			Attributes:       append(byMetric[figure].Attributes, c.MetricAttributes...),
			ZeroIsUnmeasured: slices.Contains(c.ZeroIsUnmeasured, figure.String()),
			Threshold:        thresholds[figure],
		}
		if name := units[figure]; name != nil {
			if options[figure].Unit, err = translate.ParseUnit(figure, *name); err != nil {
				return options, err
			}
		}
	}
	return options, nil
}
