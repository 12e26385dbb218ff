package people

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// Row is a profile as PUT /v1/profiles takes it.
type Row struct {
	// R is an id, or an id with its seal.
	R string `json:"r"`
	// At is when it was true; "": now.
	At string `json:"at,omitempty"`
	// Consent is none, aggregate or full; "": the row says nothing of it.
	Consent string `json:"consent,omitempty"`
	// Attributes are texts, numbers (json.Number, float64, int), booleans, lists of
	// texts, or nil for unknown.
	Attributes map[string]any `json:"attributes"`
	// unknown is a key the row has and should not: one that means something else
	// must not replace a profile.
	unknown string
	unread  string // why it is none
}

// UnmarshalJSON reads {"r", "at"?, "consent"?, "attributes"?}.
func (r *Row) UnmarshalJSON(data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return fmt.Errorf("read profile: %w", err)
	}
	type plain Row // without this method
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode((*plain)(r)); err != nil {
		return fmt.Errorf("read profile: %w", err)
	}
	for key := range keys {
		if !slices.Contains(rowKeys[:], key) {
			r.unknown = key
		}
	}
	return nil
}

// rowKeys are the keys of a Row.
var rowKeys = [...]string{"r", "at", "consent", "attributes"}

// homes are the attributes that every profile has, by their place in a kept
// profile.
var homes = [...]string{"locale", "zone", "country", "city", "postcode"}

// consentWords are by rules.Consent.
var consentWords = [...]string{"none", "aggregate", "full"}

// maxHome bounds a city and a postcode, in bytes.
const maxHome = 100

// read is a row that was understood.
type readRow struct {
	id      string
	at      int64
	dated   bool
	consent *rules.Consent // nil: it says nothing of it
	profile keptProfile
	given   map[string]any // the attributes that it has, those without a value too
}

// readRow understands a row, or says what is wrong with it. One without a date is
// of a moment since.
func (p *Profiles) readRow(row *Row, now, since time.Time) (*readRow, error) {
	if row.unread != "" {
		return nil, errors.New(row.unread)
	}
	if row.unknown != "" {
		return nil, fmt.Errorf("unknown key %q; %s", row.unknown, strict.DidYouMean(row.unknown, rowKeys[:]))
	}
	id, err := p.identify(row.R)
	if err != nil {
		return nil, err
	}
	at := since.UnixMilli()
	if row.At != "" {
		if at, err = rules.FactTime(row.At, now); err != nil {
			return nil, err
		}
	}
	r := &readRow{id: id, at: at, dated: row.At != ""}
	if row.Consent != "" {
		i := slices.Index(consentWords[:], row.Consent)
		if i < 0 {
			return nil, fmt.Errorf("unknown consent %q; %s", row.Consent, strict.DidYouMean(row.Consent, consentWords[:]))
		}
		consent := rules.Consent(i)
		r.consent = &consent
	}
	r.given = row.Attributes
	if err := p.setAll(&r.profile, row.Attributes); err != nil {
		return nil, err
	}
	return r, nil
}

// setAll sets the attributes that are given.
func (p *Profiles) setAll(k *keptProfile, given map[string]any) error {
	declared := *p.attributes.Load()
	known := 0
	set := func(name string, set func(text string) error) error {
		value, ok := given[name]
		if !ok {
			return nil
		}
		known++
		text, err := rules.FactText(value)
		if err == nil {
			err = set(strings.TrimSpace(text))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	for i, name := range homes {
		if err := set(name, func(text string) error { return p.setHome(k, i, text) }); err != nil {
			return err
		}
	}
	for i := range declared {
		if err := set(declared[i].Name, func(text string) error { return k.set(&declared[i], text) }); err != nil {
			return err
		}
	}
	if known == len(given) {
		return nil
	}
	may := names(declared)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(may, name) {
			return fmt.Errorf("%s: unknown attribute; %s", name, strict.DidYouMean(name, may))
		}
	}
	return nil
}

// identify takes the seal off an id.
func (p *Profiles) identify(r string) (string, error) {
	id, seal, sealed := strings.Cut(strings.TrimSpace(r), ".")
	switch {
	case !isID(id):
		return "", errors.New("r is no id; write 1 to 64 of A-Z, a-z, 0-9, _ and -, with its seal or without")
	case sealed && !p.verify(id, seal):
		return "", errors.New("the seal is not this id's; sign the file again, or send the id alone")
	}
	return id, nil
}

// isID reports whether a text is a recipient's id.
func isID(s string) bool {
	return len(s) >= 1 && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-'
	}) < 0
}

// setHome sets an attribute that every profile has, by its place in homes.
func (p *Profiles) setHome(k *keptProfile, i int, text string) error {
	if err := p.checkHome(homes[i], text); err != nil {
		return err
	}
	if homes[i] == "country" {
		text = strings.ToUpper(text)
	}
	k.home[i] = text
	return nil
}

// set sets a declared attribute; an empty text leaves it unknown.
func (k *keptProfile) set(a *rules.Attribute, text string) error {
	value, err := rules.ParseFact(a.Type, text, time.UTC)
	if err != nil || !value.Known() {
		return err
	}
	if len(a.Values) > 0 && !slices.Contains(a.Values, value.Text) {
		return fmt.Errorf("unknown value %q; %s", value.Text, strict.DidYouMean(value.Text, a.Values))
	}
	k.attributes = append(k.attributes, keptAttribute{name: a.Name, value: value})
	return nil
}

// names are the attributes that a row may have.
func names(declared []rules.Attribute) []string {
	known := slices.Clone(homes[:])
	for _, a := range declared {
		known = append(known, a.Name)
	}
	return known
}

// checkHome says what is wrong with an attribute that every profile has.
func (p *Profiles) checkHome(name, text string) error {
	switch {
	case text == "":
		return nil
	case len(text) > maxHome:
		return fmt.Errorf("longer than %d bytes; shorten it", maxHome)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }):
		return errors.New("has control characters; remove them")
	case name == "locale" && strings.Trim(text, letters+digits+"-_") != "":
		return fmt.Errorf("%q is no locale; write one such as nl or nl-BE", text)
	case name == "country" && (len(text) != 2 || strings.Trim(text, letters) != ""):
		return fmt.Errorf("%q is no country; write its two letters, such as BE", text)
	case name == "zone":
		return p.checkZone(text)
	}
	return nil
}

const (
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	digits  = "0123456789"
)

// checkZone says whether a time zone does not exist. Those that do are
// remembered: reading one is slow, and an import names few.
func (p *Profiles) checkZone(name string) error {
	if _, ok := p.zones.Load(name); ok {
		return nil
	}
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return fmt.Errorf("%q is no time zone; write one such as Europe/Brussels", name)
	}
	p.zones.Store(name, nil)
	return nil
}
