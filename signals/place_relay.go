package signals

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Relays are the ranges from which Apple's relay asks, with the country each
// stands for. It is never changed after loading and is safe for concurrent use.
type Relays struct {
	date   time.Time
	ranges int
	table  prefixTable[string]
}

// LoadRelays reads Apple's own list (egress-ip-ranges.csv): lines of prefix,
// country, region, city. Only the country is taken. One bad line in a hundred
// is let pass; a file with more is no such list. The list does not say of when
// it is: date does. last, which may be nil, is the one in use: a list a fifth
// shorter is taken for a piece of one.
func LoadRelays(file string, data []byte, date time.Time, last *Relays) (*Relays, error) {
	r := &Relays{date: date}
	bad, first := 0, error(nil)
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if err := r.add(line); err != nil {
			bad++
			if first == nil {
				first = fmt.Errorf("read relays %s:%d: %w", file, n, err)
			}
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("read relays %s: %w", file, lines.Err())
	case r.ranges == 0 && first == nil:
		return nil, fmt.Errorf("read relays %s: the file is empty", file)
	case bad*100 > r.ranges:
		return nil, first
	case last != nil && r.ranges < last.ranges-last.ranges/5:
		return nil, fmt.Errorf("read relays %s: %d ranges, where the list in use has %d: it looks cut off; %s", file, r.ranges, last.ranges, ifMeant)
	}
	r.table.arrange()
	return r, nil
}

func (r *Relays) add(line string) error {
	prefix, rest, _ := strings.Cut(line, ",")
	country, _, _ := strings.Cut(rest, ",")
	country = strings.ToUpper(strings.TrimSpace(country))
	if !isCountry(country) {
		return fmt.Errorf("%q is no country", country)
	}
	if err := r.table.add(strings.TrimSpace(prefix), country); err != nil {
		return err
	}
	r.ranges++
	return nil
}

// Date is the day the list is of.
func (r *Relays) Date() time.Time { return r.date }

// Country returns the country an address of the relay stands for. The zero
// Addr, and nil Relays, have none.
func (r *Relays) Country(a netip.Addr) (string, bool) {
	if r == nil {
		return "", false
	}
	return r.table.lookup(a)
}
