// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/cxone-otel/cxonereceiver/internal/signature"
	"github.com/cxone-otel/cxonereceiver/internal/signature/search"
)

// printDiagnosis prints what a search has found, or what it has ruled out.
func printDiagnosis(out io.Writer, result *search.Result) {
	if len(result.SetAside) > 0 {
		fmt.Fprintf(out, "Set aside:\n")
		for _, one := range result.SetAside {
			printLines(out, []string{one.Name + ": " + one.Why})
		}
		fmt.Fprintln(out)
	}
	switch {
	case result.Finding != nil:
		printFinding(out, result.Finding.Names[0], result.Finding)
	case result.NearMiss != nil:
		printNearMiss(out, result.NearMiss)
	default:
		printNothing(out, result)
	}
	fmt.Fprintf(out, "\n%s strings tried in %s.\n", grouped(result.Tried), result.Elapsed.Round(time.Millisecond))
}

// leftOpen explains what an attacker who sees a request can do if its signature does not cover a part.
var leftOpen = map[string]string{
	"body":      "whoever sees one request can send any body with its signature",
	"timestamp": "whoever has recorded a request can send it again at any time",
	"url":       "a request for one callback can be sent to the other",
}

func printFinding(out io.Writer, file string, f *search.Finding) {
	if f.Scheme == signature.SchemeCustom {
		fmt.Fprintf(out, "Found: a scheme that is no preset.\n")
	} else {
		fmt.Fprintf(out, "Found: %s.\n", f.Scheme)
	}
	covered, notCovered := signature.Coverage(f.Config)
	fmt.Fprintf(out, "It does not cover: %s\n", listOf(notCovered))
	for _, part := range notCovered {
		if consequence, ok := leftOpen[part]; ok {
			printLines(out, []string{part + ": " + consequence})
		}
	}
	fmt.Fprintf(out, "It covers: %s\n", listOf(covered))
	printBlock(out, f.YAML)
	if len(f.Now) > 0 {
		fmt.Fprintf(out, "\nBy the clock:\n")
		printLines(out, f.Now)
	}
	fmt.Fprintf(out, "\nWhat %s signs, %d bytes:\n\n", file, len(f.SignedStrings[0]))
	printSigned(out, f.SignedStrings[0])
	fmt.Fprintf(out, "\nHow sure:\n")
	printLines(out, f.Certainty)
	if warnings := signature.Warnings(f.Config); len(warnings) > 0 {
		fmt.Fprintf(out, "\nThe receiver will warn:\n")
		printLines(out, warnings)
	}
}

func printNearMiss(out io.Writer, miss *search.NearMiss) {
	fmt.Fprintf(out, "Nearly: the key and the scheme are clear, but the request has changed on its way.\n\n")
	printLines(out, miss.Faults)
	fmt.Fprintf(out, "\nThe signature is in %s, and signs %s with the request as it was.\n", miss.Where, miss.SignedString)
}

func printNothing(out io.Writer, result *search.Result) {
	fmt.Fprintf(out, "Not found.\n")
	if len(result.Sites) > 0 {
		fmt.Fprintf(out, "\nWhere a signature may be:\n")
		for _, site := range result.Sites {
			text := site.Where
			if site.Opened != "" {
				text += ": " + site.Opened
			}
			printLines(out, []string{text})
		}
	}
	fmt.Fprintf(out, "\nRuled out:\n")
	printLines(out, ruledOut(result))
	fmt.Fprintf(out, "\nWhat to look at:\n")
	printLines(out, result.Hints)
}

// ruledOut says which strings were ruled out.
func ruledOut(result *search.Result) []string {
	lines := []string{"Every known scheme."}
	if result.Level >= 0 {
		lines = append(lines, fmt.Sprintf("Every string of cost up to %d (how unusual it is) of method, URL, headers, parameters, body and "+
			"its hashes.", result.Level))
	}
	switch result.Stopped {
	case "timeout":
		lines = append(lines, "Time was up: --timeout gives more.")
	case "max-candidates":
		lines = append(lines, "The number of strings was reached: --max-candidates gives more.")
	case "interrupted":
		lines = append(lines, "It was interrupted.")
	}
	return lines
}

func printLines(out io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintf(out, "  - %s\n", line)
	}
}

func listOf(parts []string) string {
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// grouped writes a number with a comma before every three digits.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// diagnosis is a search's result as --output json prints it. It contains no body and no signed string.
type diagnosis struct {
	Found        bool              `json:"found"`
	NotCovered   []string          `json:"not_covered,omitempty"`
	Scheme       string            `json:"scheme,omitempty"`
	SignedString string            `json:"signed_string,omitempty"`
	YAML         string            `json:"yaml,omitempty"`
	Covered      []string          `json:"covered,omitempty"`
	Now          []string          `json:"now,omitempty"`
	Certainty    []string          `json:"certainty,omitempty"`
	Warnings     []string          `json:"warnings,omitempty"`
	NearMiss     []string          `json:"near_miss,omitempty"`
	SetAside     []search.SetAside `json:"set_aside,omitempty"`
	Sites        []search.Site     `json:"sites"`
	RuledOut     []string          `json:"ruled_out,omitempty"`
	Hints        []string          `json:"hints,omitempty"`
	Tried        uint64            `json:"tried"`
	Milliseconds int64             `json:"milliseconds"`
	Stopped      string            `json:"stopped,omitempty"`
}

func printDiagnosisJSON(out io.Writer, result *search.Result) error {
	doc := diagnosis{
		Tried:        result.Tried,
		Milliseconds: result.Elapsed.Milliseconds(),
		Stopped:      result.Stopped,
		Hints:        result.Hints,
		Sites:        append([]search.Site{}, result.Sites...), // never null
		SetAside:     result.SetAside,
	}
	switch f := result.Finding; {
	case f != nil:
		doc.Now = f.Now
		doc.Found, doc.Scheme, doc.SignedString, doc.YAML, doc.Certainty = true, f.Scheme, f.Config.SignedString, f.YAML, f.Certainty
		doc.Covered, doc.NotCovered = signature.Coverage(f.Config)
		doc.Warnings = signature.Warnings(f.Config)
	case result.NearMiss != nil:
		doc.SignedString, doc.NearMiss = result.NearMiss.SignedString, result.NearMiss.Faults
	default:
		doc.RuledOut = ruledOut(result)
	}
	return printJSON(out, doc)
}
