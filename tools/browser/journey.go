// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/chromedp/chromedp"
)

// photographJourney takes the pictures of a journey and of its log lines, from the first page on.
func photographJourney(ctx context.Context, take func(name string) error) error {
	if err := fullestJourney(ctx); err != nil {
		return err
	}
	if err := take(atJourney); err != nil {
		return err
	}
	if err := click(ctx, toLogs); err != nil {
		return err
	}
	if err := waitFor(ctx, "MOS"); err != nil {
		return err
	}
	return take(atLogs)
}

// fullestJourney goes, from the first page, to the journey that shows the most: transfers, and API calls of which some failed.
func fullestJourney(ctx context.Context) error {
	const mostFailed = `(() => {
		const failed = row => Number(row.querySelector("td:last-of-type.bad")?.textContent ?? 0);
		return [...document.querySelectorAll("table tr")].sort((a, b) => failed(b) - failed(a))[0].querySelector("a").href;
	})()`
	const fullest = `(() => {
		const is = (row, column) => Number(row.children[column]?.textContent) || 0;
		const shows = row => 100 * Math.sign(is(row, 6)) + 100 * Math.sign(is(row, 8)) + is(row, 7); // transfers, failed, API calls
		return [...document.querySelectorAll("table:last-of-type tr")].sort((a, b) => shows(b) - shows(a))[0]
			.querySelector('a[href^="/journeys/"]').href;
	})()`
	for _, script := range []string{mostFailed, fullest} {
		to, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			return err
		}
		if err = chromedp.Do(ctx, chromedp.Navigate(to)); err != nil {
			return err
		}
	}
	return nil
}
