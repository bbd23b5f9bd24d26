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

// statusReporter tells the collector how the receiver is, once for each signal: Recoverable while the pipeline refuses,
// OK again once it accepts.
type statusReporter struct {
	mu       sync.Mutex
	hosts    []component.Host
	refusing uint8 // a bit for each signal

	// patience is how long a refusal counts while nobody tries again. Without an end to it, a receiver that a load balancer
	// takes out of service for its refusals would never get the delivery by which to see that they are over.
	patience time.Duration
	forget   *time.Timer
}

// refusalPatience is longer than a sender is asked to wait before it tries again.
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

// pipeline notes what a signal's pipeline made of a delivery: err is nil where it is there to answer. Only changes are
// reported; the receiver is well when no signal's pipeline refuses any more.
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

// remind has a refusal forgotten unless another comes.
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

// stop ends what goes on by itself, and all reports.
func (s *statusReporter) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hosts = nil
	if s.forget != nil {
		s.forget.Stop()
	}
}
