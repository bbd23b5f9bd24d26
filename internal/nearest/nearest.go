// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package nearest finds the word that a user meant: the known word with the fewest different letters,
// whatever their case.
package nearest

import "strings"

// longest is the length in bytes beyond which a word is not compared. Words come from outside, and the time grows with
// their length.
const longest = 128

// Word returns the known word that is nearest to a written one; "" if none is near, which means that more than a third of
// the letters would have to change.
func Word(written string, known []string) string {
	if len(written) > longest {
		return ""
	}
	best, least := "", max(1, len(written)/3)+1
	for _, word := range known {
		if d := Distance(strings.ToLower(written), strings.ToLower(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

// Distance returns the least number of letters to insert, delete, replace or swap with the next one to turn a into b (the
// optimal string alignment distance).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(replaced, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
