package signals

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NetworkKind is who runs a network, as far as it matters to an open.
type NetworkKind uint8

// The kinds. Of addresses in any of them no reader's place is known.
const (
	NoNetwork      NetworkKind = iota // a reader's, or not known
	MailNetwork                       // a mail service's own machines
	HostingNetwork                    // rented machines
	ScannerNetwork                    // mail gateways that look at what mails hold
	RelayNetwork                      // Apple's relay, behind which readers are
)

// KnownNetwork is a network of which it is known who runs it; the zero one is
// any other.
type KnownNetwork struct {
	Name string // as its table calls it: microsoft, security, hosting
	Kind NetworkKind
}

// Networks tells which known network an address lies in. It is never changed
// after loading and is safe for concurrent use.
type Networks struct {
	prefixes prefixTable[KnownNetwork]
	asns     map[uint32]KnownNetwork // by the number of an autonomous system
}

// networkTables are the files of networks and what each holds. Never changed.
var networkTables = [...]struct {
	name string
	kind NetworkKind
}{{"mail", MailNetwork}, {"hosting", HostingNetwork}, {"scanners", ScannerNetwork}}

// add reads a table of the columns prefix, network and note, such as
// assets/clients/mail.tsv. A prefix is one, or an ASN such as AS64500.
func (n *Networks) add(file string, data []byte, kind NetworkKind) (time.Time, error) {
	return eachRow(file, data, 3, func(f []string) error {
		network := KnownNetwork{f[1], kind}
		if number, ok := strings.CutPrefix(f[0], "AS"); ok {
			asn, err := strconv.ParseUint(number, 10, 32)
			if err != nil || asn == 0 {
				return fmt.Errorf("%s is no ASN; write one such as AS64500", f[0])
			}
			n.asns[uint32(asn)] = network
			return nil
		}
		return n.prefixes.add(f[0], network)
	})
}

// Lookup returns the smallest network that holds the address, else that of its
// ASN; 0 if that is not known. The zero Addr lies in nothing.
func (n *Networks) Lookup(a netip.Addr, asn uint32) KnownNetwork {
	if network, ok := n.prefixes.lookup(a); ok {
		return network
	}
	return n.asns[asn]
}

// prefixTable says what addresses are by the smallest prefix that holds them.
// It is filled by add, then arranged once; look-ups need 18 bytes of memory for
// each stretch of addresses that are alike, and one binary search.
type prefixTable[V comparable] struct {
	values []V
	number map[V]uint16 // while it is filled
	added  [2][]addedPrefix
	v4, v6 stretches
}

// addedPrefix is a prefix by its first and last address.
type addedPrefix struct {
	first, last address
	bits        uint8
	value       uint16 // its number, from 1
}

// address is an address of either family.
type address struct{ high, low uint64 }

func (a address) compare(b address) int {
	return cmp.Or(cmp.Compare(a.high, b.high), cmp.Compare(a.low, b.low))
}

// next is the address after a; there is none after the last.
func (a address) next() (address, bool) {
	a.low++
	if a.low == 0 {
		a.high++
	}
	return a, a != address{}
}

// stretches are stretches of addresses that are alike, in order: where each
// begins, and the number of what it is, 0 for nothing.
type stretches struct {
	firsts []address
	values []uint16
}

// maxValues bounds what the addresses of a table are.
const maxValues = 1 << 15

var errManyValues = errors.New("too many different networks")

func (t *prefixTable[V]) add(text string, value V) error {
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return fmt.Errorf("%q is no prefix; write one such as 192.0.2.0/24", text)
	}
	if p != p.Masked() {
		return fmt.Errorf("%s has bits beyond its length; write %s", p, p.Masked())
	}
	number, ok := t.number[value]
	if !ok {
		if len(t.values) == maxValues {
			return errManyValues
		}
		if t.number == nil {
			t.number = map[V]uint16{}
		}
		t.values = append(t.values, value)
		number = uint16(len(t.values))
		t.number[value] = number
	}
	e := addedPrefix{first: addressOf(p.Addr()), bits: uint8(p.Bits()), value: number}
	family, host := 0, p.Addr().BitLen()-p.Bits()
	if p.Addr().Is6() {
		family = 1
	}
	e.last = e.first
	e.last.low |= 1<<min(host, 64) - 1
	e.last.high |= 1<<max(host-64, 0) - 1
	t.added[family] = append(t.added[family], e)
	return nil
}

// addressOf is a as an address; of an IPv4 one the high half is 0.
func addressOf(a netip.Addr) address {
	if a.Is4() {
		four := a.As4()
		return address{0, uint64(binary.BigEndian.Uint32(four[:]))}
	}
	sixteen := a.As16()
	return address{binary.BigEndian.Uint64(sixteen[:8]), binary.BigEndian.Uint64(sixteen[8:])}
}

// arrange makes the table ready for lookup, once all is added. Of equal
// prefixes the last counts.
func (t *prefixTable[V]) arrange() {
	t.v4, t.v6 = flatten(t.added[0]), flatten(t.added[1])
	t.added, t.number = [2][]addedPrefix{}, nil
}

// flatten cuts prefixes, which hold each other or have nothing in common, into
// stretches.
func flatten(added []addedPrefix) stretches {
	slices.SortStableFunc(added, func(a, b addedPrefix) int {
		return cmp.Or(a.first.compare(b.first), cmp.Compare(a.bits, b.bits))
	})
	var s stretches
	var within []addedPrefix // those that hold where we are, the smallest last
	leave := func() {
		left := within[len(within)-1]
		within = within[:len(within)-1]
		around := uint16(0)
		if len(within) > 0 {
			around = within[len(within)-1].value
		}
		if next, ok := left.last.next(); ok {
			s.begin(next, around)
		}
	}
	for _, e := range added {
		for len(within) > 0 && within[len(within)-1].last.compare(e.first) < 0 {
			leave()
		}
		within = append(within, e)
		s.begin(e.first, e.value)
	}
	for len(within) > 0 {
		leave()
	}
	s.firsts, s.values = slices.Clip(s.firsts), slices.Clip(s.values)
	return s
}

// begin notes what addresses are from first on. One that begins where the last
// did takes its place; one that is as the last goes on with it.
func (s *stretches) begin(first address, value uint16) {
	if n := len(s.firsts); n > 0 && s.firsts[n-1] == first {
		s.firsts, s.values = s.firsts[:n-1], s.values[:n-1]
	}
	if n := len(s.values); n > 0 && s.values[n-1] == value || n == 0 && value == 0 {
		return
	}
	s.firsts, s.values = append(s.firsts, first), append(s.values, value)
}

// lookup returns what the smallest prefix that holds an address says. None
// holds the zero Addr.
func (t *prefixTable[V]) lookup(a netip.Addr) (value V, ok bool) {
	if !a.IsValid() {
		return value, false
	}
	a = a.Unmap()
	s := &t.v6
	if a.Is4() {
		s = &t.v4
	}
	at := addressOf(a)
	after, end := 0, len(s.firsts)
	for after < end {
		if middle := int(uint(after+end) >> 1); at.compare(s.firsts[middle]) < 0 {
			end = middle
		} else {
			after = middle + 1
		}
	}
	if after == 0 || s.values[after-1] == 0 {
		return value, false
	}
	return t.values[s.values[after-1]-1], true
}
