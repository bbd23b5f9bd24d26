// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

// Capture is a request as a receiver saw it.
type Capture struct {
	// Name is what to call it: its file.
	Name string
	// Request has its headers, Host and RequestURI; its body is not read.
	Request *http.Request
	// Body is the body as it travelled, compressed if it was.
	Body []byte
}

// Options say what is known of the sender, and bound the search.
type Options struct {
	// ConsumerID, KeyVersion and SignatureURL are what the vendor's form has; all may be empty.
	ConsumerID, KeyVersion, SignatureURL string
	// PlainHTTP says that the sender's URL begins with http://.
	PlainHTTP bool
	// MaxCandidates is the number of strings at which to stop; 0 is no bound. The context bounds the time.
	MaxCandidates uint64
	// Progress is called about four times a second, if it is set.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	// Tried is the number of candidate strings so far.
	Tried uint64
	// Level is the cost of those that are tried now: how unusual they are.
	Level int
	// Elapsed is the time since the start.
	Elapsed time.Duration
}

// Result is what a search has found, or what it has ruled out.
type Result struct {
	// Finding is the scheme; nil if none was found.
	Finding *Finding
	// NearMiss says what happened to the request on its way, where a string fits that no receiver can build from what came.
	NearMiss *NearMiss
	// Sites are where signatures were looked for.
	Sites []Site
	// Tried is the number of candidate strings.
	Tried uint64
	// Level is the highest cost of which every string was tried, -1 if there is none.
	Level int
	// Elapsed is how long it took.
	Elapsed time.Duration
	// Stopped says why a search ended that was not complete: "timeout", "max-candidates" or "interrupted"; empty if every
	// string that the search knows was tried, or one was found.
	Stopped string
	// Hints are what to look at when nothing fits.
	Hints []string
}

// Site is a place where a signature may be.
type Site struct {
	// Where says where it is and how it is written.
	Where string
	// Opened says what the key made of it, empty for keys that cannot open a signature.
	Opened string
	// KeyFits says that an RSA key opened the signature, so that it is the right key.
	KeyFits bool
}

// maxLevel is the cost at which the search ends.
const maxLevel = 14

// ErrNoCapture is returned when there is nothing to search in.
var ErrNoCapture = errors.New("no captured request: give at least one")

// run is a search under way.
type run struct {
	captures []Capture
	key      *Key
	options  *Options
	sites    []*site
	started  time.Time
	tried    atomic.Uint64
	level    atomic.Int32
	workers  int
}

// Run searches until a scheme is found, everything was tried, or the context ends; that is no error. The error is about
// captures that cannot be used.
func Run(ctx context.Context, captures []Capture, key *Key, options Options) (*Result, error) {
	if len(captures) == 0 {
		return nil, ErrNoCapture
	}
	s := &run{captures: captures, key: key, options: &options, started: time.Now(), workers: runtime.GOMAXPROCS(0)}
	s.sites = findSites(captures, key)
	for _, site := range s.sites {
		site.open(key)
	}
	result := &Result{Level: -1}
	stop := s.reportProgress()
	defer stop()
	if result.Finding = s.tryPresets(); result.Finding == nil {
		s.searchLevels(ctx, result)
	}
	result.Tried, result.Elapsed = s.tried.Load(), time.Since(s.started)
	for _, site := range s.sites {
		result.Sites = append(result.Sites, Site{Where: site.String(), Opened: site.note, KeyFits: key.isRSA() && len(site.openings) > 0})
	}
	if result.Finding == nil {
		result.Hints = s.hints()
	}
	return result, nil
}

// searchLevels tries all strings of one cost after the other.
func (s *run) searchLevels(ctx context.Context, result *Result) {
	var searches []*stringSearch
	for _, site := range s.sites {
		if len(site.openings) > 0 {
			searches = append(searches, s.newStringSearch(site))
		}
	}
	for level := 0; level <= maxLevel && len(searches) > 0; level++ {
		s.level.Store(int32(level)) //nolint:gosec // small
		for _, one := range searches {
			found, stopped := one.try(ctx, level)
			if found != nil {
				result.Finding, result.NearMiss = found.finding, found.nearMiss
				return
			}
			if stopped != "" {
				result.Stopped = stopped
				return
			}
		}
		result.Level = level
	}
}

// reportProgress calls Options.Progress until it is told to stop.
func (s *run) reportProgress() (stop func()) {
	if s.options.Progress == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(250 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				s.options.Progress(Progress{Tried: s.tried.Load(), Level: int(s.level.Load()), Elapsed: time.Since(s.started)})
			}
		}
	}()
	return func() { close(done); <-ended }
}
