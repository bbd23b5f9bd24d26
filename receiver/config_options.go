// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"time"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/privacy"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

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
		var err error
		if options.Figures, err = voice.figureOptions(&c.Metrics); err != nil {
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
