// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/show"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"quickstart": main}) }

// TestScripts runs the quickstart with the real collector and the real command, if `make build` has made them.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	collector := cmp.Or(os.Getenv("CXONE_COLLECTOR"), filepath.Join(root, "bin/otelcol-cxone"))
	cxonectl := cmp.Or(os.Getenv("CXONE_CTL"), filepath.Join(root, "bin/cxonectl"))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("ROOT", root)
			env.Setenv("COLLECTOR", collector)
			env.Setenv("CXONECTL", cxonectl)
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, "tmp"))
			return os.Mkdir(filepath.Join(env.WorkDir, "tmp"), 0o700)
		},
		Condition: func(string) (bool, error) { // [built]
			_, collectorErr := os.Stat(collector)
			_, cxonectlErr := os.Stat(cxonectl)
			return collectorErr == nil && cxonectlErr == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"silent": silent, "says": says, "empty": empty, "narrow": narrow,
		},
	})
}

var endpoint = regexp.MustCompile(`localhost:\d+`)

// silent FILE waits until nothing listens on the last address in the file.
func silent(ts *testscript.TestScript, _ bool, args []string) {
	all := endpoint.FindAllString(ts.ReadFile(args[0]), -1)
	await(ts, func() bool {
		response, err := http.Get("http://" + all[len(all)-1])
		if err == nil {
			_ = response.Body.Close()
		}
		return err != nil
	})
}

// says FILE TEXT waits until the text is in the file.
func says(ts *testscript.TestScript, _ bool, args []string) {
	await(ts, func() bool {
		text, _ := os.ReadFile(ts.MkAbs(args[0]))
		return strings.Contains(string(text), args[1])
	})
}

func await(ts *testscript.TestScript, done func() bool) {
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("waited for too long")
		}
	}
}

// empty DIRECTORY fails if the directory has a file.
func empty(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, entry := range entries {
		ts.Fatalf("%s was left behind", entry.Name())
	}
}

// narrow FILE fails if a line has more than 100 columns. Lines with paths are ignored, since these depend on the machine.
func narrow(ts *testscript.TestScript, _ bool, args []string) {
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > show.Columns &&
			!strings.ContainsRune(line, filepath.Separator) {
			ts.Fatalf("%d columns: %s", width, line)
		}
	}
}
