// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Command configschema writes the JSON schema of the receiver's configuration, by which editors complete and check its
// keys. It reads the keys from the Config itself, and their descriptions from the comments on its fields.
//
// mdatagen makes such a schema too, but only together with the Config, and the keys of this one are read by rules that
// mdatagen cannot express, such as the signature's presets.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	output := flag.String("output", "receiver/config.schema.json", "the file to write")
	flag.Parse()
	if err := write(*output); err != nil {
		fmt.Fprintln(os.Stderr, "configschema:", err)
		os.Exit(1)
	}
}

func write(path string) error {
	schema, err := file()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(schema); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644) //nolint:gosec // a file of the repository
}
