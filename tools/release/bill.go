// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// bill writes a CycloneDX bill of materials for each program: its modules, with the checksums that Go knows of them.
func (r *release) bill(p platform) error {
	for _, name := range programNames {
		out := fmt.Sprintf("%s_%s_%s_%s.cdx.json", name, r.version, p.os, p.arch)
		fmt.Println("  ", out)
		command := exec.Command("go", "tool", "-modfile=tools/release/go.mod", "cyclonedx-gomod", //nolint:gosec // our own paths
			"bin", "-json", "-output", filepath.Join(r.dist, out), "-version", "v"+r.version, r.program(p, name))
		if text, err := command.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s", text)
			return err
		}
	}
	return nil
}
