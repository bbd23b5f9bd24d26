// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package receiver

const raceEnabled = false
