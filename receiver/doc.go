// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:generate mdatagen metadata.yaml

// Package receiver is the OpenTelemetry Collector receiver "cxone". It is the server to which NICE CXone Mpower pushes
// its health data by webhook: voice quality metrics of every call leg, and every API call made by a Studio script.
//
// A delivery flows one way, and each step knows nothing of the next:
//
//	HTTP request ─ endpoint ─ signature ─ payload ─ translate ─ pdata consumers ─ answer
//
// The answer is the contract: 200 means that every pipeline took the delivery, so that what is acknowledged is not lost;
// whatever could be taken later is answered 503, so that the sender comes back.
package receiver
