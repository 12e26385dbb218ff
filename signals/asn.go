package signals

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// ASNs says which autonomous system an address is of: whose network it is. It
// is safe for concurrent use.
type ASNs struct {
	*database
	path []any // of the number in a record
}

// LoadASNs reads a database of ASNs (GeoLite2 ASN, GeoIP2 ISP and Enterprise,
// DB-IP ASN and ISP), as LoadGeo reads one of places.
func LoadASNs(f AddressFile, last *ASNs, failed func(error)) (*ASNs, error) {
	x := &ASNs{path: []any{"autonomous_system_number"}}
	db, proven, err := openDatabase(f, failed, func(result maxminddb.Result) error {
		var record struct {
			Number uint32 `maxminddb:"autonomous_system_number"`
		}
		return result.Decode(&record)
	})
	if err != nil {
		return nil, err
	}
	x.database = db
	switch {
	case strings.Contains(db.kind, "Enterprise"):
		x.path = []any{"traits", "autonomous_system_number"}
	case !strings.Contains(db.kind, "ASN") && !strings.Contains(db.kind, "ISP"):
		return nil, fmt.Errorf("read database %s: it is a %s, which knows no ASNs; take an ASN or ISP one of MaxMind's or DB-IP's", f.Name, db.kind)
	}
	if last == nil || proven {
		return x, nil
	}
	if err := db.replaces(last.database, func(a netip.Addr) (known, differs bool) {
		was := last.Lookup(a)
		return was != 0, was != x.Lookup(a)
	}); err != nil {
		return nil, err
	}
	return x, nil
}

// Lookup returns the ASN of an address; 0 if it is not known.
func (x *ASNs) Lookup(a netip.Addr) uint32 {
	if x == nil {
		return 0
	}
	return x.lookup(a)
}

func (x *ASNs) lookup(a netip.Addr) (number uint32) {
	if !x.find(a, func(result maxminddb.Result) error { return result.DecodePath(&number, x.path...) }) {
		return 0
	}
	return number
}
