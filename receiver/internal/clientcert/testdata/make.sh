#!/usr/bin/env bash
# Copyright The CXone Receiver Authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the certificates and revocation lists of this directory with OpenSSL 3. Run it here; the keys are thrown away.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = this
[this]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
[any]
commonName = supplied
[req]
distinguished_name = dn
prompt = no
[dn]
CN = made by OpenSSL
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
crlDistributionPoints = URI:http://crl.example.org/part-1.crl
[complete]
authorityKeyIdentifier = keyid
[users]
issuingDistributionPoint = critical, @idp_users
[idp_users]
onlyuser = TRUE
[authorities]
issuingDistributionPoint = critical, @idp_authorities
[idp_authorities]
onlyCA = TRUE
[attributes]
issuingDistributionPoint = critical, @idp_attributes
[idp_attributes]
onlyAA = TRUE
[indirect]
issuingDistributionPoint = critical, @idp_indirect
[idp_indirect]
indirectCRL = TRUE
[compromise]
issuingDistributionPoint = critical, @idp_compromise
[idp_compromise]
onlysomereasons = keyCompromise, CACompromise
[others]
issuingDistributionPoint = critical, @idp_others
[idp_others]
onlysomereasons = affiliationChanged, superseded, cessationOfOperation, certificateHold, privilegeWithdrawn, AACompromise
[part1]
issuingDistributionPoint = critical, @idp_part1
[idp_part1]
fullname = URI:http://crl.example.org/part-1.crl
[part2]
issuingDistributionPoint = critical, @idp_part2
[idp_part2]
fullname = URI:http://crl.example.org/part-2.crl
[delta]
2.5.29.27 = critical, DER:020101
[unknown]
1.2.3.4.5 = critical, DER:0500
CNF
: >"$work/index"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out ca.pem \
	-config "$work/ca.cnf" -extensions root -days 3650
for name in good revoked; do
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/$name.key" -out "$work/$name.csr" -config "$work/ca.cnf" -subj "/CN=$name"
	openssl ca -batch -notext -config "$work/ca.cnf" -keyfile "$work/ca.key" -cert ca.pem -extensions client -rand_serial \
		-startdate 20260101000000Z -enddate 20360101000000Z -in "$work/$name.csr" -out "$name.pem"
done
list() { # file, number, extensions
	printf '%02X\n' "$2" >"$work/crlnumber"
	sed "s#^database#crlnumber = $work/crlnumber\n&#" "$work/ca.cnf" >"$work/crl.cnf"
	openssl ca -gencrl -config "$work/crl.cnf" -keyfile "$work/ca.key" -cert ca.pem -crlexts "$3" \
		-crl_lastupdate 20260101000000Z -crl_nextupdate 20350101000000Z -out "$1.crl.pem"
}
list empty 1 complete
openssl ca -config "$work/ca.cnf" -keyfile "$work/ca.key" -cert ca.pem -revoke revoked.pem -crl_reason keyCompromise
list complete 2 complete
for kind in users authorities attributes indirect compromise others part1 part2 delta unknown; do list "$kind" 3 "$kind"; done
