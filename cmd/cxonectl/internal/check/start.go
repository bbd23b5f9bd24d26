// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/config/confignet"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/cxone-otel/cxonereceiver/cmd/cxonectl/internal/standalone"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// Form is what the receiver logs at its start about one callback: the fields of the vendor's form.
type Form []FormField

// FormField is one line of it.
type FormField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// start starts the receiver itself, on a free port of this machine, and stops it again. So its findings about files are
// those that it would log in the collector. It captures nothing meanwhile.
func start(ctx context.Context, config *receiver.Config, tell teller) []Form {
	core, logs := observer.New(zapcore.InfoLevel)
	err := startOnce(ctx, config, zap.New(core))
	if err != nil {
		tell.fail("start", "the receiver does not start: "+err.Error(), "mend what it says; the collector would end with the same words")
		return nil
	}
	tell.ok("start", "the receiver reads all its files and starts")
	var forms []Form
	for _, entry := range logs.All() {
		switch {
		case entry.Level >= zapcore.WarnLevel:
			tell.warn("start", entry.Message+fieldsText(entry.Context),
				"the collector logs the same at its start; docs/signature.md and docs/mutual-tls.md explain it")
		case strings.Contains(entry.Message, "form"):
			forms = append(forms, formOf(entry.Context))
		}
	}
	return forms
}

func startOnce(ctx context.Context, config *receiver.Config, logger *zap.Logger) error {
	mine := *config
	mine.NetAddr = confignet.AddrConfig{Transport: confignet.TransportTypeTCP, Endpoint: "127.0.0.1:0"}
	if block := config.Signature.Get(); block != nil {
		copied := *block
		copied.CaptureRejected = receiver.CaptureConfig{}
		mine.Signature = configoptional.Some(copied)
	}
	stop, err := standalone.Start(ctx, &mine, logger, standalone.Sink{})
	if err != nil {
		return err
	}
	return stop(ctx)
}

func formOf(fields []zapcore.Field) Form {
	var form Form
	for _, field := range fields {
		if field.Key == "listening_on" {
			continue // it is the port of this check
		}
		if text := fieldText(field); text != "" {
			form = append(form, FormField{Name: field.Key, Value: text})
		}
	}
	return form
}

func fieldsText(fields []zapcore.Field) string {
	var texts []string
	for _, field := range fields {
		if text := fieldText(field); text != "" && field.Key != "listening_on" {
			texts = append(texts, field.Key+" "+text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return " (" + strings.Join(texts, ", ") + ")"
}

func fieldText(field zapcore.Field) string {
	encoder := zapcore.NewMapObjectEncoder()
	field.AddTo(encoder)
	switch value := encoder.Fields[field.Key].(type) {
	case []any:
		var texts []string
		for _, each := range value {
			texts = append(texts, fmt.Sprint(each))
		}
		return strings.Join(texts, ", ")
	case time.Duration:
		return value.String()
	case nil:
		return ""
	default:
		return fmt.Sprint(value)
	}
}
