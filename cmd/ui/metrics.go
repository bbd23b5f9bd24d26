// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cxone-otel/cxonereceiver/cmd/internal/process"
)

// series is one of VictoriaMetrics' answer.
type series struct {
	Labels map[string]string `json:"metric"`
	Value  sample            // of a query for one moment
	Values []sample          // of a query for a time
}

// sample is a value at a time.
type sample struct {
	At    time.Time
	Value float64
}

// UnmarshalJSON reads a pair of the seconds since 1970, and the value as text.
func (s *sample) UnmarshalJSON(text []byte) error {
	var seconds float64
	var value string
	if err := json.Unmarshal(text, &[]any{&seconds, &value}); err != nil {
		return err
	}
	s.At = time.UnixMilli(int64(seconds * 1000)).UTC()
	var err error
	s.Value, err = strconv.ParseFloat(value, 64)
	return err
}

// shown is the time that pages show.
type shown struct{ from, to time.Time }

func (s shown) length() time.Duration { return s.to.Sub(s.from) }

// step is what lies between two samples: no less than between two scrapes, and about 200 of them.
func (s shown) step() time.Duration {
	return max(scrapeInterval, (s.length() / 200).Round(time.Second))
}

// over asks VictoriaMetrics for an expression's values in the time shown.
func (s shown) over(ctx context.Context, address, expr string) ([]series, error) {
	return ask(ctx, address, "query_range", url.Values{
		"query": {expr}, "start": {unix(s.from)}, "end": {unix(s.to)}, "step": {fmt.Sprint(s.step().Seconds())},
	})
}

// last asks VictoriaMetrics for an expression's values at the end of the time shown.
func (s shown) last(ctx context.Context, address, expr string) ([]series, error) {
	return ask(ctx, address, "query", url.Values{"query": {expr}, "time": {unix(s.to)}})
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

func ask(ctx context.Context, address, path string, values url.Values) ([]series, error) {
	var answer struct {
		Data struct{ Result []series }
	}
	err := process.Get(ctx, "http://"+address+"/api/v1/"+path+"?"+values.Encode(), func(response *http.Response) error {
		return json.NewDecoder(response.Body).Decode(&answer)
	})
	if err != nil {
		return nil, fmt.Errorf("ask VictoriaMetrics: %w", err)
	}
	return answer.Data.Result, nil
}
