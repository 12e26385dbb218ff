package signals

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// maxFeedText bounds a text of a feed, in characters; more is cut.
const maxFeedText = 1000

// What a report says at most: of all, and of one kind.
const (
	maxFeedProblems = 100
	maxFeedKind     = 20
)

// feedRow is a row of a feed as it is written: what stands under each name, in
// the order of the feed. It is reused.
type feedRow struct {
	line   int
	fields []feedField
	unread []string // what is wrong with values that are not among fields
}

// feedField is a named value of a row. Google says that it stood in Merchant's
// namespace, which counts more than a plain name.
type feedField struct {
	name, text string
	google     bool
}

// find returns the value under a name, "" if there is none. Of a plain one and
// Merchant's, the latter counts.
func (r *feedRow) find(name string) string {
	found := ""
	for _, f := range r.fields {
		if f.name == name && (f.google || found == "") {
			found = f.text
			if f.google {
				break
			}
		}
	}
	return found
}

// feedReader turns rows into items.
type feedReader struct {
	config  *FeedConfig
	now     time.Time
	content *FeedContent
	names   map[string]bool   // that anything is read from
	seen    map[string]int    // line by id
	count   int               // rows read, taken or not
	kinds   map[string]int    // problems, by their format
	words   map[string]string // brands, categories and tags, kept once
	more    int               // problems beyond those kept
}

func newFeedReader(config *FeedConfig, now time.Time) *feedReader {
	return &feedReader{
		config: config, now: now, names: namesOf(config), seen: map[string]int{}, kinds: map[string]int{},
		words:   map[string]string{},
		content: &FeedContent{feed: config.ID, Report: FeedReport{Feed: config.ID}},
	}
}

// problem notes what is wrong at a line.
func (r *feedReader) problem(level strict.Level, line int, format string, args ...any) {
	report := &r.content.Report
	r.kinds[format]++
	if len(report.Problems) >= maxFeedProblems || r.kinds[format] > maxFeedKind {
		r.more++
		return
	}
	report.Problems = append(report.Problems, strict.Problem{
		File: r.config.name(), Line: max(1, line), Col: 1, Level: level, Text: fmt.Sprintf(format, args...),
	})
}

// row takes a row, or says why not.
func (r *feedReader) row(row *feedRow) {
	id := strings.TrimSpace(row.find("id"))
	if err := checkID("item", id); err != nil {
		r.content.Report.Refused++
		r.problem(strict.Wrong, row.line, "%v; the row is left out", err)
		return
	}
	for _, why := range row.unread {
		r.warn(row, id, "%s; it is unknown until then", why)
	}
	if line, twice := r.seen[id]; twice {
		r.content.twice++
		r.refuse(row.line, id, "is in line %d already; the row is left out, give each item an id of its own", line)
		return
	}
	r.seen[id] = row.line
	item := &rules.Item{ID: id, Title: cutText(row.find("title")), Description: cutText(row.find("description")), Brand: r.word(row.find("brand"))}
	if len(r.config.Attributes) > 0 {
		item.More, item.Declared = make([]rules.Value, len(r.config.Attributes)), r.config.Attributes
	}
	link := strings.TrimSpace(row.find("link"))
	if link == "" {
		r.warn(row, id, "no link; what leads to it is passed over, give it one")
	} else if err := r.config.checkLink(link); err != nil {
		r.refuse(row.line, id, "%v; the row is left out", err)
		return
	}
	item.Link = link
	if item.Title == "" {
		r.warn(row, id, "no title; what names it is passed over, give it one")
	}
	r.tags(row, item)
	r.values(row, item)
	r.sale(row, item)
	read := feedItem{Item: item}
	item.Image, read.picture = r.image(row, id)
	read.count = r.stock(row, item)
	r.content.items = append(r.content.items, read)
	r.content.Report.Items++
}

// maxWords bounds the words that are kept once for all items.
const maxWords = 10_000

// word is cutText for what many items have.
func (r *feedReader) word(text string) string {
	text = cutText(text)
	if word, ok := r.words[text]; ok {
		return word
	}
	if len(r.words) < maxWords {
		r.words[text] = text
	}
	return text
}

func (r *feedReader) refuse(line int, id, format string, args ...any) {
	r.content.Report.Refused++
	if id = strings.TrimSpace(id); id == "" {
		r.problem(strict.Wrong, line, "the row "+format, args...)
		return
	}
	r.problem(strict.Wrong, line, "item %s: "+format, append([]any{cutText(id)}, args...)...)
}

// ended notes that the feed says itself that it is whole, and says where it is
// not.
func (r *feedReader) ended(rows, line int) error {
	if rows != r.count {
		return fmt.Errorf("line %d: it says that it has %d rows and has %d", line, rows, r.count)
	}
	r.content.ended = true
	return nil
}

func (r *feedReader) warn(row *feedRow, id, format string, args ...any) {
	r.problem(strict.Warning, row.line, "item %s: "+format, append([]any{id}, args...)...)
}

// values reads what is typed. A value that cannot be read stays unknown.
func (r *feedReader) values(row *feedRow, item *rules.Item) {
	read := func(name string, t rules.Type) {
		text := strings.TrimSpace(row.find(name))
		if text == "" {
			return
		}
		if t == rules.Text {
			text = cutText(text)
		}
		value, err := r.config.value(name, t, text)
		if err != nil {
			r.warn(row, item.ID, "%s: %v; it is unknown until then", name, err)
			return
		}
		r.config.set(item, name, value)
	}
	for _, a := range attributeTypes {
		switch a.t {
		case rules.Money, rules.Number, rules.Moment:
			read(a.name, a.t)
		case rules.Boolean:
			if r.config.Format.plain() {
				read(a.name, a.t)
			}
		}
	}
	for _, a := range r.config.Attributes {
		read(a.Name, a.Type)
	}
}

