// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// failing is the network that fails in the rush hour.
const failing = "Cox Communications"

// TestANewcomersTwoMinutes clicks, in a real browser and with the real programs, from the chart of MOS to the network that fails, to
// the worst call on it, to the call's journey, and to its log lines in VictoriaLogs.
func TestANewcomersTwoMinutes(t *testing.T) {
	path, err := chromium()
	if err != nil {
		t.Skipf("nothing was clicked: %v", err)
	}
	if os.Getenv("CXONE_COLLECTOR") == "" {
		t.Skip("make test-e2e makes the programs that this needs")
	}
	base := startUI(t, 50*time.Second)
	ctx, end := newBrowser(t.Context(), path)
	defer end()

	var logLine string
	been := 0
	err = walk(ctx, base, func(place string) (err error) {
		been++
		switch place {
		case atMinutes:
			return waitFor(ctx, "Share of poor calls, by network provider")
		case atMinute:
			return waitFor(ctx, "By network provider")
		case atNetwork:
			return waitFor(ctx, "on the network of "+failing)
		case atJourney:
			if err = waitFor(ctx, "One customer's journey"); err != nil {
				return err
			}
			logLine, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("table:last-of-type tr:last-child td:last-child")))
			return err
		default:
			return waitFor(ctx, logLine)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if been != 5 || logLine == "" {
		t.Fatalf("been at %d places, and the log line is %q", been, logLine)
	}
	t.Logf("the worst call's log line, found in VictoriaLogs: %s", logLine)
	everyLink(ctx, t, base)
}

// everyLink follows the links at the top of the first page: to the dashboards, to VictoriaLogs and to VictoriaMetrics.
func everyLink(ctx context.Context, t *testing.T, base string) {
	t.Helper()
	for selector, wanted := range map[string]string{
		`nav a[href="/dashboards/voice-quality"]`: "Poor calls by network provider",
		`nav a[href="/dashboards/script-api"]`:    "Most-used scripts",
		`nav a[href="/dashboards/receiver"]`:      "Deliveries a second, by outcome",
		`nav a[href^="/select/vmui/"]`:            "Call leg",
		`nav a[href="/vmui/"]`:                    "Execute Query",
	} {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+"/")); err != nil {
			t.Fatal(err)
		}
		if err := click(ctx, selector); err != nil {
			t.Error(err)
		} else if err = waitFor(ctx, wanted); err != nil {
			t.Errorf("%s: %v", selector, err)
		}
	}
}

// startUI plays a rush hour, and waits until it is over.
func startUI(t *testing.T, story time.Duration) (base string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	ui, err := play(t.Context(), root, story)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ui.stop(); err != nil {
			t.Error(err)
		}
	})
	return ui.base
}
