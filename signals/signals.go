// Package signals gathers what is known at an open: which client asks, where
// its reader is, what the weather is there, which of the sender's places is
// nearest, and what the catalogue holds.
//
// Where its reader is, and whose network that is, is known from files that grow
// old: databases of addresses (LoadGeo, LoadASNs), Apple's list (LoadRelays) and
// the tables of assets/clients. Each is read whole, and looked at whole, before
// it takes another's place; Sources.Data lists them with their age.
//
// Everything an open needs is in memory. Sources (Sources) are loaded and
// refreshed beside the request path and swapped whole behind an atomic
// pointer; a Gatherer only reads them. What a link's trust does not let be
// known is left unknown here; what a client that fetches ahead may not be told
// is Decide's to leave out, block by block.
package signals

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Client is the software that made a request, so far as the request tells.
type Client struct {
	Name  string      // in the client table: gmail, apple-mpp; "" if the table has none
	Class rules.Class // what it is to the open: person, proxy, prefetcher, scanner
	App   string      // apple-mail, outlook, chrome; "": unknown
	OS    string      // windows, macos, ios, android, linux, chromeos; "": unknown
	// Mobile reports a phone or tablet. It is known where OS is.
	Mobile bool
	Known  bool // the table has it
	// Network is the known one that the address lies in, as its table calls it:
	// microsoft, security, hosting; relay, if it is Apple's; "": none of those.
	Network string
	Why     string // what it was recognised by, for explain
	// WholeFrames reports a client that damages animations of partial frames.
	WholeFrames bool
	// Located reports that the address may say where the reader is: it is no
	// proxy's, no mail service's and no scanner's.
	Located bool
}

// Headers are the parts of a request that tell its client.
type Headers struct {
	Method, UserAgent, SecPurpose, Purpose, XPurpose, XMoz string
	Address                                                netip.Addr
	Click                                                  bool // of a link, not of an image
}

// Open is one fetch of a block's image, as identified.
type Open struct {
	At         time.Time // the clock, read once
	Client     Client
	Address    netip.Addr // the client's; zero: unknown
	Recipient  string     // the id as in the link; "" for the anonymous
	Trust      rules.Trust
	Consent    rules.Consent // of the recipient
	Locale     string        // the link's l; "" if it has none
	Send       string        // the link's s; "" if it has none
	Parameters []Parameter
}

// Parameter is a parameter as it stands in a URL, decoded once.
type Parameter struct {
	Name, Value string
	// Sealed reports that the link's seal x covers it.
	Sealed bool
}

// Here is where a recipient is.
type Here struct {
	Country, Region, City string // ISO 3166 alpha 2; names in English; "": unknown
	Lat, Lon              float64
	HasPoint              bool
	Zone                  *time.Location // nil: unknown
	From                  rules.From
	Origin                string // where it comes from in words, if it was asked for
}

// String says where Here is, for people.
func (h Here) String() string {
	var parts []string
	for _, part := range []string{h.City, h.Region, h.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "unknown"
	}
	text := strings.Join(parts, ", ") + " (from " + h.From.String()
	if h.HasPoint {
		text += ", " + strconv.FormatFloat(h.Lat, 'f', 2, 64) + " " + strconv.FormatFloat(h.Lon, 'f', 2, 64)
	}
	return text + ")"
}
