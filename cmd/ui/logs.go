// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/collector/pdata/plog"

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

// Class is the severity for the page's colours.
func (l logLine) Class() string {
	switch {
	case l.Number >= int(plog.SeverityNumberError):
		return "bad"
	case l.Number >= int(plog.SeverityNumberWarn):
		return "poor"
	default:
		return "dim"
	}
}

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

// logsPage is where VictoriaLogs' own pages show the log records that have a field with this value, of a time and a minute around.
func logsPage(field, value string, from, to time.Time) template.URL {
	const around = time.Minute
	from, to = from.Add(-around).Truncate(time.Second), to.Add(around).Truncate(time.Second)
	values := url.Values{
		"query": {of(field, value)}, "g0.range_input": {to.Sub(from).String()}, "g0.end_input": {to.UTC().Format(time.RFC3339)},
		"g0.relative_time": {"none"},
	}
	return template.URL(logsAt + values.Encode()) //nolint:gosec // encoded
}

// logsAt is where VictoriaLogs' own pages are, and allLogs where they show everything.
const (
	logsAt  = "/select/vmui/#/?"
	allLogs = logsAt + "query=*&g0.relative_time=last_1_hour"
)
