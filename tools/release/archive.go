// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// entry is a file of an archive or an image: its path there, its source, and its mode.
type entry struct {
	name string
	from string
	mode int64
}

// archive makes the archive of a platform: a .zip for Windows, a .tar.gz for all others.
func (r *release) archive(p platform) error {
	entries := []entry{
		{"LICENSE", "LICENSE", 0o644},
		{"CHANGELOG.md", "CHANGELOG.md", 0o644},
		{"config.yaml", "deploy/collector.yaml", 0o644},
	}
	for _, name := range programNames {
		entries = append(entries, entry{name + p.suffix(), r.program(p, name), 0o755})
	}
	base := fmt.Sprintf("otelcol-cxone_%s_%s_%s", r.version, p.os, p.arch)
	if p.os == "windows" {
		return r.create(base+".zip", func(w io.Writer) error { return writeZip(w, base, entries, r.epoch) })
	}
	return r.create(base+".tar.gz", func(w io.Writer) error {
		z := gzip.NewWriter(w)
		return errors.Join(writeTar(z, base, entries, r.epoch, 0), z.Close())
	})
}

// writeTar writes files below a folder, owned by one user and group.
func writeTar(w io.Writer, folder string, entries []entry, at time.Time, owner int) error {
	archive := tar.NewWriter(w)
	for _, e := range entries {
		content, err := os.ReadFile(e.from)
		if err != nil {
			return err
		}
		header := &tar.Header{
			Name: filepath.ToSlash(filepath.Join(folder, e.name)), Mode: e.mode, Size: int64(len(content)), ModTime: at, Uid: owner, Gid: owner,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}

func writeZip(w io.Writer, folder string, entries []entry, at time.Time) error {
	archive := zip.NewWriter(w)
	for _, e := range entries {
		content, err := os.ReadFile(e.from)
		if err != nil {
			return err
		}
		file, err := archive.CreateHeader(&zip.FileHeader{Name: folder + "/" + e.name, Method: zip.Deflate, Modified: at})
		if err != nil {
			return err
		}
		if _, err := file.Write(content); err != nil {
			return err
		}
	}
	return archive.Close()
}

// checksums writes SHA256SUMS, which sha256sum -c reads.
func (r *release) checksums() error {
	names, err := r.files()
	if err != nil {
		return err
	}
	return r.create("SHA256SUMS", func(w io.Writer) error {
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(r.dist, name)) //nolint:gosec // our own
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%x  %s\n", sha256.Sum256(content), name); err != nil {
				return err
			}
		}
		return nil
	})
}
