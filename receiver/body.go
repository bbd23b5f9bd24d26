// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package receiver

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

var (
	errTooLarge = errors.New("too large")
	errBusy     = errors.New("no room at present")
)

const (
	firstRead = 4 << 10 // the room for a body before anything of it has come
	evenStep  = 1 << 20 // room doubles up to here: more would be held than has come
)

// readAll reads to the end, at most limit bytes. It counts bytes as they come, whatever length was declared. count reports
// whether there is room for them.
func readAll(r io.Reader, declared, limit int64, count func(n int64) bool) ([]byte, error) {
	b := make([]byte, 0, firstSize(declared))
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return nil, errTooLarge
		case !count(int64(n)):
			return nil, errBusy
		case errors.Is(err, io.EOF):
			return b, nil
		case err != nil:
			return nil, err
		}
		if len(b) == cap(b) {
			larger := make([]byte, len(b), nextSize(len(b), declared, limit))
			copy(larger, b)
			b = larger
		}
	}
}

func firstSize(declared int64) int {
	if declared < 0 {
		return firstRead
	}
	return int(min(declared+1, firstRead))
}

// nextSize returns the size of the next buffer: at most what was declared or is allowed, plus one byte, which tells a full
// buffer from the end of the body. The buffer has room for all of that once half has come: while one buffer is copied to the
// next, both are in memory.
func nextSize(size int, declared, limit int64) int {
	most := limit
	if declared > 0 {
		most = min(declared, limit)
	}
	next := int64(size) + int64(max(size/4, min(size, evenStep)))
	if int64(size) >= most/2 {
		next = most + 1
	}
	return int(max(min(next, most+1), int64(size)+1))
}

const (
	encodingGzip    = "gzip"
	encodingDeflate = "deflate"
	encodingZstd    = "zstd"
)

// maxZstdWindow bounds the memory that a zstd frame can make its reader allocate.
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

// contentEncoding returns a request's Content-Encoding under its name in the configuration; "" means that the body is not
// compressed.
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

// decompress inflates a body. The limit and the share bound its size.
func decompress(encoding string, body []byte, limit int64, s *share) ([]byte, error) {
	r, err := decompressors[encoding](bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAll(r, -1, limit, s.take)
}
