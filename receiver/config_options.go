// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// byFigure returns the units by figure. Figures on a scale have no unit.
func (u *UnitsConfig) byFigure() map[translate.Figure]string {
	return map[translate.Figure]string{
		translate.Jitter:         u.Jitter,
		translate.PacketLoss:     u.PacketLoss,
		translate.RTT:            u.RTT,
		translate.Bitrate:        u.Bitrate,
		translate.Duration:       u.Duration,
		translate.RingTime:       u.RingTime,
		translate.SetupTime:      u.SetupTime,
		translate.DisconnectTime: u.DisconnectTime,
	}
}

// metricOptions is mdatagen's configuration of one metric.
type metricOptions struct {
	enabled     bool
	aggregation string
	attributes  []string
}

func newMetricOptions[K ~string](enabled bool, aggregation string, keys []K) metricOptions {
	o := metricOptions{enabled: enabled, aggregation: aggregation}
	for _, key := range keys {
		o.attributes = append(o.attributes, string(key))
	}
	return o
}

// metricOptionsByFigure brings mdatagen's types together: it makes one for each metric.
func metricOptionsByFigure(m *metadata.MetricsConfig) [translate.NumFigures]metricOptions {
	return [translate.NumFigures]metricOptions{
		translate.Mos: newMetricOptions(m.CxoneCallMos.Enabled, m.CxoneCallMos.AggregationStrategy, m.CxoneCallMos.EnabledAttributes),
		translate.RFactor: newMetricOptions(m.CxoneCallRFactor.Enabled, m.CxoneCallRFactor.AggregationStrategy,
			m.CxoneCallRFactor.EnabledAttributes),
		translate.Score: newMetricOptions(m.CxoneCallScore.Enabled, m.CxoneCallScore.AggregationStrategy,
			m.CxoneCallScore.EnabledAttributes),
		translate.Jitter: newMetricOptions(m.CxoneCallJitter.Enabled, m.CxoneCallJitter.AggregationStrategy,
			m.CxoneCallJitter.EnabledAttributes),
		translate.PacketLoss: newMetricOptions(m.CxoneCallPacketLoss.Enabled, m.CxoneCallPacketLoss.AggregationStrategy,
			m.CxoneCallPacketLoss.EnabledAttributes),
		translate.RTT: newMetricOptions(m.CxoneCallRtt.Enabled, m.CxoneCallRtt.AggregationStrategy, m.CxoneCallRtt.EnabledAttributes),
		translate.Bitrate: newMetricOptions(m.CxoneCallBitrate.Enabled, m.CxoneCallBitrate.AggregationStrategy,
			m.CxoneCallBitrate.EnabledAttributes),
		translate.Duration: newMetricOptions(m.CxoneCallDuration.Enabled, m.CxoneCallDuration.AggregationStrategy,
			m.CxoneCallDuration.EnabledAttributes),
		translate.RingTime: newMetricOptions(m.CxoneCallRingTime.Enabled, m.CxoneCallRingTime.AggregationStrategy,
			m.CxoneCallRingTime.EnabledAttributes),
		translate.SetupTime: newMetricOptions(m.CxoneCallSetupTime.Enabled, m.CxoneCallSetupTime.AggregationStrategy,
			m.CxoneCallSetupTime.EnabledAttributes),
		translate.DisconnectTime: newMetricOptions(m.CxoneCallDisconnectTime.Enabled, m.CxoneCallDisconnectTime.AggregationStrategy,
			m.CxoneCallDisconnectTime.EnabledAttributes),
	}
}

