// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// statusReporter tells the collector how the receiver is, once for each signal: Recoverable while the pipeline refuses,
// OK again once it accepts.
type statusReporter struct {
	mu       sync.Mutex
	hosts    []component.Host
	refusing bool
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

// pipeline notes what the pipeline made of a delivery: err is nil where it accepted. Only changes are reported.
func (s *statusReporter) pipeline(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch refusing := err != nil; {
	case refusing == s.refusing:
	case refusing:
		s.refusing = true
		s.reportLocked(componentstatus.NewRecoverableErrorEvent(err))
	default:
		s.refusing = false
		s.reportLocked(componentstatus.NewEvent(componentstatus.StatusOK))
	}
}
