package main

// size is how much of everything a server has, and how many connections ask it.
type size struct {
	campaigns, rules, reached, items, recipients, pictures, connections int
	limited                                                             bool // in memory
}

// base is the size that one thing at a time is grown from. Never changed.
var base = size{campaigns: 10, rules: 20, reached: 1, items: 1000, recipients: 10_000, pictures: 100, connections: 64}

// axis is what is grown.
type axis struct {
	name  string
	about string
	sizes []int
	full  []int // more of them
	set   func(*size, int)
	flat  float64 // how many times the first one's CPU an open of the last may cost; 0: shown, not judged
}

// within is what counts as flat.
const within = 1.15

// axes are all. Never changed.
var axes = []axis{
	{"campaigns", "campaigns served", []int{1, 10, 100, 1000}, nil, func(s *size, n int) { s.campaigns = n }, within},
	{"rules", "rules of a block, behind the one that holds", []int{5, 20, 50, 100, 200}, nil, func(s *size, n int) { s.rules = n }, within},
	{"rules-reached", "rules of a block that do not hold, before the one that does", []int{5, 20, 50, 100, 200}, nil, func(s *size, n int) { s.reached, s.rules = n, 1 }, 0},
	{"items", "items of a feed, of which a block shows one", []int{1000, 10_000, 100_000}, nil, func(s *size, n int) { s.items = n }, within},
	{"recipients", "recipients with a profile, each open of one by chance, memory limited", []int{1000, 10_000, 100_000, 1_000_000}, []int{10_000_000}, func(s *size, n int) { s.recipients, s.limited = n, true }, within},
	{"pictures", "different pictures, each open of one by chance", []int{10, 100, 1000, 10_000, 100_000, 1_000_000}, nil, func(s *size, n int) { s.pictures = n }, 0},
	{"connections", "connections that ask without a pause", []int{10, 100, 1000, 10_000}, nil, func(s *size, n int) { s.connections = n }, 0},
}
