package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/opentime/signals"
)

// dataFetchCmd is opentime data fetch.
type dataFetchCmd struct {
	Name  string `arg:"" optional:"" help:"geo, asn or relays; all that opentime.yaml names without it."`
	Path  string `placeholder:"DIR" help:"A folder with an opentime.yaml."`
	Force bool   `help:"Put what comes in place though it is no newer than what is there."`
}

// Help teaches the command.
func (dataFetchCmd) Help() string {
	return `A file is fetched by its name in opentime.yaml: dbip-city-lite.mmdb, dbip-country-lite.mmdb and dbip-asn-lite.mmdb from DB-IP (CC BY 4.0: link to it where places show), GeoLite2-City.mmdb and MaxMind's others with your account and licence key, relays from Apple. A name that ends in .gz keeps the file packed, with its checksum.

It is downloaded beside its place, loaded as the server would, and only then put there; a server that runs reads it by itself. Have it run once a week:

  opentime data fetch --path /etc/opentime

OPENTIME_MAXMIND_ACCOUNT and OPENTIME_MAXMIND_KEY are for MaxMind; OPENTIME_DATA_URL is another server that has the same paths.`
}

// download is a file of data, with where it is to be had.
type download struct {
	name     string // geo, asn or relays
	file     string // where it goes
	accept   func(fileData) (loadedData, error)
	urls     []string // the first that is there counts
	checksum string   // where its SHA-256 is; "": nowhere
	private  bool     // who asks says who they are
	force    bool     // what is there may be as new
	limit    int64
}

// loadedData is what a file turned out to hold.
type loadedData struct {
	holds string
	date  time.Time
	say   string
}

// Run fetches what opentime.yaml names.
func (c *dataFetchCmd) Run(e *env) error {
	s, err := openSite(c.Path, e)
	if err != nil {
		return err
	}
	list, err := s.downloads(c.Name, e.now())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetchTime)
	defer cancel()
	failed := false
	for _, d := range list {
		d.force = c.Force
		if err := newFetcher(e).fetch(ctx, d); err != nil {
			failed = true
			_ = e.fail(fmt.Errorf("fetch %s: %w", d.name, err))
		}
	}
	if failed {
		return errProblems
	}
	return nil
}

// downloads are the files that opentime.yaml names, or the one of that name.
func (s *site) downloads(only string, now time.Time) ([]download, error) {
	if s.folder.embedded != nil {
		return nil, usageError{"the demo's data is built in; name a folder of your own with --path"}
	}
	named := [][2]string{{"geo", s.config.geo}, {"asn", s.config.asn}, {"relays", s.config.relays}}
	if only != "" && !slices.ContainsFunc(named, func(n [2]string) bool { return n[0] == only }) {
		return nil, usageError{fmt.Sprintf("%q cannot be fetched; geo, asn and relays can", only)}
	}
	var list []download
	for _, n := range named {
		name, file := n[0], n[1]
		if only != "" && name != only || file == "" && only == "" {
			continue
		}
		if file == "" {
			return nil, hint(fmt.Errorf("%s names no %s", s.config.file, name), "write %s: %s", name, examples[name])
		}
		d, err := newDownload(name, s.folder.path(file), now)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	if len(list) == 0 {
		return nil, hint(fmt.Errorf("%s names nothing that can be fetched", s.config.file),
			"write geo: %s, asn: %s or relays: %s", examples["geo"], examples["asn"], examples["relays"])
	}
	return list, nil
}

// examples are files by the names they are fetched by; never changed.
var examples = map[string]string{"geo": "dbip-city-lite.mmdb", "asn": "dbip-asn-lite.mmdb", "relays": "egress-ip-ranges.csv"}

// Names of files whose makers are known; never changed.
var (
	ofDBIP    = regexp.MustCompile(`^dbip-(city|country|asn)-lite\b`)
	ofMaxMind = regexp.MustCompile(`^(GeoLite2|GeoIP2)-(City|Country|ASN|ISP|Enterprise)\b`)
)

// newDownload finds out where a file is to be had.
func newDownload(name, file string, now time.Time) (download, error) {
	d := download{name: name, file: file, limit: 512 << 20, accept: acceptGeo}
	base := path.Base(filepath.ToSlash(file))
	switch edition := ofMaxMind.FindString(base); {
	case name == "relays":
		d.limit, d.accept = 64<<20, acceptRelays
		d.urls = []string{"https://mask-api.icloud.com/egress-ip-ranges.csv"}
		return d, nil
	case edition != "":
		from := "https://download.maxmind.com/geoip/databases/" + edition + "/download?suffix=tar.gz"
		d.urls, d.checksum, d.private = []string{from}, from+".sha256", true
	case ofDBIP.MatchString(base):
		// A month's is there within its first days.
		this := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
		for _, month := range []time.Time{this, this.AddDate(0, -1, 0)} {
			d.urls = append(d.urls, "https://download.db-ip.com/free/"+ofDBIP.FindString(base)+"-"+month.Format("2006-01")+".mmdb.gz")
		}
	default:
		return d, hint(fmt.Errorf("whose file %s is cannot be told from its name", file),
			"call it dbip-city-lite.mmdb, dbip-country-lite.mmdb, dbip-asn-lite.mmdb, GeoLite2-City.mmdb or as MaxMind calls it")
	}
	if name == "asn" {
		d.accept = acceptASNs
	}
	return d, nil
}

func acceptGeo(f fileData) (loadedData, error) {
	geo, err := f.geo(nil)
	if err != nil {
		return loadedData{}, err
	}
	return describeData(&signals.Sources{Geo: geo}, "geo"), nil
}

func acceptASNs(f fileData) (loadedData, error) {
	asns, err := f.asns(nil)
	if err != nil {
		return loadedData{}, err
	}
	return describeData(&signals.Sources{ASNs: asns}, "asn"), nil
}

func acceptRelays(f fileData) (loadedData, error) {
	relays, err := f.relays(nil)
	if err != nil {
		return loadedData{}, err
	}
	return describeData(&signals.Sources{Relays: relays}, "relays"), nil
}

// describeData is what opentime data would say of a file.
func describeData(s *signals.Sources, name string) loadedData {
	for _, d := range s.Data(time.Time{}) {
		if d.Name == name {
			return loadedData{d.Holds, d.Date, d.Say}
		}
	}
	return loadedData{}
}

// place is where the file lies. What is a link stays one.
func (d *download) place() string {
	if to, err := filepath.EvalSymlinks(d.file); err == nil {
		return to
	}
	return d.file
}

// put puts a file that is whole in its place.
func (d *download) put(part *os.File, modified time.Time) error {
	err := part.Chmod(0o644)
	if err == nil {
		err = part.Sync()
	}
	if err == nil && !modified.IsZero() {
		err = os.Chtimes(part.Name(), modified, modified)
	}
	if err == nil {
		err = os.Rename(part.Name(), d.place())
	}
	return err
}

// unpacks reports whether the file is kept unpacked.
func (d *download) unpacks() bool { return d.name != "relays" && !strings.HasSuffix(d.file, ".gz") }
