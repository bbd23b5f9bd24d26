// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package receiver

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedByAnother reports whether a file belongs to another user than this process's, root apart.
func ownedByAnother(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid()
}
