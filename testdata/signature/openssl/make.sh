#!/bin/sh
# Copyright The CXone Receiver Authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes keys and vectors.txt anew with openssl (3.0.19 made those that are here). Each line has an algorithm of the receiver, the
# file of the key's public half (or the text of the secret), and the signature of "signed by openssl" in base64.
set -eu
cd "$(dirname "$0")"
printf 'signed by openssl' > message
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key.pem
for curve in P-256 P-384 P-521; do
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out "$curve.key.pem"
done
openssl genpkey -algorithm ED25519 -out ed25519.key.pem
for key in rsa P-256 P-384 P-521 ed25519; do
	openssl pkey -in $key.key.pem -pubout -out $key.pub.pem
done
line() { printf '%s %s %s\n' "$1" "$2" "$(base64 -w0)"; }
{
	for hash in sha1 sha256 sha384 sha512; do
		openssl dgst -$hash -sign rsa.key.pem message | line rsa_$hash rsa.pub.pem
		openssl dgst -$hash -mac HMAC -macopt key:0123456789abcdef0123456789abcdef -binary message | line hmac_$hash 0123456789abcdef0123456789abcdef
	done
	for hash in sha256 sha384 sha512; do
		openssl dgst -$hash -sign rsa.key.pem -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest message | line rsa_pss_$hash rsa.pub.pem
		for curve in P-256 P-384 P-521; do
			openssl dgst -$hash -sign "$curve.key.pem" message | line ecdsa_$hash "$curve.pub.pem"
		done
	done
	openssl pkeyutl -sign -inkey ed25519.key.pem -rawin -in message | line ed25519 ed25519.pub.pem
	# The string itself in PKCS#1 padding, which is what rsautl -sign does.
	openssl pkeyutl -sign -inkey rsa.key.pem -in message | line rsa_raw rsa.pub.pem
} > vectors.txt
rm message
