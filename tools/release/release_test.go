// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/blakesmith/ar"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

// The tests take the programs that `make build` made, and run in the repository's root as the command does.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// newRelease returns a release of the programs in bin/, for this machine's platform.
func newRelease(t *testing.T) (*release, platform) {
	t.Helper()
	p := platform{runtime.GOOS, runtime.GOARCH}
	programs := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(programs, p.String()), 0o755))
	for variable, name := range map[string]string{"CXONE_COLLECTOR": "otelcol-cxone", "CXONE_CTL": "cxonectl"} {
		path := os.Getenv(variable)
		if path == "" {
			path = filepath.Join("bin", name)
		}
		path, err := filepath.Abs(path)
		require.NoError(t, err)
		content, err := os.ReadFile(path)
		require.NoError(t, err, "run `make build` first")
		require.NoError(t, os.WriteFile(filepath.Join(programs, p.String(), name), content, 0o755))
	}
	return &release{version: "0.0.1", epoch: time.Unix(1764288000, 0), programs: programs, dist: t.TempDir()}, p
}

// only returns the one file of the release with this ending.
func (r *release) only(t *testing.T, ending string) string {
	t.Helper()
	names, err := r.files()
	require.NoError(t, err)
	names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, ending) })
	require.Len(t, names, 1)
	return filepath.Join(r.dist, names[0])
}

func TestTheDebianPackageStartsFromABareRoot(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a root directory of its own needs Linux and root")
	}
	r, p := newRelease(t)
	require.NoError(t, r.pack(p, "deb"))
	root := t.TempDir()
	control := unpackDebian(t, r.only(t, ".deb"), root)
	require.Equal(t, "/etc/otelcol-cxone/config.yaml", strings.TrimSpace(control["conffiles"]), "kept on upgrade")
	require.Contains(t, control["control"], "Package: otelcol-cxone\nVersion: 0.0.1\n")
	require.Contains(t, control["postinst"], "systemctl")

	unit, err := os.ReadFile(filepath.Join(root, "usr/lib/systemd/system/otelcol-cxone.service"))
	require.NoError(t, err)
	_, start, found := strings.Cut(string(unit), "\nExecStart=")
	require.True(t, found)
	start, _, _ = strings.Cut(start, "\n")
	for path := range strings.FieldsSeq(strings.ReplaceAll(start, "--config", "")) {
		require.FileExists(t, filepath.Join(root, path), "what ExecStart names is in the package")
	}
	deliver(t, root, strings.Fields(start))
}

func TestTheImageStartsInItsOwnRoot(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a root directory of its own needs Linux and root")
	}
	r, p := newRelease(t)
	require.NoError(t, r.image([]platform{p}))
	folder, root := t.TempDir(), t.TempDir()
	unpackTar(t, open(t, r.only(t, ".oci.tar")), folder)

	var index v1.IndexManifest
	readJSON(t, filepath.Join(folder, "index.json"), &index)
	require.Len(t, index.Manifests, 1)
	require.Equal(t, p.arch, index.Manifests[0].Platform.Architecture)
	blob := func(digest v1.Hash) string { return filepath.Join(folder, "blobs", digest.Algorithm, digest.Hex) }
	var manifest v1.Manifest
	readJSON(t, blob(index.Manifests[0].Digest), &manifest)
	var config v1.ConfigFile
	readJSON(t, blob(manifest.Config.Digest), &config)
	require.Equal(t, "10001:10001", config.Config.User, "not root")
	for _, layer := range manifest.Layers {
		z, err := gzip.NewReader(open(t, blob(layer.Digest)))
		require.NoError(t, err)
		unpackTar(t, z, root)
	}
	authorities, err := os.ReadFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
	require.NoError(t, err)
	require.Greater(t, strings.Count(string(authorities), "BEGIN CERTIFICATE"), 100)
	// An image has no configuration: its user mounts one.
	content, err := os.ReadFile("deploy/collector.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "etc/otelcol-cxone/config.yaml"), content, 0o644))
	deliver(t, root, append(config.Config.Entrypoint, config.Config.Cmd...))
}

