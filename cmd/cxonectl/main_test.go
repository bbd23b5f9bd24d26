// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/pem"
	"os"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"cxonectl": main}) }

// TestScripts runs the command with servers that answer by the specification's table. Other tests deliver to the real
// collector; here the command is tested.
func TestScripts(t *testing.T) {
	makeKeys(t)
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:         startStandIns,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"steady": steady},
	})
}

// startStandIns starts the servers of one script, and sets their addresses in its variables.
func startStandIns(env *testscript.Env) error {
	for name, s := range map[string]*standIn{
		"ENDPOINT":      {remembers: true},
		"FORGETFUL":     {},
		"TLS_ENDPOINT":  {tls: true},
		"MTLS_ENDPOINT": {tls: true, wantsCertificate: true},
		"BUSY":          {busyFor: 3},
		"BROKEN":        {brokenBy: "<html>\x1b[31mBad Gateway</html>"},
	} {
		server := s.start()
		env.Defer(server.Close)
		env.Setenv(name, server.URL)
		env.Setenv(name+"_HOST", server.Listener.Addr().String())
		if s.tls {
			block := pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}
			if err := os.WriteFile(env.WorkDir+"/ca.pem", pem.EncodeToMemory(&block), 0o600); err != nil {
				return err
			}
		}
	}
	return startSignedStandIns(env)
}

var (
	column = regexp.MustCompile(`(  [0-9]{3}) +[0-9]+  `)
	field  = regexp.MustCompile(`("milliseconds": )[0-9.]+`)
	host   = regexp.MustCompile(`127\.0\.0\.1:[0-9]+`)
)

// steady removes from a file what differs between runs: the milliseconds, and the servers' ports.
func steady(ts *testscript.TestScript, _ bool, files []string) {
	for _, name := range files {
		text := column.ReplaceAllString(ts.ReadFile(name), "$1  MS  ")
		text = field.ReplaceAllString(text, "${1}1")
		text = host.ReplaceAllString(text, "HOST")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// TestSamplesAreTheVendors compares the copies in the command with the samples that other tests use.
func TestSamplesAreTheVendors(t *testing.T) {
	for _, name := range []string{"voice_quality.json", "script_api.json"} {
		builtIn, err := os.ReadFile("../internal/story/samples/" + name)
		require.NoError(t, err)
		original, err := os.ReadFile("../../testdata/payloads/" + name)
		require.NoError(t, err)
		require.Equal(t, string(original), string(builtIn), name)
	}
}
