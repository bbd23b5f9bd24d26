// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireAccepts pastes the block, and the receiver's code verifies requests, one of which the search has not seen.
func requireAccepts(t *testing.T, yaml string, captures ...Capture) {
	t.Helper()
	receiver := startedWith(t, yaml)
	for i, c := range captures {
		require.NoError(t, receiver.judge(calls()[i].path, c.Request, c.Body, calls()[i].at.Add(time.Second)), yaml)
	}
}
