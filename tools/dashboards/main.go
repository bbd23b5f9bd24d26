// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command dashboards writes the dashboards of examples/, which are for Grafana and which `make ui` shows too. They are made rather
// than drawn by hand, so that a filter, a unit, a limit or a colour is said once. Its tests hold every expression, name and unit to
// what a real collector gives.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "../../examples", "the directory with grafana/ in it")
	flag.Parse()
	for name, content := range files() {
		path := filepath.Join(*out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // to be read by all
			fail(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // to be read by all
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "dashboards:", err)
	os.Exit(1)
}

// files are all that is generated, by name.
func files() map[string][]byte {
	all := map[string][]byte{}
	for _, d := range dashboards() {
		all[filepath.Join("grafana", d.file+".json")] = marshal(d.grafana())
	}
	return all
}

func marshal(v any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // expressions are to be read
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		panic(err) // of maps, strings and numbers
	}
	return text.Bytes()
}