// validateMetrics refuses options of mdatagen's configuration that this receiver does not have. Aggregation is one of them:
// each record keeps a data point of its own.
func (c *Config) validateMetrics() error {
	defaults := metadata.DefaultMetricsConfig()
	byDefault := metricOptionsByFigure(&defaults)
	var errs []error
	for f, options := range metricOptionsByFigure(&c.Metrics) {
		if options.aggregation != byDefault[f].aggregation {
			errs = append(errs, fmt.Errorf("metrics::%s::aggregation_strategy: %q cannot be chosen, "+
				"since every record keeps a data point of its own; leave it out",
				translate.Figure(f).Metric(), options.aggregation)) //nolint:gosec // one of eleven
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

// translateOptions returns the settings of a valid configuration in the form of package translate.
func (c *Config) translateOptions(scopeVersion string) (translate.Options, error) {
	options := translate.Options{
		ServiceName:  c.ServiceName,
		ScopeName:    metadata.ScopeName,
		ScopeVersion: scopeVersion,
		Namespace:    c.Namespace,
		Resource: translate.Resource{
			ServiceName:  c.ResourceAttributes.ServiceName.Enabled,
			BusinessUnit: c.ResourceAttributes.CxoneBusinessUnitID.Enabled,
			Cluster:      c.ResourceAttributes.CxoneCluster.Enabled,
		},
		Privacy: privacy.Policies{
			PhoneNumbers:    c.Privacy.PhoneNumbers,
			AgentNames:      c.Privacy.AgentNames,
			URLQuery:        c.Privacy.URLQuery,
			ResponseMessage: c.Privacy.ResponseMessage,
			ExtraFields:     c.Privacy.ExtraFields,
			HashKey:         []byte(c.Privacy.HashKey),
		},
	}
	if aggregation := c.Aggregation.Get(); aggregation != nil {
		options.Observed = translate.Observed{Call: aggregation.Attributes, Script: aggregation.ScriptAttributes}
	}
	if voice := c.VoiceQuality.Get(); voice != nil {
		options.ContactSpans = voice.ContactSpans
		if err := voice.figureOptions(&c.Metrics, &options.Figures); err != nil {
			return options, err
		}
	}
	if script := c.ScriptAPI.Get(); script != nil {
		options.TimestampIsStart = script.TimestampIs == timestampIsStart
		// Without contact spans there would be no parent for any API call.
		options.ScriptParents = script.SpanParent == spanParentContact && options.ContactSpans
		unit, err := translate.ParseDurationUnit(script.Units.ResponseTime)
		if err != nil {
			return options, err
		}
		options.ResponseTime = unit
	}
	return options, nil
}

func (c *VoiceQualityConfig) figureOptions(metrics *metadata.MetricsConfig, figures *[translate.NumFigures]translate.FigureOptions) error {
	for f, metric := range metricOptionsByFigure(metrics) {
		figures[f].Metric = metric.enabled
		figures[f].Attributes = append(slices.Clone(metric.attributes), c.MetricAttributes...)
		figure := translate.Figure(f) //nolint:gosec // one of eleven
		figures[f].ZeroIsUnmeasured = slices.Contains(c.ZeroIsUnmeasured, figure.String())
	}
	for f, name := range c.Units.byFigure() {
		unit, err := translate.ParseUnit(f, name)
		if err != nil {
			return err
		}
		figures[f].Unit = unit
	}
	figures[translate.Mos].Threshold = c.Thresholds.Mos
	figures[translate.RFactor].Threshold = c.Thresholds.RFactor
	figures[translate.PacketLoss].Threshold = c.Thresholds.PacketLoss
	figures[translate.Jitter].Threshold = c.Thresholds.Jitter.Seconds()
	figures[translate.RTT].Threshold = c.Thresholds.RTT.Seconds()
	return nil
}

// certificateSettings returns the settings of the client certificates, under mutual TLS.
func (c *Config) certificateSettings() clientcert.Settings {
	return clientcert.Settings{
		CAFile:       c.TLS.Get().ClientCAFile,
		CAReload:     c.TLS.Get().ReloadClientCAFile,
		SystemCAs:    c.TLS.Get().IncludeSystemCACertsPool,
		AllowedNames: c.ClientCertificate.AllowedSubjectNames,
		AllowedSPKI:  c.ClientCertificate.AllowedSPKISHA256,
		CRLFile:      c.ClientCertificate.CRLFile,
		CRLInterval:  c.ClientCertificate.CRLReloadInterval,
	}
}

func (c *ScriptAPIConfig) zone() (*time.Location, error) { return loadZone(c.TimeZone) }
