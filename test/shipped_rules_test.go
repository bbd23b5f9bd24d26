// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// rule is an item of the list: a check of a file, and a function that removes what the check looks for. If a rule does not
// concern a file, the function removes nothing.
type rule struct {
	wants func(s *shipped) error
	take  func(s *shipped) bool
}

// ofExporters checks each exporter to a network, and removes a key from the last of them.
func ofExporters(want any, keys ...string) rule {
	return rule{
		wants: func(s *shipped) error {
			for _, exporter := range s.toNetwork() {
				if got := inside(exporter, keys...); got == nil || want != nil && got != want {
					return fmt.Errorf("%s is %v", strings.Join(keys, "::"), got)
				}
			}
			return nil
		},
		take: func(s *shipped) bool {
			exporters := s.toNetwork()
			if len(exporters) == 0 {
				return false
			}
			delete(inside(exporters[len(exporters)-1], keys[:len(keys)-1]...).(map[string]any), keys[len(keys)-1])
			return true
		},
	}
}

var (
	directory   = regexp.MustCompile(`\$\{env:CXONE_QUEUE:-[^}]*\}(/[a-z-]+)$`)
	withDefault = regexp.MustCompile(`\$\{env:(\w+):-([^}]*)\}`)
	harmless    = regexp.MustCompile(`^(localhost(:\d+)?|0\.0\.0\.0|\d+|true|false|[a-z./-]*)$`)
	startLine   = regexp.MustCompile(`(?m)^# +GOMEMLIMIT=410MiB bin/otelcol-cxone --config examples/\S+$`)
	endpoint    = regexp.MustCompile(`\$\{env:(\w+)\}`)
)

// list is what every configuration must have, so that what is acknowledged arrives.
var list = map[string]rule{
	"the queue is on disk":                  ofExporters("file_storage", "sending_queue", "storage"),
	"the queue's size is bytes":             ofExporters("bytes", "sending_queue", "sizer"),
	"the queue's size is that of the docs":  ofExporters(2_000_000_000, "sending_queue", "queue_size"),
	"the exporter batches":                  ofExporters("items", "sending_queue", "batch", "sizer"),
	"the exporter waits for a batch":        ofExporters(nil, "sending_queue", "batch", "flush_timeout"),
	"the exporter never gives up":           ofExporters("0s", "retry_on_failure", "max_elapsed_time"),
	"the queue has a directory":             {wants: wantsDirectory, take: takeStorage},
	"the queue's storage is started":        {wants: wantsStorageStarted, take: takeStarted},
	"the memory limiter comes first":        {wants: wantsLimiterFirst, take: takeLimiter},
	"GOMEMLIMIT is in the command":          {wants: wantsMemoryLimit, take: takeText(startLine)},
	"own metrics reach the backend":         {wants: wantsOwnMetrics, take: takePeriodic},
	"nothing counts again, or acknowledges": {wants: wantsNoProcessing, take: giveConnector},
	"hosts and credentials have no default": {wants: wantsNoDefaults, take: giveDefault},
}

func takeStorage(s *shipped) bool {
	_, had := s.section("extensions")["file_storage"]
	delete(s.section("extensions"), "file_storage")
	return had
}

func takeStarted(s *shipped) bool {
	return takeFrom(inside(s.config, "service"), "extensions", "file_storage")
}

func giveConnector(s *shipped) bool {
	s.config["connectors"] = map[string]any{"count": nil}
	return true
}

func giveDefault(s *shipped) bool {
	s.text += "\n#${env:DD_API_KEY:-none}"
	return true
}

// takeFrom removes a value from a list.
func takeFrom(from any, key, value string) bool {
	m, _ := from.(map[string]any)
	values, _ := m[key].([]any)
	without := slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == value })
	if len(without) == len(values) {
		return false
	}
	m[key] = without
	return true
}

func takeText(pattern *regexp.Regexp) func(s *shipped) bool {
	return func(s *shipped) bool {
		had := pattern.MatchString(s.text)
		s.text = pattern.ReplaceAllString(s.text, "")
		return had
	}
}

