// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// statusReporter tells the collector how the receiver is, once for each signal: Recoverable while the pipeline refuses,
// OK again once it accepts.
type statusReporter struct {
	mu       sync.Mutex
	hosts    []component.Host
	refusing uint8 // a bit for each signal
}

func (s *statusReporter) addHost(host component.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts = append(s.hosts, host)
}

func (s *statusReporter) report(event *componentstatus.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reportLocked(event)
}

func (s *statusReporter) reportLocked(event *componentstatus.Event) {
	for _, host := range s.hosts {
		componentstatus.ReportStatus(host, event)
	}
}

// pipeline notes what a signal's pipeline made of a delivery: err is nil where it is there to answer. Only changes are
// reported; the receiver is well when no signal's pipeline refuses any more.
func (s *statusReporter) pipeline(signal translate.Signal, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.refusing
	if err != nil {
		s.refusing |= 1 << signal
	} else {
		s.refusing &^= 1 << signal
	}
	switch {
	case before == 0 && s.refusing != 0:
		s.reportLocked(componentstatus.NewRecoverableErrorEvent(err))
	case before != 0 && s.refusing == 0:
		s.reportLocked(componentstatus.NewEvent(componentstatus.StatusOK))
	}
}
