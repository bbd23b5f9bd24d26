// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command release makes the files of a release from compiled programs: an archive for each platform, .deb and .rpm
// packages, an OCI image for the Linux platforms, a bill of materials, and the checksums of all. It needs no container
// engine, no packaging tools and no network. The same programs and the same time make the same bytes. It runs in the
// repository's root.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// release is what all parts of a release share.
type release struct {
	version  string
	epoch    time.Time // the time stamp of every file: that of the commit
	programs string    // has a folder GOOS-GOARCH with the programs of each platform
	dist     string    // where the release goes
}

// platform is an operating system and a processor, in Go's words.
type platform struct{ os, arch string }

func (p platform) String() string { return p.os + "-" + p.arch }

// suffix returns the suffix of the programs' names.
func (p platform) suffix() string {
	if p.os == "windows" {
		return ".exe"
	}
	return ""
}

// programNames are the programs of a release.
var programNames = []string{"otelcol-cxone", "cxonectl"}

// program returns the path of a platform's program.
func (r *release) program(p platform, name string) string {
	return filepath.Join(r.programs, p.String(), name+p.suffix())
}

func main() {
	r := release{}
	flag.StringVar(&r.version, "version", "", "the release's version, without a v")
	epoch := flag.Int64("epoch", 0, "the time stamp of every file in the release, in seconds since 1970")
	flag.StringVar(&r.programs, "programs", "build/release", "the folder of the compiled programs, with a folder GOOS-GOARCH for each "+
		"platform")
	flag.StringVar(&r.dist, "dist", "dist", "the folder that the release goes to")
	flag.Parse()
	r.epoch = time.Unix(*epoch, 0).UTC()
	if err := r.make(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// make makes the release for platforms such as linux/amd64.
func (r *release) make(names []string) error {
	if r.version == "" || len(names) == 0 {
		return errors.New("usage: release -version 0.1.0 -epoch 1764288000 linux/amd64 darwin/arm64")
	}
	var platforms, linux []platform
	for _, name := range names {
		system, arch, ok := strings.Cut(name, "/")
		if !ok {
			return fmt.Errorf("%q is not a platform; write it as linux/amd64", name)
		}
		platforms = append(platforms, platform{system, arch})
		if system == "linux" {
			linux = append(linux, platform{system, arch})
		}
	}
	for _, p := range platforms {
		if err := r.archive(p); err != nil {
			return fmt.Errorf("archive for %v: %w", p, err)
		}
		if err := r.bill(p); err != nil {
			return fmt.Errorf("bill of materials for %v: %w", p, err)
		}
	}
	for _, p := range linux {
		for _, format := range []string{"deb", "rpm"} {
			if err := r.pack(p, format); err != nil {
				return fmt.Errorf("%s for %v: %w", format, p, err)
			}
		}
	}
	if len(linux) > 0 {
		if err := r.image(linux); err != nil {
			return fmt.Errorf("image: %w", err)
		}
	}
	return r.checksums()
}

// create makes a file of the release, prints its name, and passes it to fill.
func (r *release) create(name string, fill func(io.Writer) error) error {
	fmt.Println("  ", name)
	f, err := os.Create(filepath.Join(r.dist, name)) //nolint:gosec // our own
	if err != nil {
		return err
	}
	return errors.Join(fill(f), f.Close())
}

// files returns the names of the release's files so far.
func (r *release) files() ([]string, error) {
	entries, err := os.ReadDir(r.dist)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	slices.Sort(names)
	return names, err
}
