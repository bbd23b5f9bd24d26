// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command browser plays a rush hour with bin/ui (`make ui`), goes the newcomer's way through its pages by clicking in headless
// Chromium, and takes a picture at each place. Its test goes the same way.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

func main() {
	root := flag.String("root", ".", "the repository, with bin/ in it")
	directory := flag.String("directory", "docs/images", "where the pictures go")
	story := flag.Duration("story", 10*time.Minute, "how long the rush hour lasts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := photograph(ctx, *root, *directory, *story)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

func photograph(ctx context.Context, root, directory string, story time.Duration) error {
	path, err := chromium()
	if err != nil {
		return err
	}
	fmt.Printf("The rush hour lasts for %s.\n", story)
	played, err := play(ctx, root, story)
	if err != nil {
		return err
	}
	defer func() { _ = played.stop() }() // the pictures are what counts
	ctx, end := newBrowser(ctx, path)
	defer end()
	take := func(name string) error {
		const best = 100 // PNG
		return takePicture(ctx, filepath.Join(directory, name+".png"), chromedp.FullScreenshot(best))
	}
	err = walk(ctx, played.base, func(place string) error {
		if place == atMinutes {
			return take(place)
		}
		return nil // it may be a short journey; a fuller one is below
	})
	if err != nil {
		return err
	}
	if err = chromedp.Do(ctx, chromedp.Navigate(played.base+"/")); err != nil {
		return err
	}
	if err = photographJourney(ctx, take); err != nil {
		return err
	}
	for _, name := range []string{"voice-quality", "script-api"} {
		if err = chromedp.Do(ctx, chromedp.EmulateViewport(1320, 1085), chromedp.Navigate(played.base+"/dashboards/"+name)); err != nil {
			return err
		}
		if err = takePicture(ctx, filepath.Join(directory, name+".png"), chromedp.CaptureScreenshot()); err != nil { // the upper half
			return err
		}
	}
	return nil
}

func takePicture(ctx context.Context, file string, how chromedp.Action[[]byte]) error {
	image, err := chromedp.Run(ctx, how)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d KB\n", file, len(image)/1000)
	return os.WriteFile(file, image, 0o644) //nolint:gosec // to be read by all
}