func wantsDirectory(s *shipped) error {
	if len(s.toNetwork()) == 0 {
		return nil
	}
	path, _ := inside(s.config, "extensions", "file_storage", "directory").(string)
	if !directory.MatchString(path) || inside(s.config, "extensions", "file_storage", "create_directory") != true {
		return fmt.Errorf("file_storage is in %q", path)
	}
	return nil
}

func wantsStorageStarted(s *shipped) error {
	started, _ := inside(s.config, "service", "extensions").([]any)
	if len(s.toNetwork()) > 0 && !slices.Contains(started, any("file_storage")) {
		return fmt.Errorf("only %v are started", started)
	}
	return nil
}

func (s *shipped) pipelines() map[string]any {
	pipelines, _ := inside(s.config, "service", "pipelines").(map[string]any)
	return pipelines
}

func wantsLimiterFirst(s *shipped) error {
	for name, pipeline := range s.pipelines() {
		processors, _ := inside(pipeline, "processors").([]any)
		has := s.section("processors")["memory_limiter"] != nil || len(s.toNetwork()) > 0
		if has && (len(processors) == 0 || processors[0] != "memory_limiter") {
			return fmt.Errorf("%s has %v", name, processors)
		}
	}
	return nil
}

func takeLimiter(s *shipped) bool {
	for _, pipeline := range s.pipelines() {
		if takeFrom(pipeline, "processors", "memory_limiter") {
			return true
		}
	}
	return false
}

// wantsMemoryLimit checks the command in the head of an example. For deploy/, TestMemoryLimits checks it.
func wantsMemoryLimit(s *shipped) error {
	if strings.HasPrefix(s.name, "examples/") && s.section("processors")["memory_limiter"] != nil && !startLine.MatchString(s.text) {
		return fmt.Errorf("no line like %s", startLine)
	}
	return nil
}

// wantsOwnMetrics checks for a reader that pushes to the same place as an exporter of the metrics pipeline.
func wantsOwnMetrics(s *shipped) error {
	if len(s.toNetwork()) == 0 {
		return nil
	}
	var backend []string // variables with its address
	for _, exporter := range s.toNetwork() {
		for _, key := range []string{"endpoint", "metrics_endpoint"} {
			address, _ := exporter[key].(string)
			backend = append(backend, endpoint.FindString(address))
		}
	}
	for _, reader := range s.readers() {
		pushed, _ := inside(reader, "periodic", "exporter", "otlp", "endpoint").(string)
		address, throughKafka := endpoint.FindString(pushed), s.section("exporters")["kafka"] != nil
		if address != "" && (slices.Contains(backend, address) || throughKafka) {
			return nil
		}
	}
	return fmt.Errorf("of %d readers none pushes to %v", len(s.readers()), backend)
}

func takePeriodic(s *shipped) bool {
	metrics, _ := inside(s.config, "service", "telemetry", "metrics").(map[string]any)
	readers := slices.DeleteFunc(s.readers(), func(r any) bool { return inside(r, "periodic") != nil })
	had := len(readers) < len(s.readers())
	if had {
		metrics["readers"] = readers
	}
	return had
}

// wantsNoProcessing refuses components that filter, batch before the queue, or count records a second time.
func wantsNoProcessing(s *shipped) error {
	if len(s.section("connectors")) > 0 {
		return fmt.Errorf("connectors: %v", s.section("connectors"))
	}
	for name := range s.section("processors") {
		if kind, _, _ := strings.Cut(name, "/"); kind != "memory_limiter" && kind != "resource" {
			return fmt.Errorf("processor %s", name)
		}
	}
	return nil
}

// wantsNoDefaults refuses a default that is a host of somebody's, or that looks like a credential.
func wantsNoDefaults(s *shipped) error {
	for _, match := range withDefault.FindAllStringSubmatch(s.text, -1) {
		name, value := match[1], match[2]
		secret := strings.HasSuffix(name, "_KEY") || strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_AUTH")
		if secret || !harmless.MatchString(value) {
			return fmt.Errorf("%s has the default %q", name, value)
		}
	}
	return nil
}
