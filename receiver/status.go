// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"

	"github.com/cxone-otel/cxonereceiver/receiver/internal/translate"
)

// statusReporter reports the receiver's status to the collector, once for each signal: Recoverable while the pipeline
// refuses, OK when it accepts again.
type statusReporter struct {
	mu       sync.Mutex
	hosts    []component.Host
	refusing uint8 // a bit for each signal

	// patience is how long a refusal counts if no sender tries again. Without this limit, a receiver that a load balancer
	// has taken out of service would never get the delivery that ends the state.
	patience time.Duration
	forget   *time.Timer
}

// refusalPatience is longer than the time that a sender is asked to wait.
const refusalPatience = time.Minute

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

// pipeline notes a pipeline's answer to a delivery. err is nil if the pipeline works, even if it refuses for good. Only
// changes are reported. The status is OK when no signal's pipeline refuses any more.
func (s *statusReporter) pipeline(signal translate.Signal, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.refusing
	if err != nil {
		s.refusing |= 1 << signal
		s.remind()
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

// remind lets a refusal be forgotten, unless another one comes.
func (s *statusReporter) remind() {
	if s.forget == nil {
		s.forget = time.AfterFunc(s.patience, s.giveChance)
		return
	}
	s.forget.Reset(s.patience)
}

func (s *statusReporter) giveChance() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusing != 0 {
		s.refusing = 0
		s.reportLocked(componentstatus.NewEvent(componentstatus.StatusOK))
	}
}

// stop ends the timer and all reports.
func (s *statusReporter) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts = nil
	if s.forget != nil {
		s.forget.Stop()
	}
}
