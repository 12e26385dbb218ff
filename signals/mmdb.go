package signals

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// AddressFile is a database of addresses as it lies on disk: in MaxMind's
// format, alone or packed with gzip, as DB-IP has it, or in a .tar.gz, as
// MaxMind has it.
type AddressFile struct {
	Name    string // what explain calls it
	Data    []byte
	Proven  bool // a checksum beside it says that it is whole
	Checked bool // these very bytes were accepted before
}

// database is a database of addresses in memory. It is never changed after
// loading and is safe for concurrent use.
type database struct {
	reader *maxminddb.Reader
	data   []byte // what reader reads
	file   string
	kind   string // in its own words: GeoLite2-City
	built  time.Time
	// broken remembers that one record could not be read, so that it is told
	// once and not at every open.
	broken sync.Once
	failed func(error)
}

// openDatabase reads a database and verifies it whole, every network and every
// record, before it is trusted: good looks at each record. It reports whether a
// checksum proves it whole, or that was found before.
//
// Damage that leaves a database well-formed is seen by a checksum only: gzip's,
// one beside it, or that the same build is in use already with other bytes.
func openDatabase(f AddressFile, failed func(error), good func(maxminddb.Result) error) (d *database, proven bool, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			d, err = nil, fmt.Errorf("read database %s: damaged: %v", f.Name, cause)
		}
	}()
	data, sealed, err := unpackDatabase(f.Data)
	if err != nil {
		return nil, false, fmt.Errorf("read database %s: %w", f.Name, err)
	}
	reader, err := maxminddb.OpenBytes(data)
	if err != nil {
		return nil, false, fmt.Errorf("read database %s: %w", f.Name, err)
	}
	meta := reader.Metadata
	d = &database{
		reader: reader, data: data, file: f.Name, kind: meta.DatabaseType, failed: failed,
		built: time.Unix(int64(min(meta.BuildEpoch, math.MaxInt32)), 0).UTC(),
	}
	if f.Checked {
		return d, true, nil
	}
	proven = f.Proven || sealed
	if err := d.verify(good, proven); err != nil {
		return nil, false, fmt.Errorf("read database %s: %w", f.Name, err)
	}
	return d, proven, nil
}

// verify reads the whole database: its structure, then each record once. In one
// that is proven whole something unusual is its maker's way, as long as all of
// its networks and nearly all of its records can be read.
func (d *database) verify(good func(maxminddb.Result) error, proven bool) error {
	if err := d.reader.Verify(); err != nil && !proven {
		return fmt.Errorf("damaged: %w; %s", err, ifMeant)
	}
	seen, bad := map[uintptr]struct{}{}, 0
	for result := range d.reader.Networks() {
		if err := result.Err(); err != nil {
			return fmt.Errorf("damaged: %w", err)
		}
		if _, ok := seen[result.Offset()]; ok {
			continue
		}
		seen[result.Offset()] = struct{}{}
		err := good(result)
		if err != nil {
			bad++
		}
		if err != nil && !proven {
			return fmt.Errorf("damaged at %s: %w; %s", result.Prefix(), err, ifMeant)
		}
	}
	switch {
	case len(seen) == 0:
		return errors.New("it holds no network")
	case bad > len(seen)/100 && bad > 1:
		return fmt.Errorf("%d of its %d records cannot be read", bad, len(seen))
	}
	return nil
}

// replaces says what speaks against d taking the place of last: the same build
// with other bytes is a damaged copy of it, and one that puts many addresses
// elsewhere is damaged or another kind of database. What a checksum proves is
// taken as it is.
func (d *database) replaces(last *database, differs func(netip.Addr) (known, differs bool)) error {
	if d.kind == last.kind && d.built.Equal(last.built) {
		if bytes.Equal(d.data, last.data) {
			return nil
		}
		return fmt.Errorf("read database %s: it says it is the build in use, of %s, and has other bytes: damaged; %s", d.file, d.built.Format(time.DateOnly), ifMeant)
	}
	known, different := 0, 0
	for _, a := range last.sample() {
		was, is := differs(a)
		if was {
			known++
		}
		if was && is {
			different++
		}
	}
	if known >= enoughKnown && different*3 > known {
		return fmt.Errorf("read database %s: of %d addresses it puts %d elsewhere than the one in use: damaged, or of another kind; %s", d.file, known, different, ifMeant)
	}
	return nil
}

// ifMeant says how to have a file taken that is like a damaged one.
const ifMeant = "if it is meant, put its checksum beside it, a file of its name and .sha256"

// Numbers of addresses that two databases are asked about.
const (
	sampled     = 4096
	enoughKnown = 20
	smallTree   = 1 << 17 // nodes; all networks of it are looked at
)

// sample returns addresses to compare databases by, always the same.
func (d *database) sample() []netip.Addr {
	var all []netip.Addr
	if d.reader.Metadata.NodeCount < smallTree {
		for result := range d.reader.Networks() {
			if result.Err() == nil {
				all = append(all, result.Prefix().Addr())
			}
		}
		return all
	}
	for i := range uint32(sampled) {
		n := i*2654435761 + 1<<24 // spread over all of IPv4
		all = append(all, netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}))
	}
	return all
}

// find looks an address up, into what is read of a record. It reports whether
// there is one that can be read.
func (d *database) find(a netip.Addr, read func(maxminddb.Result) error) (ok bool) {
	if d == nil || !a.IsValid() {
		return false
	}
	defer func() {
		if cause := recover(); cause != nil {
			d.fail(fmt.Errorf("look an address up in %s: %v", d.file, cause))
			ok = false
		}
	}()
	result := d.reader.Lookup(a.Unmap().WithZone(""))
	if !result.Found() && result.Err() == nil {
		return false
	}
	if err := read(result); err != nil {
		d.fail(fmt.Errorf("look an address up in %s: %w", d.file, err))
		return false
	}
	return true
}

func (d *database) fail(err error) {
	d.broken.Do(func() {
		if d.failed != nil {
			d.failed(err)
		}
	})
}

// goodPlace says what cannot be right in a record of a place.
func goodPlace(city *geoip2.City) error {
	texts := []string{city.City.Names.English, city.Country.Names.English, city.Location.TimeZone}
	if code := city.Country.ISOCode; code != "" && !isCountry(code) {
		return fmt.Errorf("%q is no country", code)
	}
	for _, s := range city.Subdivisions {
		texts = append(texts, s.Names.English)
	}
	for _, text := range texts {
		for _, r := range text {
			if r == utf8.RuneError || unicode.IsControl(r) {
				return fmt.Errorf("%q is no name", text)
			}
		}
	}
	if at := city.Location; at.HasCoordinates() && !(math.Abs(*at.Latitude) <= 90 && math.Abs(*at.Longitude) <= 180) {
		return fmt.Errorf("%v %v is nowhere", *at.Latitude, *at.Longitude)
	}
	return nil
}
