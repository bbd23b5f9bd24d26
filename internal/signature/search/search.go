// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Capture is a request as a receiver saw it.
type Capture struct {
	// Name names it in messages: its file.
	Name string
	// Request has its headers, Host and RequestURI; its body is not read.
	Request *http.Request
	// Body is the body as it was sent, still compressed.
	Body []byte
	// At is when it was captured; zero if that is not known.
	At time.Time
}

// Options are what is known of the sender, and the limits of the search.
type Options struct {
	// ConsumerID, KeyVersion and SignatureURL are those of the vendor's form. All may be empty.
	ConsumerID, KeyVersion, SignatureURL string
	// ScriptURL is the URL of the script API's callback, if SignatureURL is only that of the other one.
	ScriptURL string
	// PlainHTTP says that the sender's URL begins with http://.
	PlainHTTP bool
	// MaxCandidates is the number of strings after which the search stops; 0 means no limit. The context limits the time.
	MaxCandidates uint64
	// Progress is called about four times a second, if it is set.
	Progress func(Progress)
}

// Progress is how far a search has come.
type Progress struct {
	// Tried is the number of candidate strings so far.
	Tried uint64
	// Level is the cost of the strings that are tried now: how unusual they are.
	Level int
	// Elapsed is the time since the start.
	Elapsed time.Duration
}

// Result is what a search has found, or what it has ruled out.
type Result struct {
	// Finding is the scheme; nil if none was found.
	Finding *Finding
	// NearMiss is set if a string fits that no receiver can build. It says what happened to the request on its way.
	NearMiss *NearMiss
	// SetAside are captures that are not of this sender.
	SetAside []SetAside
	// Sites are the places in which signatures were looked for.
	Sites []Site
	// Tried is the number of candidate strings.
	Tried uint64
	// Level is the highest cost for which every string was tried; -1 if there is none.
	Level int
	// Elapsed is how long the search took.
	Elapsed time.Duration
	// Stopped says why an incomplete search ended: "timeout", "max-candidates" or "interrupted". It is empty if every known
	// string was tried, or one was found.
	Stopped string
	// Hints are what to check if nothing fits.
	Hints []string
}

// Site is a place where a signature may be.
type Site struct {
	// Where is the place of the signature, and the form in which it is written.
	Where string `json:"where"`
	// Opened is what the key found in it; empty for keys that cannot open a signature.
	Opened string `json:"opened,omitempty"`
	// KeyFits says that an RSA key opened the signature, so it is the right key.
	KeyFits bool `json:"key_fits"`
}

// maxLevel is the cost at which the search ends.
const maxLevel = 14

// ErrNoCapture means that there are no requests to search in.
var ErrNoCapture = errors.New("no captured request: give at least one")

// SetAside is a capture that a search has left out.
type SetAside struct {
	Name string `json:"capture"`
	Why  string `json:"why"`
}

// run is a search under way.
type run struct {
	captures []Capture
	key      *Key
	options  *Options
	sites    []*site
	begun    time.Time
	tried    atomic.Uint64
	level    atomic.Int32
	workers  int
	// tokenHint is the reason why a token does not verify.
	tokenHint string

	mu sync.Mutex
	// partial is the first string that fits some of the requests.
	partial *composition
}

// Run searches until a scheme is found, everything was tried, or the context ends; none of these is an error. An error is
// about captures that cannot be used.
func Run(ctx context.Context, captures []Capture, key *Key, options Options) (*Result, error) {
	if len(captures) == 0 {
		return nil, ErrNoCapture
	}
	s := &run{key: key, options: &options, begun: time.Now(), workers: runtime.GOMAXPROCS(0)}
	result := &Result{}
	stop := s.reportProgress()
	defer stop()
	s.captures, result.SetAside = withSignature(captures, key)
	for len(s.captures) > 0 {
		*result = Result{Level: -1, SetAside: result.SetAside}
		aside := s.search(ctx, result)
		if len(aside) == 0 || len(aside) == len(s.captures) {
			break
		}
		result.SetAside = append(result.SetAside, aside...)
		s.captures = slices.DeleteFunc(s.captures, func(c Capture) bool {
			return slices.ContainsFunc(aside, func(one SetAside) bool { return one.Name == c.Name })
		})
	}
	result.Tried, result.Elapsed = s.tried.Load(), time.Since(s.begun)
	for _, site := range s.sites {
		result.Sites = append(result.Sites, Site{Where: site.String(), Opened: site.note, KeyFits: site.keyFits})
	}
	if result.Finding == nil {
		result.Hints = s.hints()
	}
	return result, nil
}

