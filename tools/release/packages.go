// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"path/filepath"

	"github.com/goreleaser/nfpm/v2"
	_ "github.com/goreleaser/nfpm/v2/deb" // the formats register themselves
	_ "github.com/goreleaser/nfpm/v2/rpm"
)

// pack makes a .deb or .rpm package, as deploy/nfpm.yaml describes it.
func (r *release) pack(p platform, format string) error {
	variables := map[string]string{
		"VERSION":  r.version,
		"ARCH":     p.arch,
		"PROGRAMS": filepath.Join(r.programs, p.String()),
	}
	config, err := nfpm.ParseFileWithEnvMapping("deploy/nfpm.yaml", func(name string) string { return variables[name] })
	if err != nil {
		return err
	}
	info, err := config.Get(format)
	if err != nil {
		return err
	}
	info.MTime = r.epoch
	info = nfpm.WithDefaults(info)
	packager, err := nfpm.Get(format)
	if err != nil {
		return err
	}
	return r.create(packager.ConventionalFileName(info), func(w io.Writer) error { return packager.Package(info, w) })
}
