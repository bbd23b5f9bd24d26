// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package nearest finds the word that a user meant: the known word with the fewest different letters,
// whatever their case.
package nearest

import "strings"

// longest is the length in bytes beyond which a word is not compared: it comes from outside, and the time grows with its
// length.
const longest = 128

// Word returns the known word that is nearest to what was written, "" where none is near: more than a third of the letters
// would have to change.
func Word(written string, known []string) string {
	if len(written) > longest {
		return ""
	}
	best, least := "", max(1, len(written)/3)+1
	for _, word := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(word)); d < least {
			best, least = word, d
		}
	}
	return best
}

// distance returns the least number of letters to insert, delete, replace or swap with the next that makes b of a (the
// optimal string alignment distance).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			d[i][j] = min(replaced, d[i-1][j]+1, d[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
