package signals

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"strings"
)

// Relays are the ranges from which Apple's relay asks, with the country each
// stands for. It is never changed after loading and is safe for concurrent use.
type Relays struct{ networks Networks }

// LoadRelays reads Apple's own list (egress-ip-ranges.csv): lines of prefix,
// country, region, city. Only the country is taken. One bad line in a hundred
// is let pass; a file with more is no such list.
func LoadRelays(file string, data []byte) (*Relays, error) {
	r := &Relays{}
	good, bad, first := 0, 0, error(nil)
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		prefix, rest, _ := strings.Cut(line, ",")
		country, _, _ := strings.Cut(rest, ",")
		country = strings.ToUpper(strings.TrimSpace(country))
		err := error(nil)
		if !isCountry(country) {
			err = fmt.Errorf("%q is no country", country)
		} else {
			err = r.networks.add(strings.TrimSpace(prefix), country)
		}
		if err == nil {
			good++
			continue
		}
		bad++
		if first == nil {
			first = fmt.Errorf("read relays %s:%d: %w", file, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read relays %s: %w", file, err)
	}
	if good == 0 && first == nil {
		return nil, fmt.Errorf("read relays %s: the file is empty", file)
	}
	if bad*100 > good {
		return nil, first
	}
	r.networks.arrange()
	return r, nil
}

// Country returns the country an address of the relay stands for. The zero
// Addr, and nil Relays, have none.
func (r *Relays) Country(a netip.Addr) (string, bool) {
	if r == nil {
		return "", false
	}
	return r.networks.Lookup(a)
}
