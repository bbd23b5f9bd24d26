// Copyright The CXone Receiver Authors
// SPDX-License-Identifier: Apache-2.0

package story

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// The tenant of all journeys.
const (
	businessUnit = 4600000
	cluster      = "B32"
)

// site is a place where agents work, with its usual network.
type site struct {
	isp, country, city string
	rtt, jitter        float64 // ms
	loss               float64 // per cent
}

var sites = []site{
	{"Great Western Broadband", "GB", "Reading", 38, 4, 0.1},
	{"Proximus", "BE", "Brussels", 31, 3, 0.05},
	{"Verizon", "US", "Trenton", 52, 5, 0.15},
	{"Cox Communications", "US", "Omaha", 64, 7, 0.25},
	{"Orange", "FR", "Paris", 35, 4, 0.1},
	{"BTC Botswana", "BW", "Gaborone", 185, 12, 0.6},
}

// action is a step of a Studio script that calls an API.
type action struct {
	id, name, label string
	endpoint        string
	seconds         float64 // the median of its duration
	failing         float64 // the usual share of failed calls
}

// script is a Studio script with its actions, in their order.
type script struct {
	id, name string
	actions  []action
}

const (
	crm     = "https://crm.example.com"
	payment = "https://pay.example.com"
	orders  = "https://orders.example.com"
	network = "https://network.example.com"
)

var (
	lookUp = action{"12", "Snippet", "Look up the customer", crm + "/v2/customers", 0.22, 0.004}
	pay    = action{"37", "REST API", "Take the payment", payment + "/v1/charges", 1.4, 0.025}
	note   = action{"18", "Snippet", "Write the call note", crm + "/v2/notes", 0.35, 0.006}

	billing = script{"130000101/4", "sub_billing", []action{
		lookUp,
		{"31", "REST API", "Fetch the invoices", "https://billing.example.com/invoices", 0.48, 0.01},
		pay,
		note,
	}}
	support = script{"130000102/11", "sub_support", []action{
		lookUp,
		{"44", "REST API", "Test the line", network + "/lines/test", 4.2, 0.03},
		{"46", "REST API", "Open a ticket", "https://tickets.example.com/api/tickets", 0.7, 0.012},
		note,
	}}
	sales = script{"130000103/7", "sub_order", []action{
		lookUp,
		{"21", "REST API", "Fetch the order", orders + "/api/orders", 0.3, 0.008},
		{"23", "REST API", "Check the stock", orders + "/api/stock", 0.18, 0.004},
		pay,
	}}
	retention = script{"130000104/2", "sub_retention", []action{
		lookUp,
		{"52", "REST API", "Rate the customer", "https://scores.example.com/churn", 0.9, 0.015},
		note,
	}}
)

// skill is a kind of request, with the script that answers it.
type skill struct {
	id         int
	name       string
	entryPoint string
	team       string
	teamID     int
	script     *script
	weight     int // its share of the calls
}

var skills = []skill{
	{11, "Billing", "BillingLine", "Little Grey Cells", 1012, &billing, 4},
	{12, "Technical Support", "SupportLine", "Village Matters", 1011, &support, 3},
	{13, "Orders", "OrderLine", "Clue Crew", 1013, &sales, 3},
	{15, "Retention", "RetentionLine", "Last Resort", 1014, &retention, 1},
}

// agent is a person who takes calls, with the equipment.
type agent struct {
	id                         int
	name                       string
	site                       *site
	system, osVersion, browser string
	connection                 string // how the media path is established
	transport                  string
}

// agents are those of each skill. They are the same in every run, as those of a tenant are.
var agents = hire(12)

func hire(each int) map[int][]agent {
	random := rand.New(rand.NewPCG(4600000, 0)) //nolint:gosec // made-up people, the same ones each time
	first := []string{"Jane", "Hercule", "Irene", "Nancy", "Auguste", "Precious", "Albert", "Harriet", "Kinsey", "Salvo", "Endeavour", "Vera"}
	last := []string{"Archer", "Becker", "Castle", "Dubois", "Ellison", "Fletcher", "Garcia", "Haddad"}
	desktops := [][3]string{
		{"Windows", "11", "Edge"},
		{"Windows", "11", "Chrome"},
		{"Windows", "10", "Chrome"},
		{"macOS", "14.4", "Chrome"},
		{"Windows", "10", "Firefox"},
	}
	hired := map[int][]agent{}
	for i, s := range skills {
		for j := range each {
			desktop := desktops[random.IntN(len(desktops))]
			a := agent{
				id: 1200 + 100*i + j, name: fmt.Sprintf("%s %s", first[j%len(first)], last[(j+3*i)%len(last)]),
				site: &sites[random.IntN(len(sites))], system: desktop[0], osVersion: desktop[1], browser: desktop[2],
				connection: "STUN", transport: "udp",
			}
			switch n := random.IntN(10); {
			case n < 2: // a strict firewall
				a.connection, a.transport = "TURN", "tcp"
			case n < 5:
				a.connection = "TURN"
			}
			hired[s.id] = append(hired[s.id], a)
		}
	}
	return hired
}

// pickSkill picks a skill by its share of the calls, but none of the given ones.
func pickSkill(random *rand.Rand, not []*skill) *skill {
	return pick(random, skills, func(s *skill) int {
		if slices.Contains(not, s) {
			return 0
		}
		return s.weight
	})
}

// pick picks one of all by its weight.
func pick[T any](random *rand.Rand, all []T, weight func(*T) int) *T {
	var drum []*T
	for i := range all {
		drum = append(drum, slices.Repeat([]*T{&all[i]}, weight(&all[i]))...)
	}
	return drum[random.IntN(len(drum))]
}
