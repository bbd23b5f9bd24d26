// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestReadme does what the README and the pages after it say, from the first command to the last, in a newcomer's order. It
// compares the output with what they show.
func TestReadme(t *testing.T) {
	t.Parallel()
	var text []byte
	for _, page := range []string{"README.md", "docs/mutual-tls.md", "docs/cxonectl.md"} {
		content, err := os.ReadFile(filepath.Join("..", page))
		require.NoError(t, err)
		text = append(text, content...)
	}
	reader := newReader(t)
	commands := 0
	for _, block := range fencedBlocks(string(text)) {
		switch first, _, _ := strings.Cut(block.text, "\n"); {
		case block.language == "yaml" && strings.HasPrefix(first, "# ") && strings.HasSuffix(first, ".yaml"):
			reader.write(strings.TrimPrefix(first, "# "), block.text)
		case block.language == "console" && !strings.HasPrefix(first, "$ make "):
			commands += reader.follow(block.text)
		}
	}
	require.GreaterOrEqual(t, commands, 10, "the README has no transcripts")
	for _, command := range []string{
		"keygen signature", "keygen mtls", "send", "check", "load", "sign", "verify", "diagnose", "replay", "listen",
	} {
		require.Contains(t, string(text), "$ bin/cxonectl "+command+" ", "each command has a transcript")
	}
}

// home is the directory of the README's reader, and address is where the collector listens there.
const (
	home    = "/home/me/cxonereceiver"
	address = "localhost:8443"
)

// reader is a person who types the README's commands. Some texts are different for everybody (consumer ID, key pin). The
// README has its author's, and the reader's own replace them from where they first appear.
type reader struct {
	t         *testing.T
	directory string
	own       map[string]string // the README's text → the reader's
	collector *exec.Cmd         // or another program that listens
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{t: t, directory: t.TempDir()}
	r.own = map[string]string{home: r.directory, address: "localhost:" + freePort(t)}
	r.own["127.0.0.1:8443"] = strings.Replace(r.own[address], "localhost", "127.0.0.1", 1)
	bin := filepath.Join(r.directory, "bin")
	require.NoError(t, os.Mkdir(bin, 0o755))
	require.NoError(t, os.Symlink(collectorProgram(t), filepath.Join(bin, "otelcol-cxone")))
	require.NoError(t, os.Symlink(program(t, "CXONE_CTL", "cxonectl"), filepath.Join(bin, "cxonectl")))
	t.Cleanup(r.stop)
	return r
}

// mine replaces the README's texts by the reader's.
func (r *reader) mine(text string) string {
	for theirs, mine := range r.own {
		text = strings.ReplaceAll(text, theirs, mine)
	}
	return text
}

func (r *reader) write(name, text string) {
	require.NoError(r.t, os.WriteFile(filepath.Join(r.directory, name), []byte(r.mine(text)), 0o600))
}

// follow runs a block's commands, each with its expected output below it.
func (r *reader) follow(block string) (commands int) {
	for _, step := range strings.Split("\n"+strings.TrimRight(block, "\n"), "\n$ ")[1:] {
		command, want, _ := strings.Cut(step, "\n")
		commands++
		if strings.HasPrefix(command, "bin/otelcol-cxone ") {
			r.start(command+" --set=service.telemetry.metrics.level=none", "Everything is ready") // its port may be taken
			continue
		}
		if strings.HasPrefix(command, "bin/cxonectl listen ") {
			r.start(command, "Listening")
			continue
		}
		shell := exec.Command("bash", "-c", r.mine(command)) //nolint:gosec // what the README says
		shell.Dir = r.directory
		output, err := shell.CombinedOutput()
		if !strings.Contains(want, "not answered as expected") {
			require.NoError(r.t, err, "$ %s\n%s", command, output)
		}
		r.compare(command, want, string(output))
	}
	return commands
}

