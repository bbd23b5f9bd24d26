// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	encodingGzip    = "gzip"
	encodingDeflate = "deflate"
	encodingZstd    = "zstd"
)

// maxZstdWindow bounds what a zstd frame can make its reader allocate.
const maxZstdWindow = 8 << 20

// decompressors open a body by its Content-Encoding (RFC 9110, section 8.4.1: deflate is the zlib format).
var decompressors = map[string]func(io.Reader) (io.ReadCloser, error){
	encodingGzip:    func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	encodingDeflate: zlib.NewReader,
	encodingZstd: func(r io.Reader) (io.ReadCloser, error) {
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	},
}

// contentEncoding returns a request's Content-Encoding under the name by which it is configured; "" is a body as it is.
func contentEncoding(r *http.Request) string {
	switch encoding := strings.ToLower(strings.TrimSpace(strings.Join(r.Header.Values("Content-Encoding"), ","))); encoding {
	case "identity":
		return ""
	case "x-gzip":
		return encodingGzip
	default:
		return encoding
	}
}

// decompress inflates a body, within the limit and the share.
func decompress(encoding string, body []byte, limit int64, s *share) (*[]byte, error) {
	r, err := decompressors[encoding](bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAll(r, -1, limit, s)
}
