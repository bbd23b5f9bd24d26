// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
)

// advice returns the next step after an unexpected answer; empty if the answer says all.
func (t *target) advice(s *sent) string {
	switch {
	case asExpected(s):
		return ""
	case s.answer.Status == http.StatusNotFound:
		return fmt.Sprintf("404: nothing is served at %s. Compare the path with voice_quality.path and script_api.path of the receiver "+
			"(--voice-path and --script-path say others here); a data type without a pipeline is not served, and a proxy may change paths. "+
			"The collector's log names the path that came", s.url)
	case s.answer.Status != http.StatusUnauthorized:
		return ""
	case t.sender == nil:
		return "401: the receiver wants to know who delivers, and this went unsigned: give --config with its signature block, " +
			"and --private-key-file or --secret-file; or --cert-file and --key-file for mutual TLS"
	default:
		return fmt.Sprintf("401: the collector's log says which check failed (unknown_key, unknown_consumer, stale, bad_signature, ...). "+
			"Signed was with key version %q for consumer %q by scheme %s. `cxonectl check --config` reads the receiver's keys; with "+
			"capture_rejected on, "+
			"`cxonectl verify` shows the string that the receiver held the signature against",
			t.sender.key.Version, t.sender.key.Consumer, t.sender.config.Scheme)
	}
}