// search searches with all the remaining captures. It returns those of another sender, without which the search is
// repeated.
func (s *run) search(ctx context.Context, result *Result) []SetAside {
	s.partial = nil
	s.sites = findSites(s.captures, s.key)
	for _, site := range s.sites {
		site.open(s.key)
		if len(site.openings) > 0 && len(site.foreign) > 0 {
			return s.aside(site.foreign, "its signature does not open with this key, and the others' do")
		}
	}
	if result.Finding = s.tryTokens(); result.Finding == nil {
		result.Finding = s.tryPresets()
	}
	if result.Finding == nil {
		s.searchLevels(ctx, result)
	}
	if result.Finding == nil && s.partial != nil {
		return s.aside(s.partial.misses, "another key made its signature, or another sender, than that of the others")
	}
	return nil
}

// partialPatience is for how many more levels a string is looked for that fits every request, once one fits some.
const partialPatience = 1

// searchLevels tries all strings of one cost after the other.
func (s *run) searchLevels(ctx context.Context, result *Result) {
	searches := s.stringSearches()
	for level := 0; level <= maxLevel && len(searches) > 0; level++ {
		s.level.Store(int32(level)) //nolint:gosec // small
		for _, one := range searches {
			if one.cost > level {
				continue
			}
			one.prepare()
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
		if s.partial != nil && level >= s.partial.foundAt+partialPatience {
			return
		}
	}
}

// maxSearchCost excludes combinations of unusual styles, wrappers and algorithms.
const maxSearchCost = 6

// stringSearches are all ways in which a string can become a signature, the usual ones first.
func (s *run) stringSearches() []*stringSearch {
	var all []*stringSearch
	styles := append([]style{plain}, namedStyles()...)
	for _, site := range s.sites {
		for i := range site.openings {
			opening := &site.openings[i]
			for _, style := range styles {
				for _, wrapper := range wrappersFor(opening) {
					for nth, primary := range s.primaries() {
						one := &stringSearch{run: s, site: site, opening: opening, style: style, wrapper: wrapper, primary: primary}
						one.cost = opening.cost + style.cost + wrapper.cost + nth*primaryCost
						if s.key.isSlow() && (style.named || nth > 0) {
							one.cost++ // each of these doubles the candidates
						}
						if one.cost <= maxSearchCost {
							all = append(all, one)
						}
					}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *stringSearch) int { return cmp.Compare(a.cost, b.cost) })
	return all
}

// primaryCost is the cost of trying candidates on a second request, in case the first is another sender's.
const primaryCost = 3

// primaries are the requests to try candidates on: the one with the shortest body, and then another.
func (s *run) primaries() []int {
	var all []int
	for i := range s.captures {
		all = append(all, i)
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(len(s.captures[a].Body), len(s.captures[b].Body)) })
	if s.key.isRSA() {
		return all[:1]
	}
	return all[:min(len(all), 2)]
}

// keepPartial keeps the first string that fits some of the requests.
func (s *run) keepPartial(c *composition) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.partial == nil || len(c.misses) < len(s.partial.misses) {
		s.partial = c
		c.foundAt = int(s.level.Load())
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
				s.options.Progress(Progress{Tried: s.tried.Load(), Level: int(s.level.Load()), Elapsed: time.Since(s.begun)})
			}
		}
	}()
	return func() { close(done); <-ended }
}
