package signals

import (
	"path"
	"slices"
	"strings"
)

// FeedFormat is how a feed is written.
type FeedFormat uint8

// The formats of feeds: Google Merchant's RSS or Atom and its table, a table
// of the attributes by their own names, and the same as an object a line.
const (
	GoogleXML FeedFormat = iota
	GoogleTSV
	CSV
	JSONLines
)

// feedFormats are the names of the formats; never changed.
var feedFormats = [...]string{"google-xml", "google-tsv", "csv", "jsonl"}

// FeedFormats are the names of the formats, as opentime.yaml has them.
func FeedFormats() []string { return feedFormats[:] }

// ParseFeedFormat returns the format of a name.
func ParseFeedFormat(name string) (FeedFormat, bool) {
	i := slices.Index(feedFormats[:], name)
	return FeedFormat(max(i, 0)), i >= 0
}

// FeedFormatOf returns the format that the ending of a file's name or a URL's
// path means: GoogleXML where it means nothing.
func FeedFormatOf(name string) FeedFormat {
	switch path.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")) {
	case ".tsv", ".txt":
		return GoogleTSV
	case ".csv":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONLines
	}
	return GoogleXML
}

// String returns the name of a format.
func (f FeedFormat) String() string { return feedFormats[f] }

// plain reports whether a format has the attributes by the language's names,
// beside Merchant's: in XML, RSS means other things by some of them.
func (f FeedFormat) plain() bool { return f != GoogleXML }

// ofLines reports whether a format is lines that end anywhere: unlike XML, a
// feed that is cut off between two of them looks whole.
func (f FeedFormat) ofLines() bool { return f != GoogleXML }

// keeps reports whether anything is read from what stands under a name.
func (r *feedReader) keeps(name string) bool {
	return r.names[name] || strings.HasPrefix(name, "custom_label_")
}

// namesOf are the names that a feed's rows are asked for.
func namesOf(f *FeedConfig) map[string]bool {
	names := map[string]bool{}
	for _, name := range []string{
		"id", "image", "image_link", "stock", "availability", "product_type", "sale_price_effective_date", "end",
	} {
		names[name] = true
	}
	for _, name := range f.patchable() {
		names[name] = true
	}
	return names
}