// value reads an attribute of an item. A price without a currency has the
// feed's; what ends on a date ends with that day.
func (f *FeedConfig) value(name string, t rules.Type, text string) (rules.Value, error) {
	text = strings.TrimSpace(text)
	switch {
	case t == rules.Money && f.Currency != "" && text != "" && !strings.ContainsAny(text, " \t"):
		text += " " + f.Currency
	case name == "link" && text != "":
		if err := f.checkLink(text); err != nil {
			return rules.Value{}, err
		}
	case t == rules.Moment && name == "ends" && len(text) == len(time.DateOnly):
		if day, err := time.ParseInLocation(time.DateOnly, text, f.Zone); err == nil {
			return rules.Value{Type: t, N: day.AddDate(0, 0, 1).UnixMilli()}, nil
		}
	}
	value, err := rules.ParseFact(t, text, f.Zone)
	if err == nil && t == rules.Money && value.N < 0 {
		return rules.Value{}, fmt.Errorf("%q is below zero; write what it costs", text)
	}
	return value, err
}

// checkLink says what is wrong with a link: it must be https and lead to one of
// the sender's hosts.
func (f *FeedConfig) checkLink(link string) error {
	u, err := url.Parse(link)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || u.Opaque != "":
		return fmt.Errorf("link %q is no https:// address; write one", link)
	case u.User != nil:
		return fmt.Errorf("link %q has a name or password in it; remove it", u.Redacted())
	case u.Port() != "" && u.Port() != "443":
		return fmt.Errorf("link %q has a port; remove it", link)
	case !rules.IsHost(u.Hostname(), f.Hosts):
		return fmt.Errorf("link leads to %s, which is none of hosts; add it in opentime.yaml, or change the link", u.Hostname())
	}
	return nil
}

// tags are the parts of every product_type and the custom labels. The category
// is the first product_type. Plain formats may have both by their own names.
func (r *feedReader) tags(row *feedRow, item *rules.Item) {
	add := func(tag string) {
		if tag = r.word(tag); tag != "" && !slices.Contains(item.Tags, tag) {
			item.Tags = append(item.Tags, tag)
		}
	}
	for _, f := range row.fields {
		switch {
		case f.name == "category" && r.config.Format.plain():
			item.Category = r.word(f.text)
		case f.name == "tags" && r.config.Format.plain():
			for part := range strings.SplitSeq(f.text, ";") {
				add(part)
			}
		case f.name == "product_type":
			if item.Category == "" {
				item.Category = r.word(f.text)
			}
			for part := range strings.SplitSeq(f.text, ">") {
				add(part)
			}
		case strings.HasPrefix(f.name, "custom_label_"):
			add(f.text)
		}
	}
}

// image resolves a picture beside the feed, or returns the link of one on the
// web.
func (r *feedReader) image(row *feedRow, id string) (ref, link string) {
	name := strings.TrimSpace(row.find("image_link"))
	if r.config.Format.plain() {
		name = cmp.Or(strings.TrimSpace(row.find("image")), name)
	}
	var err error
	switch {
	case name == "":
		return "", ""
	case strings.Contains(name, "://") || strings.HasPrefix(name, "//"):
		if link, err = r.config.pictureLink(name); err != nil {
			r.warn(row, id, "image_link: %v; the image is unknown until then", err)
		}
		return "", link
	case !filepath.IsLocal(filepath.FromSlash(name)):
		r.warn(row, id, "image_link %q leads out of the feed's folder; the image is unknown, put it beside the feed", name)
		return "", ""
	case r.config.Picture == nil:
		return "", ""
	}
	if ref, err = r.config.Picture(name); err != nil {
		r.warn(row, id, "image_link: %v; the image is unknown until then", err)
		return "", ""
	}
	return ref, ""
}

// stock reads how many there are. A feed that gives no number says by its
// availability whether there are some or none; what can be ordered and is not
// there yet is neither.
func (r *feedReader) stock(row *feedRow, item *rules.Item) int64 {
	n := unknownCount
	switch {
	case !item.InStock.Known():
	case item.InStock.N == 0:
		n = 0
	default:
		n = someCount
	}
	switch availability := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(row.find("availability"))), " ", "_"); availability {
	case "":
	case "in_stock":
		item.InStock, n = boolean(true), someCount
	case "out_of_stock":
		item.InStock, n = boolean(false), 0
	case "preorder", "backorder":
		item.InStock = boolean(false)
	default:
		r.warn(row, item.ID, "availability %q is unknown; write in_stock, out_of_stock, preorder or backorder", availability)
	}
	text := strings.TrimSpace(row.find("stock"))
	if text == "" {
		return n
	}
	if strings.HasPrefix(text, "-") {
		if _, err := rowCount(text[1:]); err == nil {
			return 0
		}
	}
	counted, err := rowCount(text)
	if err != nil {
		r.warn(row, item.ID, "stock: %v; the availability stands", err)
		return n
	}
	return counted
}

// finish ends the report.
func (r *feedReader) finish() *FeedContent {
	if r.more > 0 {
		report := &r.content.Report
		report.Problems = append(report.Problems, strict.Problem{
			File: r.config.name(), Line: 1, Col: 1, Level: strict.Note, Text: fmt.Sprintf("and %d more of the kind; put these right first", r.more),
		})
	}
	return r.content
}

// cutText makes a text one line, without spaces around and not too long.
func cutText(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if utf8.RuneCountInString(text) <= maxFeedText {
		return text
	}
	return string([]rune(text)[:maxFeedText])
}

// errNoRows says that a feed has nothing in it.
var errNoRows = errors.New("no items in it")
