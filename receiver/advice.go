// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"fmt"
	"math"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/payload"
	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// advisor explains in the log which setting is probably wrong where records are implausible. It explains each reason once,
// since the counter shows how often it occurs. A reason that a single record can have by chance is explained once it is
// steady.
type advisor struct {
	logger *zap.Logger
	zone   *time.Location // of the script API's times; nil where it is switched off

	mu        sync.Mutex
	explained map[explanation]bool
	contrary  int // records in a row whose MOS and R-factor contradict each other
	skews     map[payload.DataType]*skew
}

// explanation is what is explained once: a reason why records are implausible, a field that cannot be read, or fields that
// are not known.
type explanation struct {
	dataType      payload.DataType
	reason        translate.Implausible
	field         string
	unknownFields bool
}

// steady is the number of records in a row that is not chance.
const steady = 20

func newAdvisor(cfg *Config, logger *zap.Logger) (*advisor, error) {
	a := &advisor{
		logger: logger, explained: map[explanation]bool{},
		skews: map[payload.DataType]*skew{payload.VoiceQuality: {}, payload.ScriptAPI: {}},
	}
	if script := cfg.ScriptAPI.Get(); script != nil {
		zone, err := script.zone()
		if err != nil {
			return nil, err
		}
		a.zone = zone
	}
	return a, nil
}

// judge looks at the statistics of a delivery's records.
func (a *advisor) judge(dataType payload.DataType, stats *translate.Stats) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.explainFields(dataType, stats)
	for i, n := range stats.Implausible {
		reason := translate.Implausible(i) //nolint:gosec // a handful
		if n > 0 && reason != translate.MosAgainstRFactor {
			a.explain(dataType, reason)
		}
	}
	switch contrary := stats.Implausible[translate.MosAgainstRFactor]; {
	case contrary < stats.MosAndRFactor:
		a.contrary = 0
	case contrary > 0:
		if a.contrary += contrary; a.contrary >= steady {
			a.explain(dataType, translate.MosAgainstRFactor)
		}
	}
	for _, lag := range stats.Lags {
		if s := a.skews[dataType]; s.add(lag) {
			a.explainSkew(dataType, s.offset())
		}
	}
}

// first reports whether something has not been explained before.
func (a *advisor) first(e explanation) bool {
	if a.explained[e] {
		return false
	}
	a.explained[e] = true
	return true
}

// explainFields logs the form of a field that cannot be read, and the fact that there are unknown fields. In both cases the
// vendor may have changed its format.
func (a *advisor) explainFields(dataType payload.DataType, stats *translate.Stats) {
	for _, f := range stats.UnreadableFields {
		if a.first(explanation{dataType: dataType, field: f.Name}) {
			a.logger.Warn("a field's value cannot be read: "+f.Name+". This is said once; receiver_cxone_unreadable_fields counts them",
				zap.Stringer("data_type", dataType), zap.String("field", f.Name), zap.String("came", f.Form))
		}
	}
	if stats.UnknownFields > 0 && a.first(explanation{dataType: dataType, unknownFields: true}) {
		a.logger.Info("there are fields that this release does not know; log records hold them as cxone.extra.*. "+
			"This is said once; receiver_cxone_unknown_fields counts them", zap.Stringer("data_type", dataType))
	}
}

func (a *advisor) explain(dataType payload.DataType, reason translate.Implausible) {
	if !a.first(explanation{dataType: dataType, reason: reason}) {
		return
	}
	a.logger.Warn("implausible records: "+reason.Advice()+". This is said once; receiver_cxone_implausible_records counts them",
		zap.Stringer("data_type", dataType), zap.Stringer("reason", reason))
}

// explainSkew names the time zone that the vendor's clock is probably in.
func (a *advisor) explainSkew(dataType payload.DataType, offset time.Duration) {
	late := fmt.Sprintf("%s late", offset)
	if offset < 0 {
		late = fmt.Sprintf("%s early", -offset)
	}
	text := "the records are steadily " + late + ", to the minute: "
	if dataType == payload.ScriptAPI && a.zone != nil {
		_, configured := time.Now().In(a.zone).Zone()
		local := time.Duration(configured)*time.Second - offset
		text += fmt.Sprintf("script_api.time_zone is probably wrong. It is %s; the times look like UTC%s", a.zone, utcOffset(local))
	} else {
		text += "their times name their zone or are in UTC, so one of the two clocks is wrong"
	}
	a.logger.Warn(text+". This is said once; receiver_cxone_delivery_lag shows it", zap.Stringer("data_type", dataType))
}

func utcOffset(offset time.Duration) string {
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return fmt.Sprintf("%c%02d:%02d", sign, int(offset.Hours()), int(offset.Minutes())%60)
}

// skew recognises clocks that are set to different time zones: records are late, or early, by the same number of half
// hours, to the minute.
type skew struct {
	halfHours int
	inARow    int
	said      bool
}

const halfHour = 30 * time.Minute

// add takes a record's lag in seconds. It reports true once, when the skew has become steady.
func (s *skew) add(lag float64) bool {
	halfHours := math.Round(lag / halfHour.Seconds())
	if halfHours == 0 || math.Abs(lag-halfHours*halfHour.Seconds()) > time.Minute.Seconds() || math.Abs(halfHours) > 28 {
		s.inARow = 0 // a time zone is 14 hours from UTC at most
		return false
	}
	if int(halfHours) != s.halfHours {
		s.halfHours, s.inARow = int(halfHours), 0
	}
	s.inARow++
	if s.inARow < steady || s.said {
		return false
	}
	s.said = true
	return true
}

func (s *skew) offset() time.Duration { return time.Duration(s.halfHours) * halfHour }
