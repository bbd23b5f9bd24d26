// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
)

const (
	// unknownKeyInterval is the shortest time between two readings of the key files for unknown versions: any sender can
	// name one.
	unknownKeyInterval = time.Second
	// unknownKeyWait is how long a request with an unknown version waits for the files to be read.
	unknownKeyWait = time.Second
)

// The outcomes that RingOptions.OnReload gets.
const (
	ReloadSuccess = "success"
	ReloadFailure = "failure"
)

// ErrNoUsableKey means that a receiver with these keys would refuse every request, so it should not start.
var ErrNoUsableKey = errors.New("no usable key")

// RingOptions are what a Ring reports to others. With the zero value it reports nothing.
type RingOptions struct {
	// Logger gets the outcome of reloads and the names of files, never their content.
	Logger *zap.Logger
	// OnReload is called after each reading of the files but the first, with ReloadSuccess or ReloadFailure (of any file).
	OnReload func(outcome string)

	// Accept returns a further mistake in a key that was read. Default: none.
	Accept func(*Key) error
	// ReadFile reads a key's file. Default: from the file system.
	ReadFile func(path string) ([]byte, error)
}

// Ring holds the keys of a configuration, by version and consumer, and keeps them up to date. Requests use a snapshot that
// a reload replaces as a whole. So no request waits for a reload, except one that names an unknown version.
type Ring struct {
	options  RingOptions
	interval time.Duration
	hasFiles bool
	snapshot atomic.Pointer[keySet]

	reading sync.Mutex   // held while files are read
	sources []*keySource // guarded by reading

	mu         sync.Mutex
	flight     chan struct{} // closed when the reload for an unknown version is over; nil if there is none
	lastFlight time.Time
	closed     bool
	stop       chan struct{}
	running    sync.WaitGroup
}

// NewRing prepares keys that Config.Check has accepted, without reading a file. Once the ring is started, the files are
// read again at every interval.
func NewRing(configs []Config, interval time.Duration, options RingOptions) (*Ring, error) {
	if options.Logger == nil {
		options.Logger = zap.NewNop()
	}
	if options.OnReload == nil {
		options.OnReload = func(string) {}
	}
	if options.Accept == nil {
		options.Accept = func(*Key) error { return nil }
	}
	if options.ReadFile == nil {
		options.ReadFile = readKeyFile
	}
	ring := &Ring{options: options, interval: interval, stop: make(chan struct{})}
	for i := range configs {
		source, err := newKeySource(&configs[i], &options)
		if err != nil {
			return nil, fmt.Errorf("keys[%d]: %w", i, err)
		}
		ring.sources = append(ring.sources, source)
		ring.hasFiles = ring.hasFiles || source.path != ""
	}
	ring.snapshot.Store(newKeySet(ring.sources))
	return ring, nil
}

// Load reads every key for the first time. If another key is usable, a file that is not there yet is logged and read again
// later. A file without a proper key is an error at once. Without a usable key, Load returns ErrNoUsableKey.
func (k *Ring) Load() error {
	k.reading.Lock()
	defer k.reading.Unlock()
	var absent, broken []error
	for i, source := range k.sources {
		_, err := source.load()
		switch {
		case err == nil:
		case errors.Is(err, fs.ErrNotExist):
			absent = append(absent, fmt.Errorf("keys[%d]: %w", i, err))
		default:
			broken = append(broken, fmt.Errorf("keys[%d]: %w", i, err))
		}
	}
	if len(broken) > 0 {
		return errors.Join(append(broken, absent...)...)
	}
	set := newKeySet(k.sources)
	if !set.usable(time.Now()) {
		return fmt.Errorf("%w: %w", ErrNoUsableKey, errors.Join(append(absent, set.expired(time.Now())...)...))
	}
	for _, err := range absent {
		k.options.Logger.Warn("A key file is not there yet; it is looked for again at every refresh.", zap.Error(err))
	}
	for i, source := range k.sources {
		k.warn(i, source)
	}
	for _, err := range set.expired(time.Now()) {
		k.options.Logger.Warn("A key is out of date and will not be used.", zap.Error(err))
	}
	k.snapshot.Store(set)
	return nil
}

// Start loads the keys (see Load for the errors) and begins to read their files again every refresh_interval, until
// Shutdown or until the context ends.
func (k *Ring) Start(ctx context.Context) error {
	if err := k.Load(); err != nil {
		return err
	}
	if k.hasFiles {
		k.running.Go(func() { k.refresh(ctx) })
	}
	return nil
}

// Shutdown ends the reading of files, and returns when no goroutine of the ring runs any more. Keys stay usable.
func (k *Ring) Shutdown() {
	k.mu.Lock()
	if !k.closed {
		k.closed = true
		close(k.stop)
	}
	k.mu.Unlock()
	k.running.Wait()
}

func (k *Ring) refresh(ctx context.Context) {
	ticker := time.NewTicker(k.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.stop:
			return
		case <-ticker.C:
			k.reload()
		}
	}
}

// reload reads every file again. If a file fails, its last good key stays; the others are renewed.
func (k *Ring) reload() {
	k.reading.Lock()
	defer k.reading.Unlock()
	outcome := ReloadSuccess
	anyChanged := false
	for i, source := range k.sources {
		changed, err := source.load()
		anyChanged = anyChanged || changed
		switch {
		case err != nil:
			outcome = ReloadFailure
			k.options.Logger.Error("A key could not be read again; the last good one stays in use.",
				zap.Int("keys", i), zap.String("version", source.config.Version), zap.Bool("has_last_good", source.good != nil), zap.Error(err))
		case changed:
			k.options.Logger.Info("A key has changed.", zap.Int("keys", i), zap.String("version", source.config.Version))
			k.warn(i, source)
		}
	}
	if anyChanged {
		k.snapshot.Store(newKeySet(k.sources))
	}
	k.options.OnReload(outcome)
}

// warn logs what the operator should know about a key's material.
func (k *Ring) warn(i int, source *keySource) {
	if source.good != nil && source.good.warning != "" {
		k.options.Logger.Warn(source.good.warning, zap.Int("keys", i), zap.String("version", source.config.Version))
	}
}

// renew returns the keys after the files were read again for a request with an unknown version. Requests share one reading,
// there is at most one reading a second, and no request waits longer than unknownKeyWait.
func (k *Ring) renew(ctx context.Context) *keySet {
	flight := k.join()
	if flight == nil {
		return k.snapshot.Load()
	}
	patience := time.NewTimer(unknownKeyWait)
	defer patience.Stop()
	select {
	case <-flight:
	case <-ctx.Done():
	case <-patience.C:
	}
	return k.snapshot.Load()
}

// join returns the reading that is under way, or starts one. It returns nil if the last one was too recent.
func (k *Ring) join() chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.flight != nil {
		return k.flight
	}
	if !k.hasFiles || k.closed || time.Since(k.lastFlight) < unknownKeyInterval {
		return nil
	}
	flight := make(chan struct{})
	k.flight, k.lastFlight = flight, time.Now()
	k.running.Go(func() {
		k.reload()
		k.mu.Lock()
		k.flight = nil
		k.mu.Unlock()
		close(flight)
	})
	return flight
}
