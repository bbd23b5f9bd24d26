// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package capture writes and reads requests as raw HTTP/1.1 text, one in each file. The receiver writes requests that it
// refused. The operator's command reads them to find out how the sender signs.
//
// The text has the request line, the header fields, an empty line, and the body exactly as it was sent. The header fields
// are sorted, since net/http keeps neither their order nor the case of their names. Chunking is undone: Content-Length is
// the body's length. A capture holds everything in the request, secrets included.
package capture

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parts of a name that FileName makes.
const (
	// Pattern matches the names.
	Pattern = prefix + "*" + suffix

	prefix, suffix = "rejected-", ".http"
	stamp          = "20060102T150405" // a fraction of the second may follow
)

// FileName names the file of a capture by its time and by a number, since several can have the same time.
func FileName(at time.Time, number int) string {
	return fmt.Sprintf("%s%s-%03d%s", prefix, at.UTC().Format(stamp+".000000000"), number, suffix)
}

// TimeOf returns when a request was captured, by its file's name: a copy of a file has another time, but the same name. It
// is zero for other names.
func TimeOf(file string) time.Time {
	name, ok := strings.CutPrefix(filepath.Base(file), prefix)
	name, _, _ = strings.Cut(strings.TrimSuffix(name, suffix), "-")
	at, err := time.Parse(stamp, name)
	if !ok || err != nil {
		return time.Time{}
	}
	return at
}

// MaxBody is how many bytes a body may have for Read: twice the receiver's default.
const MaxBody = 16 << 20

// Write writes a request that a server received, with its body.
func Write(w io.Writer, r *http.Request, body []byte) error {
	out := bufio.NewWriter(w)
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	fmt.Fprintf(out, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, target, r.Host)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.Header[name] {
			fmt.Fprintf(out, "%s: %s\r\n", name, value)
		}
	}
	fmt.Fprintf(out, "Content-Length: %s\r\n\r\n", strconv.Itoa(len(body)))
	_, _ = out.Write(body) // the error stays until Flush
	return out.Flush()
}

// Read reads a captured request and its body. The request is as a server would see it, but without TLS, which is not in the
// text. A text made by hand may end its lines with a bare line feed. It may also leave out Content-Length; then everything
// after the empty line is the body.
func Read(r io.Reader) (*http.Request, []byte, error) {
	in := bufio.NewReader(r)
	req, err := http.ReadRequest(in)
	if err != nil {
		return nil, nil, fmt.Errorf("not an HTTP request as it travels (request line, header fields, an empty line, body): %w", err)
	}
	defer req.Body.Close()
	rest := io.Reader(req.Body)
	if req.Header.Get("Content-Length") == "" && len(req.TransferEncoding) == 0 {
		rest = in
	}
	body, err := io.ReadAll(io.LimitReader(rest, MaxBody+1))
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("the body is shorter than Content-Length says; without that line, the body is all that follows the "+
			"empty one: %w", err)
	case len(body) > MaxBody:
		return nil, nil, fmt.Errorf("the body is longer than %d bytes", MaxBody)
	}
	req.ContentLength = int64(len(body))
	return req, body, nil
}
