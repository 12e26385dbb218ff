package signals

import (
	"cmp"
	"compress/gzip"
	"io/fs"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// What a feed is refreshed and guarded by unless it says otherwise.
const (
	defaultRefresh = 15 * time.Minute
	defaultGuard   = 0.4
)

// FeedConfig is a feed as opentime.yaml declares it.
type FeedConfig struct {
	ID         string
	File, URL  string            // one of the two
	Format     FeedFormat        // GoogleXML unless said
	Refresh    time.Duration     // 0: 15 minutes
	Currency   string            // of amounts without one; "": such an amount is a problem
	Attributes []rules.Attribute // declared ones
	Hosts      []string          // a link to any other refuses its row
	Zone       *time.Location    // of moments without one; nil: UTC
	// Open opens File; nil: on the disk.
	Open func(name string) (fs.File, error)
	// PictureHosts are the only hosts that pictures are fetched from.
	PictureHosts []string
	// Picture resolves an image_link without a scheme, a path beside the feed, to
	// a reference by content; nil: such images are unknown.
	Picture func(path string) (ref string, err error)
	// Keep is a folder for the versions that were good, the last of which a start
	// without the source loads; "": none is kept.
	Keep string
	// These guard against half a feed and mistakes: a greater share of items gone,
	// of prices of 0, of rows whose item an earlier one has, or of images gone
	// refuses it, where those are ten at least. 0: 40 %; 1: never.
	Lost, ZeroPrices, Duplicates, Images float64
}

// withDefaults fills in what was left out.
func (f FeedConfig) withDefaults() FeedConfig {
	f.Refresh = cmp.Or(f.Refresh, defaultRefresh)
	for _, share := range []*float64{&f.Lost, &f.ZeroPrices, &f.Duplicates, &f.Images} {
		*share = cmp.Or(*share, defaultGuard)
	}
	if f.Zone == nil {
		f.Zone = time.UTC
	}
	if f.Open == nil {
		f.Open = func(name string) (fs.File, error) { return os.Open(name) }
	}
	return f
}

// name is what problems call the feed by: its file, or its id.
func (f *FeedConfig) name() string { return cmp.Or(f.File, "feed "+f.ID) }

// feed is a feed with what its last refresh left.
type feed struct {
	FeedConfig
	network Network

	refreshing sync.Mutex // held by Refresh; guards what follows
	state      SourceState
	edge       time.Time // when a sale begins or ends: then it is read again
	loaded     bool
	expired    bool
	gone       []string // ids of the items it has no more, as kept
	index      feedIndex
	packer     *gzip.Writer // of versions
	tail       string       // the item that a feed refused for its missing end ended with

	answered time.Time // when the source was last heard of; zero: not since the start
	missed   int       // refreshes since
	stale    atomic.Bool

	noting sync.Mutex
	notes  feedNotes // guarded by noting, never held for long
}

// FeedContent is a feed as it was read.
type FeedContent struct {
	feed   string
	items  []feedItem
	gone   []*rules.Item // that it had before the last start
	stamp  stamp
	edge   time.Time
	ended  bool   // it says itself that it is whole
	twice  int    // rows left out for an earlier one of the same item
	tail   string // the last of the items that are there, as of the refresh before
	chosen bool   // by hand, or of before this start: guard lets it through
	Report FeedReport
}

// feedItem is a row of a feed.
type feedItem struct {
	*rules.Item
	count   int64  // unknownCount: the feed does not say
	picture string // link of an image on the web
}

// FeedReport is what became of reading a feed.
type FeedReport struct {
	Feed      string
	Unchanged bool      // since it was read last
	Built     time.Time // when it was built; zero: it does not say
	Items     int       // taken
	Refused   int       // rows left out
	// Problems are what is wrong with rows, a hundred at most. Wrong ones left
	// their row out, warnings an attribute.
	Problems []strict.Problem
}

// attributeTypes are the attributes that every item has, by the names of the
// language, and their types.
var attributeTypes = [...]struct {
	name string
	t    rules.Type
}{
	{"title", rules.Text},
	{"description", rules.Text},
	{"link", rules.Text},
	{"brand", rules.Text},
	{"category", rules.Text},
	{"tags", rules.TextList},
	{"price", rules.Money},
	{"sale_price", rules.Money},
	{"rating", rules.Number},
	{"reviews", rules.Number},
	{"in_stock", rules.Boolean},
	{"starts", rules.Moment},
	{"ends", rules.Moment},
}

// typeOf returns the type of an attribute that can be changed.
func (f *FeedConfig) typeOf(name string) (rules.Type, bool) {
	for _, a := range attributeTypes {
		if a.name == name {
			return a.t, true
		}
	}
	if i := f.declared(name); i >= 0 {
		return f.Attributes[i].Type, true
	}
	return rules.Unknown, false
}

// declared returns the place of an attribute among those declared, or -1.
func (f *FeedConfig) declared(name string) int {
	return slices.IndexFunc(f.Attributes, func(a rules.Attribute) bool { return a.Name == name })
}

// patchable are the names of the attributes that can be changed.
func (f *FeedConfig) patchable() []string {
	var names []string
	for _, a := range attributeTypes {
		names = append(names, a.name)
	}
	for _, a := range f.Attributes {
		names = append(names, a.Name)
	}
	return names
}

// set sets an attribute of an item that nobody else has yet.
func (f *FeedConfig) set(item *rules.Item, name string, v rules.Value) {
	switch name {
	case "title":
		item.Title = v.Text
	case "description":
		item.Description = v.Text
	case "link":
		item.Link = v.Text
	case "brand":
		item.Brand = v.Text
	case "category":
		item.Category = v.Text
	case "tags":
		item.Tags = v.List
	case "price":
		item.Price = v
	case "sale_price":
		item.SalePrice = v
	case "rating":
		item.Rating = v
	case "reviews":
		item.Reviews = v
	case "in_stock":
		item.InStock = v
	case "starts":
		item.Starts = v
	case "ends":
		item.Ends = v
	default:
		if i := f.declared(name); i >= 0 && i < len(item.More) {
			item.More[i] = v
		}
	}
}
