package signals

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"io/fs"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"example.com/opentime/rules"
)

// Clients knows clients by what their requests look like. Its tables are never
// changed after loading; it is safe for concurrent use.
type Clients struct {
	dates    map[string]time.Time // by table
	rows     []clientRow
	systems  []systemRow
	index    tokenIndex
	seen     seenAgents
	networks *Networks
	samples  map[string]Headers
	names    []string
}

// clientRow is a row of clients.tsv. The first row that fits wins.
type clientRow struct {
	token
	client Client
}

// systemRow is a row of systems.tsv: the operating system a token tells.
type systemRow struct {
	token
	os     string
	mobile bool
}

// LoadClients reads the tables of the folder clients of files, by the names of
// ClientTables. Each says in its first line which day it is of.
func LoadClients(files fs.FS) (*Clients, error) {
	c := &Clients{dates: map[string]time.Time{}, samples: map[string]Headers{}, networks: &Networks{asns: map[uint32]KnownNetwork{}}}
	c.seen.seed = maphash.MakeSeed()
	readers := []struct {
		name    string
		columns int
		row     func(fields []string) error
	}{
		{"clients", 10, c.addClient},
		{"systems", 4, c.addSystem},
		{"samples", 3, c.addSample},
	}
	read := func(name string, table func(file string, data []byte) (time.Time, error)) error {
		file := "clients/" + name + ".tsv"
		data, err := fs.ReadFile(files, file)
		if err != nil {
			return fmt.Errorf("read client table: %w", err)
		}
		c.dates[name], err = table(file, data)
		return err
	}
	for _, r := range readers {
		if err := read(r.name, func(file string, data []byte) (time.Time, error) { return eachRow(file, data, r.columns, r.row) }); err != nil {
			return nil, err
		}
	}
	for _, t := range networkTables {
		if err := read(t.name, func(file string, data []byte) (time.Time, error) { return c.networks.add(file, data, t.kind) }); err != nil {
			return nil, err
		}
	}
	c.finish()
	return c, nil
}

// ClientTables are the names of the tables, without their ending.
func ClientTables() []string {
	names := []string{"clients", "systems", "samples"}
	for _, t := range networkTables {
		names = append(names, t.name)
	}
	return names
}

func (c *Clients) addClient(f []string) error {
	class, err := rules.ParseClass(f[1])
	if err != nil {
		return err
	}
	t, err := newToken(f[5], f[6], f[7], f[8])
	if err != nil {
		return err
	}
	client := Client{
		Name: f[0], Class: class, App: f[3], OS: f[4], Known: true,
		WholeFrames: f[9] == "whole", Located: class == rules.Person,
		Why: "row " + f[2] + ": " + f[5] + " " + f[6],
	}
	client.Mobile = mobileSystem(client.OS)
	c.rows = append(c.rows, clientRow{t, client})
	return nil
}

func (c *Clients) addSystem(f []string) error {
	t, err := newToken(f[1], f[2], "", "")
	if err != nil {
		return err
	}
	c.systems = append(c.systems, systemRow{t, f[0], f[3] == "yes"})
	return nil
}

func (c *Clients) addSample(f []string) error {
	if _, twice := c.samples[f[0]]; twice {
		return fmt.Errorf("client %q stands twice", f[0])
	}
	h := Headers{Method: "GET", UserAgent: f[1]}
	if f[2] != "" {
		address, err := netip.ParseAddr(f[2])
		if err != nil {
			return fmt.Errorf("read address of %q: %w", f[0], err)
		}
		h.Address = address
	}
	c.samples[f[0]] = h
	return nil
}

// finish builds what look-ups need.
func (c *Clients) finish() {
	for name := range c.samples {
		c.names = append(c.names, name)
	}
	slices.SortFunc(c.names, cmp.Compare)
	c.networks.prefixes.arrange()
	for i, row := range c.rows {
		c.index.add(row.text, i)
	}
	for i, row := range c.systems {
		c.index.add(row.text, len(c.rows)+i)
	}
}

// Date is the day the tables are of, those of networks too: the oldest of them.
func (c *Clients) Date() time.Time {
	return slices.MinFunc(slices.Collect(maps.Values(c.dates)), time.Time.Compare)
}

// Names are the names Named knows, sorted.
func (c *Clients) Names() []string { return c.names }

