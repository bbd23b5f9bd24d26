// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/receiver"
)

// corpusScheme is a way to sign, as a sender implements it without this project's code.
type corpusScheme struct {
	kind, name string
	algorithm  string
	prepare    func(c *call)
	text       func(c *call) string
	put        func(c *call, signature []byte)
	// send does all of the above at once, for schemes that do not sign a text.
	send    func(c *call)
	options Options
	// byHand is the configuration of an operator who knows the scheme, without its keys.
	byHand string
	// unbound is what the scheme itself does not protect: body, time, url.
	unbound string
	// slow says that the search takes more than a few seconds.
	slow bool
	// hidden is the reason why no search can find the scheme; empty if it must be found.
	hidden string
}

func (s *corpusScheme) title() string { return s.kind + ", " + s.name }

// deliver makes one of the calls, signed with one of the sets of keys.
func (s *corpusScheme) deliver(t testing.TB, number int, keys *senderKeys, change func(*call)) *call {
	c := calls()[number]
	c.t, c.keys = t, keys
	if change != nil {
		change(c)
	}
	if s.prepare != nil {
		s.prepare(c)
	}
	if s.send != nil {
		s.send(c)
	} else {
		s.put(c, c.sign(s.algorithm, s.text(c)))
	}
	return c
}

func corpus() []corpusScheme {
	return slices.Concat(plainCorpus(), placeCorpus(), writtenCorpus(), keyCorpus(), tokenCorpus())
}

func (s *corpusScheme) handWritten() string {
	if strings.HasPrefix(s.byHand, "scheme: ") {
		return s.byHand
	}
	return "scheme: custom\n" + s.byHand
}

// TestCorpusByHand checks that the receiver's language can express every scheme.
func TestCorpusByHand(t *testing.T) {
	kinds := map[string]bool{}
	for _, s := range corpus() {
		kinds[s.kind] = true
		t.Run(s.title(), func(t *testing.T) {
			s.requireSafe(t, "signature:\n"+indent(s.handWritten(), "  ")+s.keyBlock(t)+"replay_window: {ttl: 20m}\n")
		})
	}
	t.Logf("%d schemes of %d kinds", len(corpus()), len(kinds))
}

// wholeCorpus is the variable with which the tests may take minutes.
const wholeCorpus = "CXONE_CORPUS"

// TestCorpusIsFound checks that a collector starts with what diagnose prints for two captures, and that it accepts the
// sender's requests and no others.
func TestCorpusIsFound(t *testing.T) {
	var findable, found int
	var slowest time.Duration
	var slowestName string
	for _, s := range corpus() {
		t.Run(s.title(), func(t *testing.T) {
			if s.slow && os.Getenv(wholeCorpus) == "" {
				t.Skip("each string costs a verification: set " + wholeCorpus + "=all")
			}
			captures := s.captures(t)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // others may be at work on this machine
			defer cancel()
			before := processorTime(t)
			result, err := Run(ctx, captures, ours().keyFor(t, s.algorithm), s.options)
			require.NoError(t, err)
			took := (processorTime(t) - before) / 2
			t.Logf("%d strings, %s, %s on two idle cores, level %d", result.Tried, result.Elapsed.Round(time.Millisecond),
				took.Round(time.Millisecond), result.Level+1)
			assert.Less(t, took, time.Minute)
			if s.hidden == "" {
				findable++
			}
			if took > slowest {
				slowest, slowestName = took, s.title()
			}
			if s.hidden != "" && result.Finding == nil {
				return
			}
			require.NotNil(t, result.Finding, "sites %v, near miss %v", result.Sites, result.NearMiss)
			found++
			t.Log(result.Finding.YAML)
			s.requireSafe(t, result.Finding.YAML)
		})
	}
	t.Logf("found %d of %d findable, of %d schemes; the slowest, %s, took %s", found, findable, len(corpus()), slowestName,
		slowest.Round(time.Millisecond))
}

// processorTime is what this process has used, on all cores. Other processes may use the same cores.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// TestCorpusHasNoFalsePositive checks that nothing is found with keys that signed nothing.
func TestCorpusHasNoFalsePositive(t *testing.T) {
	schemes := corpus()
	for number := range 20 {
		s := schemes[number*len(schemes)/20]
		captures := s.captures(t)
		options := s.options
		options.MaxCandidates = 100_000
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		result, err := Run(ctx, captures, newSenderKeys().keyFor(t, s.algorithm), options)
		cancel()
		require.NoError(t, err)
		require.Nil(t, result.Finding, s.title())
		require.Nil(t, result.NearMiss, s.title())
	}
}

// captures are the first two calls, as a receiver has kept them.
func (s *corpusScheme) captures(t testing.TB) []Capture {
	var all []Capture
	for number := range 2 {
		c := s.deliver(t, number, ours(), nil)
		one := c.request(t, fmt.Sprintf("%d.http", number+1))
		one.At = c.at.Add(time.Second)
		all = append(all, one)
	}
	return all
}

