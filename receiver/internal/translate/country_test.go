// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package translate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCountryCodes(t *testing.T) {
	assert.Len(t, strings.Fields(countries), 249, "as many as ISO 3166-1 assigns")
	for given, want := range map[string]string{
		"GB": "GB", "us": "US", "De": "DE", "ZW": "ZW", "AD": "AD", "SS": "SS", "YE": "YE",
		"UK": "", "ZZ": "", "EU": "", "XK": "", "AN": "", "SU": "", "A": "", "": "", "GBR": "", "D ": "", " D": "", "ÄÖ": "", "England": "",
	} {
		attrs := firstSpanAttributes(voice(t, defaults(), `{"ContactId":1,"LocationCountry":"`+given+`"}`))
		assert.Equal(t, want, get(attrs, "geo.country.iso_code"), given)
		assert.Equal(t, given, get(attrs, "cxone.location.country"))
	}
}
