package signals

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"time"
)

// Networks tells which known network an address lies in. It is never changed
// after loading and is safe for concurrent use.
type Networks struct {
	date time.Time
	v4   prefixTable
	v6   prefixTable
}

// prefixTable is prefixes in the order of their first addresses, then of their
// lengths.
type prefixTable []namedPrefix

type namedPrefix struct {
	prefix netip.Prefix
	name   string
	outer  int // the smallest prefix that holds this one; -1: none does
}

// LoadNetworks reads a table of the columns prefix, network and note, as
// assets/clients/networks.tsv.
func LoadNetworks(file string, data []byte) (*Networks, error) {
	n := &Networks{}
	date, err := eachRow(file, data, 3, func(f []string) error { return n.add(f[0], f[1]) })
	if err != nil {
		return nil, err
	}
	n.date = date
	n.arrange()
	return n, nil
}

func (n *Networks) add(prefix, name string) error {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return fmt.Errorf("read prefix: %w", err)
	}
	if p != p.Masked() {
		return fmt.Errorf("%s has bits beyond its length; write %s", p, p.Masked())
	}
	table := &n.v6
	if p.Addr().Is4() {
		table = &n.v4
	}
	*table = append(*table, namedPrefix{prefix: p, name: name})
	return nil
}

// arrange makes the tables ready for Lookup, once all is added.
func (n *Networks) arrange() {
	for _, table := range []prefixTable{n.v4, n.v6} {
		slices.SortStableFunc(table, func(a, b namedPrefix) int {
			return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), cmp.Compare(a.prefix.Bits(), b.prefix.Bits()))
		})
		for i := range table {
			table[i].outer = i - 1
			for at := &table[i].outer; *at >= 0 && !table[*at].prefix.Contains(table[i].prefix.Addr()); {
				*at = table[*at].outer
			}
		}
	}
}

// Lookup returns the name of the smallest network that holds the address. The
// zero Addr, and a nil Networks, hold nothing.
func (n *Networks) Lookup(a netip.Addr) (string, bool) {
	if n == nil || !a.IsValid() {
		return "", false
	}
	a = a.Unmap().WithZone("")
	table := n.v6
	if a.Is4() {
		table = n.v4
	}
	after := sort.Search(len(table), func(i int) bool { return a.Less(table[i].prefix.Addr()) })
	for i := after - 1; i >= 0; i = table[i].outer {
		if table[i].prefix.Contains(a) {
			return table[i].name, true
		}
	}
	return "", false
}