// keyBlock is the key in a configuration.
func (s *corpusScheme) keyBlock(t testing.TB) string {
	algorithm := strings.Fields(s.algorithm)[0]
	file := ours().keyFor(t, s.algorithm).file
	material := fmt.Sprintf("public_key_file: %q", file)
	if ours().pair(s.algorithm) == nil {
		material = fmt.Sprintf("secret_file: %q", file)
	}
	return fmt.Sprintf("  keys: [{version: \"3\", algorithm: %s, %s}]\n", algorithm, material)
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// requireSafe pastes a block into a receiver and sends it the sender's requests, and an attacker's.
func (s *corpusScheme) requireSafe(t *testing.T, yaml string) {
	t.Helper()
	verifiers := startedWith(t, yaml)
	judge := func(c *call, after time.Duration) error {
		r := c.request(t, "judged")
		return verifiers.judge(c.path, r.Request, r.Body, c.at.Add(after))
	}
	for number := range calls() {
		require.NoError(t, judge(s.deliver(t, number, ours(), nil), time.Second), "request %d\n%s", number, yaml)
	}
	assert.Error(t, judge(s.deliver(t, 2, others(), nil), time.Second), "another key\n%s", yaml)
	for open, attack := range map[string]func() error{
		"body": func() error {
			c := s.deliver(t, 2, ours(), nil)
			c.body = strings.Replace(c.body, "1", "2", 1)
			return judge(c, time.Second)
		},
		"time": func() error { return judge(s.deliver(t, 2, ours(), nil), 25*time.Hour) },
		"url": func() error {
			c := s.deliver(t, 2, ours(), nil)
			c.path = calls()[1].path
			return judge(c, time.Second)
		},
		"time, stamped anew": func() error { return judge(s.stampedAnew(t, verifiers.config), time.Second) },
	} {
		if part, _, _ := strings.Cut(open, ","); !strings.Contains(s.unbound, part) {
			assert.Error(t, attack(), "%s\n%s", open, yaml)
		}
	}
}

// stampedAnew is an old request's signature in a new request.
func (s *corpusScheme) stampedAnew(t testing.TB, config *signature.Config) *call {
	old := s.deliver(t, 2, ours(), nil)
	now := s.deliver(t, 2, ours(), func(c *call) { c.at = c.at.Add(26 * time.Hour) })
	switch v := config.Value.Location; {
	case v.Header != "":
		now.header.Set(v.Header, old.header.Get(v.Header))
	case v.Query != "":
		query, err := url.ParseQuery(old.query)
		require.NoError(t, err)
		then := query.Get(v.Query)
		query, err = url.ParseQuery(now.query)
		require.NoError(t, err)
		now.query = strings.ReplaceAll(now.query, url.QueryEscape(query.Get(v.Query)), url.QueryEscape(then))
	default:
		for _, name := range []string{"Signature", "Authorization"} {
			if text := old.header.Get(name); text != "" {
				now.header.Set(name, text)
			}
		}
		now.header.Set("Signature-Input", old.header.Get("Signature-Input"))
	}
	return now
}

// started is a receiver's verifier.
type started struct {
	config    *signature.Config
	callbacks map[string]*signature.Verifier
}

// startedWith prepares a pasted block as the collector does before it listens.
func startedWith(t testing.TB, yaml string) *started {
	t.Helper()
	retrieved, err := confmap.NewRetrievedFromYAML([]byte(strings.ReplaceAll(yaml, "$$", "$")))
	require.NoError(t, err, yaml)
	conf, err := retrieved.AsConf()
	require.NoError(t, err, yaml)
	config, ok := receiver.NewFactory().CreateDefaultConfig().(*receiver.Config)
	require.True(t, ok)
	require.NoError(t, conf.Unmarshal(config), yaml)
	require.NoError(t, confmap.Validate(config), yaml)
	scheme := &config.Signature.Get().Config
	keyring, err := signature.NewKeyring(scheme, signature.KeyringOptions{})
	require.NoError(t, err, yaml)
	require.NoError(t, keyring.Load(), yaml)
	made := &started{config: scheme, callbacks: map[string]*signature.Verifier{}}
	for path, callback := range map[string]string{
		"/cxone/voice-quality": config.VoiceQuality.Get().SignatureURL,
		"/cxone/script-api":    config.ScriptAPI.Get().SignatureURL,
	} {
		made.callbacks[path], err = signature.NewVerifier(scheme, keyring, signature.Callback{SignatureURL: callback})
		require.NoError(t, err, yaml)
	}
	return made
}

func (s *started) judge(path string, r *http.Request, body []byte, at time.Time) error {
	attempt, err := s.callbacks[path].Check(r, at)
	if err != nil {
		return err
	}
	return attempt.Verify(body)
}
