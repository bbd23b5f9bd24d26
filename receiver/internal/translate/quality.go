// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

// The classes of cxone.call.quality.
const (
	qualityBad        = "bad"
	qualityPoor       = "poor"
	qualityGood       = "good"
	qualityUnmeasured = "unmeasured"
)

// badMos is the MOS at and below which nearly all users are dissatisfied (ITU-T G.107, annex B: R-factor 60).
const badMos = 3.1

// quality returns the class of a call leg's MOS.
func (l *leg) quality() string {
	switch mos := l.values[Mos]; {
	case !l.measured[Mos]:
		return qualityUnmeasured
	case mos <= badMos:
		return qualityBad
	case l.isDegraded(Mos):
		return qualityPoor
	default:
		return qualityGood
	}
}
