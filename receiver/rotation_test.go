// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/signaturetest"
)

// secretVolume is a directory as Kubernetes mounts a secret: its files are links through ..data, which is replaced as a
// whole.
type secretVolume struct {
	t       *testing.T
	dir     string
	version int
}

func (v *secretVolume) swap(files map[string][]byte) {
	v.t.Helper()
	v.version++
	data := fmt.Sprintf("..%d", v.version)
	require.NoError(v.t, os.Mkdir(filepath.Join(v.dir, data), 0o700))
	for name, content := range files {
		require.NoError(v.t, os.WriteFile(filepath.Join(v.dir, data, name), content, 0o600))
		if _, err := os.Lstat(filepath.Join(v.dir, name)); err != nil {
			require.NoError(v.t, os.Symlink(filepath.Join("..data", name), filepath.Join(v.dir, name)))
		}
	}
	require.NoError(v.t, os.Symlink(data, filepath.Join(v.dir, "..data_tmp")))
	require.NoError(v.t, os.Rename(filepath.Join(v.dir, "..data_tmp"), filepath.Join(v.dir, "..data")))
}

func newPair(t *testing.T) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key, signaturetest.PublicPEM(t, &key.PublicKey)
}

// TestRotationUnderLoad changes from the first key to the second while deliveries keep coming and the files are replaced.
// No delivery that is signed with an announced key may be refused.
func TestRotationUnderLoad(t *testing.T) {
	first, firstPublic := newPair(t)
	second, secondPublic := newPair(t)
	_, otherPublic := newPair(t)
	volume := &secretVolume{t: t, dir: t.TempDir()}
	volume.swap(map[string][]byte{"v1.pem": firstPublic})

	scheme := fullScheme()
	scheme.RefreshInterval = time.Second
	scheme.Keys = []signature.KeyConfig{
		{Version: "1", Algorithm: "rsa_sha256", PublicKeyFile: filepath.Join(volume.dir, "v1.pem")},
		{Version: "2", Algorithm: "rsa_sha256", PublicKeyFile: filepath.Join(volume.dir, "v2.pem")}, // not there yet
	}
	cfg := testConfig()
	cfg.Signature = configoptional.Some(SignatureConfig{Config: scheme})
	r := run(t, cfg)
	signers := map[string]*signature.Signer{}
	for version, key := range map[string]*rsa.PrivateKey{"1": first, "2": second} {
		signer, err := signature.NewSigner(&scheme, signature.Callback{}, signature.SigningKey{Version: version, PrivateKey: key})
		require.NoError(t, err)
		signers[version] = signer
	}

	var sent, refused atomic.Int64
	var inFlight sync.RWMutex // held for reading by a delivery from its signing to its answer
	var version atomic.Value
	version.Store("1")
	stop := make(chan struct{})
	var senders sync.WaitGroup
	for range 4 {
		senders.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				body := fmt.Sprintf(`{"ContactId": %d}`, sent.Add(1))
				req, err := http.NewRequest(http.MethodPost, r.url+voicePath, strings.NewReader(body))
				inFlight.RLock()
				if !assert.NoError(t, err) || !assert.NoError(t, signers[version.Load().(string)].Sign(req, []byte(body), time.Now())) {
					inFlight.RUnlock()
					return
				}
				resp, err := r.client.Do(req)
				inFlight.RUnlock()
				if !assert.NoError(t, err) {
					return
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					refused.Add(1)
				}
			}
		})
	}
	phase := func(files map[string][]byte, next string) {
		time.Sleep(150 * time.Millisecond)
		volume.swap(files)
		version.Store(next)
	}
	phase(map[string][]byte{"v1.pem": firstPublic, "v2.pem": secondPublic}, "2") // both: the first request reads v2
	phase(map[string][]byte{"v1.pem": firstPublic, "v2.pem": secondPublic}, "1") // a sender that went back
	// what was signed with the first key has been answered before that key is replaced
	inFlight.Lock()
	version.Store("2")
	inFlight.Unlock()
	phase(map[string][]byte{"v1.pem": otherPublic, "v2.pem": secondPublic}, "2")
	time.Sleep(1500 * time.Millisecond)
	close(stop)
	senders.Wait()
	assert.Zero(t, refused.Load(), "of %d; %s", sent.Load(), r.logged())
	assert.Greater(t, sent.Load(), int64(100))

	// The replaced key must be refused by now.
	body := `{"ContactId": 0}`
	req, err := http.NewRequest(http.MethodPost, r.url+voicePath, strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, signers["1"].Sign(req, []byte(body), time.Now()))
	code, _, _ := r.do(req)
	assert.Equal(t, 401, code)
	assert.Positive(t, r.counted("otelcol_receiver_cxone_key_reloads", "outcome", "success"))
}
