// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"crypto/rsa"
	"fmt"
)

// maxOpenings bounds the cost of explaining one refusal: an opening costs as much as a verification.
const maxOpenings = 8

// Fault tells a wrong key from a wrong string, which is possible only for RSA: if a key opens a signature, the signature
// was made with it. It returns a sentence for the operator, or the empty string. lookAt names what may have changed the
// string.
func Fault(tried []*Key, signatures [][]byte, lookAt string) string {
	openings := 0
	for _, k := range tried {
		public, ok := k.public.(*rsa.PublicKey)
		if !ok {
			return "" // for other keys it cannot be told
		}
		for _, signature := range signatures {
			if openings++; openings > maxOpenings {
				return ""
			}
			readings := Open(public, signature)
			if len(readings) == 0 {
				continue
			}
			opened := readings[0]
			switch algorithm := opened.Algorithm(); {
			case opened.Padding == PSS && len(opened.Salt) > opened.Hash.Size(): // it may be noise
			case algorithm == k.Algorithm.Name:
				return fmt.Sprintf("the key fits, the signed string differs: look at %s", lookAt)
			case algorithm != "":
				return fmt.Sprintf("the key fits, but it signed with %s, and its algorithm here is %s", algorithm, k.Algorithm.Name)
			default:
				return fmt.Sprintf("the key fits, but the signature, which %s, is not %s", opened, k.Algorithm.Name)
			}
		}
	}
	if openings == 0 {
		return ""
	}
	return "no RSA key opens the signature, so another key made it: compare the key pair and its version"
}
