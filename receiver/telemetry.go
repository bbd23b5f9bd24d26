// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/clientcert"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/metadata"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// Attributes of the receiver's own telemetry.
const (
	attrDataType = "data_type"
	attrOutcome  = "outcome"
	attrReason   = "reason"
	attrField    = "field"

	dataTypeUnknown = "unknown" // of a request that came to no callback
)

// telemetry is the receiver's own telemetry. Attribute sets are made once.
type telemetry struct {
	builder   *metadata.TelemetryBuilder
	dataTypes [2]dataTypeTelemetry
	unknown   [numOutcomes]counted // of requests that came to no callback
}

// counted is the attributes of a count in the form of the API, which would otherwise make the slice each time.
type counted []metric.AddOption

type dataTypeTelemetry struct {
	deliveries   [numOutcomes]counted
	accepted     counted
	unreadable   counted
	implausible  [translate.NumImplausible]counted
	fields       counted // fields that are not known
	lag          []metric.RecordOption
	byDataType   metric.MeasurementOption
	lastAccepted atomic.Int64 // Unix nanoseconds
}

func newTelemetry(set receiver.Settings) (*telemetry, error) {
	builder, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	t := &telemetry{builder: builder}
	for o := range numOutcomes {
		t.unknown[o] = counted{attributes(dataTypeUnknown, attrOutcome, outcomeNames[o])}
	}
	for i := range t.dataTypes {
		d, name := &t.dataTypes[i], payload.DataType(i).String() //nolint:gosec // two
		for o := range numOutcomes {
			d.deliveries[o] = counted{attributes(name, attrOutcome, outcomeNames[o])}
		}
		d.accepted = counted{attributes(name, attrOutcome, "accepted")}
		d.unreadable = counted{attributes(name, attrOutcome, "unreadable")}
		for r := range translate.NumImplausible {
			d.implausible[r] = counted{attributes(name, attrReason, r.String())}
		}
		d.byDataType = metric.WithAttributeSet(attribute.NewSet(attribute.String(attrDataType, name)))
		d.fields, d.lag = counted{d.byDataType}, []metric.RecordOption{d.byDataType}
	}
	return t, nil
}

func attributes(dataType, key, value string) metric.MeasurementOption {
	return metric.WithAttributeSet(attribute.NewSet(attribute.String(attrDataType, dataType), attribute.String(key, value)))
}

// start begins the series of the data types that are served, so that an alert can tell a missing series from zero. Refused
// TLS handshakes belong to no data type.
func (t *telemetry) start(callbacks []*callback, speaksTLS bool) error {
	ctx := context.Background()
	t.builder.ReceiverCxoneReplayEvictions.Add(ctx, 0)
	for _, o := range []outcome{notFound, malformed} {
		t.builder.ReceiverCxoneDeliveries.Add(ctx, 0, t.unknown[o]...)
	}
	for _, outcome := range []string{signature.ReloadSuccess, signature.ReloadFailure} {
		t.builder.ReceiverCxoneKeyReloads.Add(ctx, 0, metric.WithAttributes(attribute.String(attrOutcome, outcome)))
	}
	if speaksTLS {
		for _, reason := range handshakeReasons {
			t.builder.ReceiverCxoneAuthenticationFailures.Add(ctx, 0, attributes(dataTypeUnknown, attrReason, reason))
		}
	}
	for _, c := range callbacks {
		d := t.of(c)
		d.lastAccepted.Store(time.Now().UnixNano())
		for o := range numOutcomes {
			t.builder.ReceiverCxoneDeliveries.Add(ctx, 0, d.deliveries[o]...)
		}
		t.builder.ReceiverCxoneRecords.Add(ctx, 0, d.accepted...)
		t.builder.ReceiverCxoneRecords.Add(ctx, 0, d.unreadable...)
		t.builder.ReceiverCxoneUnknownFields.Add(ctx, 0, d.fields...)
		for r := range translate.NumImplausible {
			t.builder.ReceiverCxoneImplausibleRecords.Add(ctx, 0, d.implausible[r]...)
		}
		for _, reason := range deliveryReasons() {
			t.builder.ReceiverCxoneAuthenticationFailures.Add(ctx, 0, attributes(c.dataType.String(), attrReason, reason))
		}
	}
	return t.builder.RegisterReceiverCxoneLastAcceptedTimeCallback(func(_ context.Context, o metric.Float64Observer) error {
		for _, c := range callbacks {
			d := t.of(c)
			o.Observe(float64(d.lastAccepted.Load())/1e9, d.byDataType)
		}
		return nil
	})
}

// deliveryReasons are the reasons for which a delivery is not authenticated.
func deliveryReasons() []string {
	reasons := append(clientcert.Reasons(), reasonServerAuth)
	for _, reason := range signature.Reasons() {
		reasons = append(reasons, string(reason))
	}
	return reasons
}

func (t *telemetry) shutdown() { t.builder.Shutdown() }

func (t *telemetry) of(c *callback) *dataTypeTelemetry { return &t.dataTypes[c.dataType] }

// countDelivery counts what became of a request.
func (t *telemetry) countDelivery(c *callback, o outcome) {
	if c == nil {
		t.builder.ReceiverCxoneDeliveries.Add(context.Background(), 1, t.unknown[o]...)
		return
	}
	d := t.of(c)
	t.builder.ReceiverCxoneDeliveries.Add(context.Background(), 1, d.deliveries[o]...)
	if o == accepted || o == duplicate {
		d.lastAccepted.Store(time.Now().UnixNano())
	}
}

// countAuthenticationFailure counts a delivery that was not authenticated, by reason.
func (t *telemetry) countAuthenticationFailure(c *callback, reason string) {
	t.builder.ReceiverCxoneAuthenticationFailures.Add(context.Background(), 1, attributes(c.name(), attrReason, reason))
}

// countEviction counts a delivery that the replay memory forgot before its time.
func (t *telemetry) countEviction() {
	t.builder.ReceiverCxoneReplayEvictions.Add(context.Background(), 1)
}

// countKeyReload counts a reading of the signature keys, by outcome.
func (t *telemetry) countKeyReload(outcome string) {
	t.builder.ReceiverCxoneKeyReloads.Add(context.Background(), 1, metric.WithAttributes(attribute.String(attrOutcome, outcome)))
}

// countRecords counts what an accepted delivery held.
func (t *telemetry) countRecords(c *callback, stats *translate.Stats) {
	ctx, d := context.Background(), t.of(c)
	add := func(counter metric.Int64Counter, n int, set counted) {
		if n > 0 {
			counter.Add(ctx, int64(n), set...)
		}
	}
	add(t.builder.ReceiverCxoneRecords, stats.Accepted, d.accepted)
	add(t.builder.ReceiverCxoneRecords, stats.Unreadable, d.unreadable)
	add(t.builder.ReceiverCxoneUnknownFields, stats.UnknownFields, d.fields)
	for _, f := range stats.UnreadableFields {
		add(t.builder.ReceiverCxoneUnreadableFields, f.Count, counted{attributes(c.name(), attrField, f.Name)})
	}
	for r, n := range stats.Implausible {
		add(t.builder.ReceiverCxoneImplausibleRecords, n, d.implausible[r])
	}
	for _, lag := range stats.Lags {
		t.builder.ReceiverCxoneDeliveryLag.Record(ctx, lag, d.lag...)
	}
}
