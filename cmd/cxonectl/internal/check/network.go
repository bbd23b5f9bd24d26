// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// resolve looks up the host. The vendor's server is on the internet, so it cannot reach a private address.
func (c *checker) resolve(ctx context.Context) bool {
	host := c.URL.Hostname()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(found) == 0 {
		c.fail("name", fmt.Sprintf("%s is not known here: %v", host, err), "make a DNS record for it, or correct the name in the URL")
		return false
	}
	var texts, internal []string
	for _, ip := range found {
		ip = ip.Unmap()
		texts = append(texts, ip.String())
		if !isPublic(ip) {
			internal = append(internal, ip.String())
		}
		c.addresses = append(c.addresses, net.JoinHostPort(ip.String(), c.port()))
	}
	text := fmt.Sprintf("%s is %s", host, strings.Join(texts, ", "))
	if len(internal) > 0 {
		text += "; not an address of the internet"
		if len(internal) < len(texts) {
			text += ": " + strings.Join(internal, ", ")
		}
		c.warn("name", text, "the vendor's servers look the name up in public DNS: run this check from outside your network too")
	} else {
		c.ok("name", text)
	}
	return true
}

func isPublic(ip netip.Addr) bool {
	return ip.IsGlobalUnicast() && !ip.IsPrivate()
}

// connect opens a connection to every address, since the vendor's server may choose any.
func (c *checker) connect(ctx context.Context) bool {
	var answering, silent []string
	var last error
	for _, address := range c.addresses {
		connection, err := c.dial(ctx, address)
		if err != nil {
			silent, last = append(silent, address), err
			continue
		}
		_ = connection.Close()
		answering = append(answering, address)
	}
	c.addresses = answering
	const remedy = "is the collector running, does its endpoint listen on that interface, " +
		"and do firewall and load balancer let the port through?"
	switch {
	case len(answering) == 0:
		c.fail("connection", last.Error(), remedy)
		return false
	case len(silent) > 0:
		c.fail("connection", fmt.Sprintf("%s answers, but %s does not: %v", strings.Join(answering, ", "), strings.Join(silent, ", "), last),
			"take the address out of DNS, or let something answer there; "+remedy)
	default:
		c.ok("connection", strings.Join(answering, ", ")+" answers")
	}
	return true
}

func (c *checker) dial(ctx context.Context, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: c.Timeout}
	return dialer.DialContext(ctx, "tcp", address)
}
