// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

//go:build race

package signature

const raceEnabled = true