// Named returns a sample open of the client of that name: for tests, explain
// and the demo.
func (c *Clients) Named(name string) (Headers, bool) {
	h, ok := c.samples[name]
	return h, ok
}

// Classify says which client made a request. The rows are those of the policy
// table the client tables were made from; the first that fits wins:
// fetching ahead and questions about a page (1), then User-Agent tokens (2 to
// 10, 15), then the network (11 to 13). What nothing fits is a person. It
// keeps nothing of h, and allocates only for a User-Agent it sees first. Of
// networks it knows the prefixes of its tables.
func (c *Clients) Classify(h Headers) Client {
	return c.classifyIn(h, c.networks.Lookup(h.Address, 0))
}

// Classify says which client made a request, as Clients.Classify does. It also
// knows the networks of Apple's relay, and an address's ASN where there is a
// database of them.
func (g *Gatherer) Classify(h Headers) Client {
	from := g.sources.Load()
	if _, ok := from.Relays.Country(h.Address); ok {
		return from.Clients.classifyIn(h, KnownNetwork{"relay", RelayNetwork})
	}
	return from.Clients.classifyIn(h, from.Clients.networks.Lookup(h.Address, from.ASNs.Lookup(h.Address)))
}

func (c *Clients) classifyIn(h Headers, network KnownNetwork) Client {
	client := c.classify(h, network)
	client.Network = network.Name
	return client
}

func (c *Clients) classify(h Headers, network KnownNetwork) Client {
	switch {
	case h.Method == http.MethodHead || h.Method == http.MethodOptions:
		return Client{Class: rules.Prefetcher, Why: "row 1: a HEAD or OPTIONS request"}
	case ahead(h.SecPurpose) || ahead(h.Purpose) || ahead(h.XPurpose) || ahead(h.XMoz):
		return Client{Class: rules.Prefetcher, Why: "row 1: its headers say it fetches ahead"}
	case h.UserAgent == "":
		return Client{Class: rules.Scanner, Why: "row 2: no User-Agent"}
	}
	client := Client{Class: rules.Person, Located: true, Why: "row 16: nothing known fits"}
	row, system := c.seen.find(h.UserAgent, c.scan)
	if row < len(c.rows) {
		client = c.rows[row].client
	}
	if client.Class != rules.Person {
		return client
	}
	if client.OS == "" && system < len(c.systems) && client.App != "" {
		client.OS, client.Mobile = c.systems[system].os, c.systems[system].mobile
	}
	client.byNetwork(network, h.Click)
	return client
}

// byNetwork lets the network speak: a mail service's own machines and rented
// ones follow links and fetch images, but no reader is known to sit there. A
// reader behind Apple's relay is one.
func (c *Client) byNetwork(network KnownNetwork, click bool) {
	if network.Kind == NoNetwork {
		return
	}
	c.Located = false
	switch {
	case network.Kind == RelayNetwork:
		c.Why = "row 13: behind Apple's relay"
	case network.Kind == ScannerNetwork:
		c.Class, c.Why = rules.Scanner, "row 12: from a network of scanners"
	case click:
		c.Class, c.Why = rules.Scanner, "row 12: a click from a network of mail services or of rented machines"
	case network.Name == "microsoft":
		*c = Client{
			Name: "outlook-web", Class: rules.Person, App: "outlook-web", Known: true,
			Why: "row 11: an image fetched from Microsoft's mail network",
		}
	case network.Kind == HostingNetwork:
		c.Why = "row 10: an image fetched from a rented machine, so placed nowhere"
	}
}

// scan returns the first row and the first system that fit a User-Agent, or
// the numbers past the last.
func (c *Clients) scan(agent string) (row, system int) {
	row, system = len(c.rows), len(c.systems)
	for i := range len(agent) - 1 {
		for _, at := range c.index.starting(agent[i], agent[i+1]) {
			n := int(at)
			switch {
			case n < row && c.rows[n].fits(agent, i):
				row = n
			case n >= len(c.rows) && n-len(c.rows) < system && c.systems[n-len(c.rows)].fits(agent, i):
				system = n - len(c.rows)
			}
		}
	}
	return row, system
}

// ahead reports a header value that says a page is fetched before somebody
// wants it.
func ahead(value string) bool {
	return value != "" && (containsFold(value, "prefetch") || containsFold(value, "prerender") || containsFold(value, "preview"))
}

func mobileSystem(os string) bool { return os == "ios" || os == "android" }