func TestTheSameProgramsGiveTheSameBytes(t *testing.T) {
	r, p := newRelease(t)
	for _, name := range programNames { // contents do not matter here, and small ones are fast
		require.NoError(t, os.Remove(r.program(p, name)))
		require.NoError(t, os.WriteFile(r.program(p, name), []byte(name), 0o755))
	}
	var sums []string
	for range 2 {
		r.dist = t.TempDir()
		require.NoError(t, r.archive(p))
		require.NoError(t, r.pack(p, "deb"))
		require.NoError(t, r.pack(p, "rpm"))
		require.NoError(t, r.image([]platform{p}))
		require.NoError(t, r.checksums())
		content, err := os.ReadFile(filepath.Join(r.dist, "SHA256SUMS"))
		require.NoError(t, err)
		sums = append(sums, string(content))
	}
	require.Equal(t, sums[0], sums[1])
	require.Equal(t, 4, strings.Count(sums[0], "\n"))
}

// deliver starts the collector below a root directory as the command says, with keys and a certificate, and delivers to it.
func deliver(t *testing.T, root string, command []string) {
	t.Helper()
	ctl, err := filepath.Abs("bin/cxonectl")
	require.NoError(t, err)
	if path := os.Getenv("CXONE_CTL"); path != "" {
		ctl = path
	}
	etc := filepath.Join(root, "etc/otelcol-cxone")
	for _, folder := range []string{"keys", "tls"} {
		require.NoError(t, os.MkdirAll(filepath.Join(etc, folder), 0o755))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(root, "tmp"), 0o1777))
	run(t, nil, ctl, "keygen", "signature", "--algorithm", "rsa_sha256", "--out", filepath.Join(etc, "keys"), "--version", "1")
	run(t, nil, ctl, "keygen", "mtls", "--out", filepath.Join(etc, "tls"), "--host", "localhost")
	for made, name := range map[string]string{"server.crt": "tls.crt", "server.key": "tls.key"} {
		require.NoError(t, os.Rename(filepath.Join(etc, "tls", made), filepath.Join(etc, "tls", name)))
	}

	port, health, telemetry := freePort(t), freePort(t), freePort(t)
	var log strings.Builder
	c := exec.Command(command[0], append(command[1:], //nolint:gosec // of our own release
		"--set=receivers::cxone::endpoint=127.0.0.1:"+port,
		"--set=extensions::health_check::endpoint=127.0.0.1:"+health,
		"--set=service::telemetry::metrics::readers=[{pull: {exporter: {prometheus: {host: 127.0.0.1, port: "+telemetry+"}}}}]")...)
	c.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	c.Dir = "/"
	environment := []string{
		"CXONE_SIGNATURE_URL=https://hooks.example.org/cxone", "CXONE_CONSUMER_ID=acme", "CXONE_BACKEND=http://127.0.0.1:1",
		"CXONE_QUEUE=/tmp/queue", "GOMEMLIMIT=400MiB",
	}
	c.Env = environment
	c.Stdout, c.Stderr = &log, &log
	require.NoError(t, c.Start())
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(30 * time.Second):
			_ = c.Process.Kill()
		}
		if t.Failed() {
			t.Log(log.String())
		}
	})
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://127.0.0.1:" + health)
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond, "the collector did not start")
	out := run(t, append(environment, "CXONE_KEYS="+filepath.Join(etc, "keys"), "CXONE_TLS="+filepath.Join(etc, "tls")),
		ctl, "send", "--config", filepath.Join(etc, "config.yaml"), "--endpoint", "https://localhost:"+port,
		"--ca-file", filepath.Join(etc, "tls/ca.crt"), "--private-key-file", filepath.Join(etc, "keys/v1.key.pem"))
	require.Contains(t, out, "200")
}

func run(t *testing.T, environment []string, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = environment
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

func open(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	require.NoError(t, json.NewDecoder(open(t, name)).Decode(into))
}

// unpackDebian unpacks a .deb's files below a root directory, and returns its control files.
func unpackDebian(t *testing.T, name, root string) map[string]string {
	t.Helper()
	control := map[string]string{}
	archive := ar.NewReader(open(t, name))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return control
		}
		require.NoError(t, err)
		if !strings.HasSuffix(strings.TrimRight(header.Name, "/"), ".tar.gz") {
			continue
		}
		z, err := gzip.NewReader(archive)
		require.NoError(t, err)
		if strings.HasPrefix(header.Name, "data") {
			unpackTar(t, z, root)
			continue
		}
		folder := t.TempDir()
		unpackTar(t, z, folder)
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, entry := range entries {
			content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
			require.NoError(t, err)
			control[entry.Name()] = string(content)
		}
	}
}

func unpackTar(t *testing.T, from io.Reader, root string) {
	t.Helper()
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(header.Name), header.Name)
		path := filepath.Join(root, header.Name)
		if header.Typeflag == tar.TypeDir {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		content, err := io.ReadAll(archive)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, content, header.FileInfo().Mode()))
	}
}
