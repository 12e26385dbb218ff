package signals

import (
	"fmt"
	"net/netip"
	"time"
)

// Networks tells which known network an address lies in. It is never changed
// after loading and is safe for concurrent use.
type Networks struct {
	date time.Time
	v4   prefixTable
	v6   prefixTable
}

// prefixTable maps prefixes to names, longest first.
type prefixTable struct {
	lengths []int // in use, longest first
	names   map[netip.Prefix]string
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
	if p.Addr().Is4() {
		n.v4.add(p, name)
	} else {
		n.v6.add(p, name)
	}
	return nil
}

func (t *prefixTable) add(p netip.Prefix, name string) {
	if t.names == nil {
		t.names = map[netip.Prefix]string{}
	}
	t.names[p] = name
	at := 0
	for at < len(t.lengths) && t.lengths[at] > p.Bits() {
		at++
	}
	if at < len(t.lengths) && t.lengths[at] == p.Bits() {
		return
	}
	t.lengths = append(t.lengths, 0)
	copy(t.lengths[at+1:], t.lengths[at:])
	t.lengths[at] = p.Bits()
}

// Lookup returns the name of the smallest network that holds the address. The
// zero Addr, and a nil Networks, hold nothing.
func (n *Networks) Lookup(a netip.Addr) (string, bool) {
	if n == nil || !a.IsValid() {
		return "", false
	}
	a = a.Unmap().WithZone("")
	t := &n.v6
	if a.Is4() {
		t = &n.v4
	}
	for _, bits := range t.lengths {
		if p, err := a.Prefix(bits); err == nil {
			if name, ok := t.names[p]; ok {
				return name, true
			}
		}
	}
	return "", false
}

// Date is the day the table is of.
func (n *Networks) Date() time.Time { return n.date }
