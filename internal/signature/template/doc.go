// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

// Package template has the language of `signed_string`, and the way to sign that it describes: a string that is made of the
// request, and one signature of it in one place. A template is parsed and checked once:
//
//	{atom}  {atom|filter|filter}  {header:Name}  {query:name}  {field:name}  {(a group of them)|filter}  \n \t \\ \{ \} \( \)
//
// Everything else is literal. Values are used as they were sent: {path}, {query}, {query:name} and {url} still
// percent-encoded, headers unchanged. {timestamp}, {key_version}, {consumer_id} and {nonce} are the parts' values; in the
// query, they are decoded. {secret} is the key's, for algorithms that sign it. Filters apply from left to right:
//
//	trim                     takes white space off both ends (space, tab, CR, LF)
//	lower, upper             change ASCII letters
//	sha1 sha256 sha384
//	sha512 md5               give the raw bytes of the digest
//	hex, base64              encode; hex in lower case, base64 padded
//	base64url                encodes in the URL alphabet, not padded
//	urldecode                undoes percent-encoding and turns + into a space; a broken escape stays as it is
//	urlencode                encodes all but RFC 3986's unreserved characters, in upper-case hex
//	utf16le                  turns UTF-8 into UTF-16, without a byte order mark
//	json_compact             drops white space outside strings
//	json_canonical           writes JSON as RFC 8785 says
//
// The JSON filters refuse text that is not JSON, and JSON with one name twice in an object.
package template
