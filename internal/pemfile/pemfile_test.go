// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package pemfile

import (
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(kind, content string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: []byte(content)}))
}

func TestBlocks(t *testing.T) {
	one, two := text("CERTIFICATE", strings.Repeat("one", 40)), text("CERTIFICATE", strings.Repeat("two", 40))
	for name, data := range map[string]string{
		"alone":                       one + two,
		"with comments between":       "Issuer: CN=one\n" + one + "\nIssuer: CN=two\n" + two + "bye\n",
		"with lines of Windows":       strings.ReplaceAll(one+two, "\n", "\r\n"),
		"beside a key":                text("PRIVATE KEY", "x") + one + two,
		"with blanks in the base64":   strings.ReplaceAll(one, "\nb", "\n b") + two,
		"without a line end after it": one + strings.TrimSpace(two),
	} {
		t.Run(name, func(t *testing.T) {
			blocks, err := Blocks([]byte(data), "CERTIFICATE")
			require.NoError(t, err)
			require.Len(t, blocks, 2)
			assert.Equal(t, strings.Repeat("two", 40), string(blocks[1].Bytes))
		})
	}
}

func TestWhatIsWrong(t *testing.T) {
	one, two := text("CERTIFICATE", "one"), text("CERTIFICATE", "two")
	indented := "    " + strings.ReplaceAll(strings.TrimSpace(one), "\n", "\n    ") + "\n"
	var utf16 strings.Builder
	for _, c := range []byte(one) {
		utf16.Write([]byte{c, 0})
	}
	for name, tc := range map[string]struct{ data, says string }{
		"empty":                        {"", "empty"},
		"blank":                        {" \n", "empty"},
		"noise":                        {"hello", "no PEM"},
		"DER":                          {"\x30\x82\x01\x00", "openssl x509 -inform DER"},
		"UTF-16":                       {utf16.String(), "UTF-16"},
		"a byte order mark":            {"\xef\xbb\xbf" + one, "byte order mark"},
		"a byte order mark before two": {"\xef\xbb\xbf" + one + two, "byte order mark"},
		"indented":                     {indented, "indented"},
		"the first is indented":        {indented + two, "indented"},
		"the last is indented":         {two + indented, "indented"},
		"text before it":               {"cert: " + one, "text before -----BEGIN"},
		"cut off":                      {one[:len(one)-12], "broken"},
		"the first is cut off":         {one[:len(one)-12] + "\n" + two, "broken"},
		"no base64":                    {strings.Replace(one, "b25l", "b*5l", 1), "broken"},
		"an end of another type":       {strings.Replace(one, "END CERTIFICATE", "END KEY", 1), "broken"},
		"a private key":                {text("RSA PRIVATE KEY", "secret"), "holds RSA PRIVATE KEY where CERTIFICATE is expected"},
		"an encrypted key":             {text("ENCRYPTED PRIVATE KEY", "secret"), "openssl pkey"},
		"two of a kind":                {text("X509 CRL", "1") + text("X509 CRL", "2"), "holds X509 CRL where"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Blocks([]byte(tc.data), "CERTIFICATE")
			require.ErrorContains(t, err, tc.says)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}
