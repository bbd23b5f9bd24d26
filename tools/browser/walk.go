// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium finds the browser.
func chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no Chromium here (Debian: apt-get install chromium)")
}

// newBrowser starts a headless browser. The function ends it.
func newBrowser(ctx context.Context, path string) (context.Context, context.CancelFunc) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-gpu", true), chromedp.Flag("hide-scrollbars", true), chromedp.WindowSize(1320, 900))
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	return ctx, func() { closeTab(); end() }
}

// The places that a newcomer comes by, from the chart of MOS to a call's log lines.
const (
	atMinutes = "rush-hour"
	atMinute  = "minute"
	atNetwork = "network"
	atJourney = "journey"
	atLogs    = "log-lines"
)

// toLogs leads from a journey to its log lines in VictoriaLogs.
const toLogs = "#logs"

// walk goes the newcomer's way by clicking, and tells at which place it is.
func walk(ctx context.Context, base string, at func(place string) error) error {
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/")); err != nil {
		return err
	}
	minute, err := chromedp.Run(ctx, chromedp.Evaluate[string](worstMinute))
	if err != nil {
		return err
	}
	if minute == "" {
		return errors.New("no minute on the first page has poor calls")
	}
	for _, step := range []struct{ place, link string }{
		{atMinutes, `figure:first-of-type svg a[href="` + minute + `"] rect`}, // the first chart is that of MOS
		{atMinute, `table a[href*="?network="]`},                              // the network with the most poor calls
		{atNetwork, `table a[href^="/journeys/"]`},                            // the worst call
		{atJourney, toLogs},
	} {
		if err = at(step.place); err == nil {
			err = click(ctx, step.link)
		}
		if err != nil {
			return fmt.Errorf("at the place %q: %w", step.place, err)
		}
	}
	if err = at(atLogs); err != nil {
		return fmt.Errorf("at the place %q: %w", atLogs, err)
	}
	return nil
}

// worstMinute is the link of the minute with the most poor calls in the table below the charts.
const worstMinute = `(() => {
	const poor = row => Number(row.querySelector("td.poor")?.textContent ?? 0);
	const rows = [...document.querySelectorAll("table tr")].filter(row => poor(row) > 0).sort((a, b) => poor(b) - poor(a));
	return rows[0]?.querySelector("a").getAttribute("href") ?? "";
})()`

// click clicks the first element that a CSS selector finds, and waits for the page that it leads to. A page that loads itself
// again meanwhile takes the click's place: it is tried again.
func click(ctx context.Context, selector string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	before, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err
	}
	for {
		response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
		switch {
		case err != nil:
			return fmt.Errorf("click %s: %w", selector, err)
		case response.Status != http.StatusOK:
			return fmt.Errorf("click %s: %s answers %d", selector, response.URL, response.Status)
		case response.URL != before:
			return nil
		}
	}
}

// text is what a reader sees of the page.
func text(ctx context.Context) (string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
}

// waitFor waits until the page shows a text, however its spaces are.
func waitFor(ctx context.Context, wanted string) error {
	wanted = strings.Join(strings.Fields(wanted), " ")
	var shown string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		var err error
		if shown, err = text(ctx); err != nil {
			return err
		}
		if shown = strings.Join(strings.Fields(shown), " "); strings.Contains(shown, wanted) {
			return nil
		}
	}
	return fmt.Errorf("the page does not show %q, but:\n%.500s", wanted, shown)
}
