// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// logLine is a log record as VictoriaLogs answers it: a JSON object of texts.
type logLine struct {
	Time     time.Time `json:"_time"`
	Severity string    `json:"severity_text"`
	Number   int       `json:"severity_number,string"`
	Event    string    `json:"event_name"`
	Message  string    `json:"_msg"`
	Error    string    `json:"cxone.record.error"`
}

// Text is the message, and what it alone doesn't say.
func (l logLine) Text() string {
	if l.Error != "" {
		return l.Message + " (" + l.Error + ")"
	}
	return l.Message
}

// Bad reports whether the record is a warning or worse.
func (l logLine) Bad() bool { return l.Number >= 13 }

// of selects, in LogsQL, the log records that have a field with this value.
func of(field, value string) string { return fmt.Sprintf("%q:=%q", field, value) }

// logLines are the log records that VictoriaLogs has of a query, in the order of their times.
func logLines(ctx context.Context, address, query string) (lines []logLine, err error) {
	from := "http://" + address + "/select/logsql/query?query=" + url.QueryEscape(query+" | sort by (_time)")
	err = process.Get(ctx, from, func(response *http.Response) error {
		decoder := json.NewDecoder(response.Body)
		for {
			var line logLine
			if err := decoder.Decode(&line); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
			lines = append(lines, line)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("ask VictoriaLogs: %w", err)
	}
	return lines, nil
}

// logsPage is where VictoriaLogs' own pages show what they have of a query.
func logsPage(query string) template.URL {
	values := url.Values{"query": {cmp.Or(query, "*")}, "g0.relative_time": {"last_24_hours"}}
	return template.URL("/select/vmui/#/?" + values.Encode()) //nolint:gosec // encoded
}