// start runs a program that listens, instead of the one before, until it has printed that it is ready.
func (r *reader) start(command, ready string) {
	r.stop()
	log := &safeBuffer{}
	words := strings.Fields(r.mine(command))
	r.collector = exec.Command(filepath.Join(r.directory, words[0]), words[1:]...) //nolint:gosec // as README says
	r.collector.Dir = r.directory
	r.collector.Stdout, r.collector.Stderr = log, log
	require.NoError(r.t, r.collector.Start())
	require.Eventually(r.t, func() bool { return strings.Contains(log.String(), ready) }, 30*time.Second,
		20*time.Millisecond, "$ %s\n%s", command, log)
}

func (r *reader) stop() {
	if r.collector != nil {
		require.NoError(r.t, r.collector.Process.Signal(os.Interrupt))
		require.NoError(r.t, r.collector.Wait())
		r.collector = nil
	}
}

// compare checks that the README's lines were printed, in their order. A line of "..." stands for any lines.
func (r *reader) compare(command, want, got string) {
	r.t.Helper()
	lines := strings.Split(strings.TrimRight(got, "\n"), "\n")
	skip := false
	for line := range strings.Lines(strings.TrimRight(want, "\n")) {
		line = strings.TrimRight(line, "\n")
		if line == "..." {
			skip = true
			continue
		}
		at := 0
		for skip && at < len(lines) && !r.same(line, lines[at]) {
			at++
		}
		require.Less(r.t, at, len(lines), "$ %s\nprints no line\n%s\nbut\n%s", command, line, got)
		require.True(r.t, r.same(line, lines[at]), "$ %s\nprints\n%s\nand the README shows\n%s\nThe whole:\n%s", command, lines[at], line, got)
		lines, skip = lines[at+1:], false
	}
	if !skip && strings.TrimSpace(want) != "" {
		require.Empty(r.t, lines, "$ %s prints more than the README shows", command)
	}
}

var (
	// kept differs between readers, and appears again later.
	kept = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b`)
	// passing differs between runs.
	passing = []struct {
		text *regexp.Regexp
		as   string
	}{
		{regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z`), "TIME"},
		{regexp.MustCompile(`\b\d{13}\b`), "MILLISECONDS"},
		{regexp.MustCompile(`--seed \d+`), "--seed N"},
		{regexp.MustCompile(`\b[\d.]+/s; `), "RATE; "},
		{regexp.MustCompile(`( \d{3} +)\d+ `), "${1}MS "},
		{regexp.MustCompile(`\b[\d.]+ ?(µs|ms|s)\b`), "DURATION"},
		{regexp.MustCompile(` +`), " "},
	}
)

// same compares a line of the README with one that was printed. From it, it learns the reader's own texts.
func (r *reader) same(theirs, mine string) bool {
	from, to := kept.FindAllString(theirs, -1), kept.FindAllString(mine, -1)
	if len(from) != len(to) {
		return false
	}
	for i := range from {
		theirs = strings.ReplaceAll(theirs, from[i], to[i])
	}
	theirs = r.mine(theirs)
	if theirs != mine && steady(theirs) != steady(mine) {
		return false
	}
	for i := range from {
		r.own[from[i]] = to[i]
	}
	return true
}

func steady(line string) string {
	for _, each := range passing {
		line = each.text.ReplaceAllString(line, each.as)
	}
	return line
}

// fencedBlock is a block of code in Markdown, without its indentation.
type fencedBlock struct{ language, text string }

func fencedBlocks(markdown string) (blocks []fencedBlock) {
	var current *fencedBlock
	indent := ""
	scanner := bufio.NewScanner(bytes.NewReader([]byte(markdown)))
	for scanner.Scan() {
		line := scanner.Text()
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && current == nil:
			indent, _, _ = strings.Cut(line, "```")
			current = &fencedBlock{language: strings.TrimPrefix(strings.TrimSpace(line), "```")}
		case fence:
			blocks = append(blocks, *current)
			current = nil
		case current != nil:
			current.text += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	return blocks
}
