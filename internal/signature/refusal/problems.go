// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package refusal

import (
	"errors"
	"fmt"
)

// Problems collects what is wrong with a configuration, each with the path of the key that it is about.
type Problems struct{ found []error }

// Add adds one. The format may wrap an error with %w.
func (p *Problems) Add(path, format string, args ...any) {
	p.found = append(p.found, fmt.Errorf(path+": "+format, args...))
}

// Err returns all of them, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }
