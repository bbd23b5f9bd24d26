// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package refusal

import (
	"errors"
	"fmt"
)

// Problems collects the mistakes in a configuration, each with the path of its key.
type Problems struct{ found []error }

// Add adds a mistake. The format may wrap an error with %w.
func (p *Problems) Add(path, format string, args ...any) {
	p.found = append(p.found, fmt.Errorf(path+": "+format, args...))
}

// Err returns all mistakes as one error, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }
