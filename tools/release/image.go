// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

const (
	imageUser  = 10001 // of the collector within the image, as in deploy/Dockerfile
	imageState = "/var/lib/otelcol-cxone"
)

// image makes an image of the Linux platforms, in one OCI layout: the programs, the public certificate authorities, and an
// empty folder for the queues. There is no shell in it, and the collector is not root.
func (r *release) image(platforms []platform) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range platforms {
		img, err := r.imageOf(p)
		if err != nil {
			return fmt.Errorf("%v: %w", p, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        img,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: p.os, Architecture: p.arch}},
		})
	}
	folder, err := os.MkdirTemp("", "image")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if _, err := layout.Write(folder, index); err != nil {
		return err
	}
	return r.create(fmt.Sprintf("otelcol-cxone_%s_image.oci.tar", r.version), func(w io.Writer) error { return r.tarFolder(w, folder) })
}

func (r *release) imageOf(p platform) (v1.Image, error) {
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	img = mutate.ConfigMediaType(img, types.OCIConfigJSON)
	content, err := r.imageFiles(p)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	if img, err = mutate.AppendLayers(img, layer); err != nil {
		return nil, err
	}
	layers, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	created := v1.Time{Time: r.epoch}
	return mutate.ConfigFile(img, &v1.ConfigFile{
		Architecture: p.arch,
		OS:           p.os,
		Created:      created,
		RootFS:       layers.RootFS,
		History:      []v1.History{{Created: created, CreatedBy: "make dist"}},
		Config: v1.Config{
			User:         fmt.Sprintf("%d:%d", imageUser, imageUser),
			WorkingDir:   imageState,
			Entrypoint:   []string{"/otelcol-cxone"},
			Cmd:          []string{"--config", "/etc/otelcol-cxone/config.yaml"},
			ExposedPorts: map[string]struct{}{"8443/tcp": {}, "13133/tcp": {}},
			Env:          []string{"CXONE_MEMORY_MIB=512", "GOMEMLIMIT=410MiB", "GOGC=200"}, // as in deploy/Dockerfile
			Labels: map[string]string{
				"org.opencontainers.image.title":       "otelcol-cxone",
				"org.opencontainers.image.description": "OpenTelemetry Collector for NICE CXone Mpower",
				"org.opencontainers.image.source":      "https://github.com/cxone-otel/cxonereceiver",
				"org.opencontainers.image.licenses":    "Apache-2.0",
				"org.opencontainers.image.version":     r.version,
			},
		},
	})
}

// imageFiles returns the image's files as a tar archive.
func (r *release) imageFiles(p platform) ([]byte, error) {
	var b bytes.Buffer
	archive := tar.NewWriter(&b)
	add := func(name string, mode int64, owner int, content []byte) error {
		header := &tar.Header{Name: name, Mode: mode, Size: int64(len(content)), ModTime: r.epoch, Uid: owner, Gid: owner, Typeflag: tar.TypeReg}
		if name[len(name)-1] == '/' {
			header.Typeflag = tar.TypeDir
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err := archive.Write(content)
		return err
	}
	err := errors.Join(
		add("tmp/", 0o1777, 0, nil),
		add("var/", 0o755, 0, nil),
		add("var/lib/", 0o755, 0, nil),
		add("var/lib/otelcol-cxone/", 0o700, imageUser, nil),
		add("etc/", 0o755, 0, nil),
		add("etc/otelcol-cxone/", 0o755, 0, nil),
		add("etc/ssl/", 0o755, 0, nil),
		add("etc/ssl/certs/", 0o755, 0, nil),
		add("etc/ssl/certs/ca-certificates.crt", 0o644, 0, authorities()),
	)
	for _, name := range programNames {
		content, problem := os.ReadFile(r.program(p, name))
		err = errors.Join(err, problem)
		if problem == nil {
			err = errors.Join(err, add(name, 0o755, 0, content))
		}
	}
	return b.Bytes(), errors.Join(err, archive.Close())
}

// authorities returns the public certificate authorities that Mozilla's list has without further constraints, as PEM.
func authorities() []byte {
	var b bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // a buffer takes all
		}
	}
	return b.Bytes()
}

// tarFolder writes a folder's files, in the order of their names.
func (r *release) tarFolder(w io.Writer, folder string) error {
	var entries []entry
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		entries = append(entries, entry{name, path, 0o644})
		return err
	})
	if err != nil {
		return err
	}
	return writeTar(w, "", entries, r.epoch, 0)
}
