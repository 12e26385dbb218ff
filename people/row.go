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
	names   []string // of the attributes that it has, those without a value too
}

// readRow understands a row, or says what is wrong with it.
func (p *Profiles) readRow(row *Row, now time.Time) (*readRow, error) {
	if row.unknown != "" {
		return nil, fmt.Errorf("unknown key %q; %s", row.unknown, strict.DidYouMean(row.unknown, rowKeys[:]))
	}
	id, err := p.identify(row.R)
	if err != nil {
		return nil, err
	}
	at, err := rules.FactTime(row.At, now)
	if err != nil {
		return nil, err
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
	r.names = slices.Sorted(maps.Keys(row.Attributes))
	for _, name := range r.names {
		text, err := rules.FactText(row.Attributes[name])
		if err == nil {
			err = p.set(&r.profile, name, strings.TrimSpace(text))
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r, nil
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

// set sets an attribute; an empty text leaves it unknown.
func (p *Profiles) set(k *keptProfile, name, text string) error {
	if i := slices.Index(homes[:], name); i >= 0 {
		if err := p.checkHome(name, text); err != nil {
			return err
		}
		if name == "country" {
			text = strings.ToUpper(text)
		}
		k.home[i] = text
		return nil
	}
	declared := *p.attributes.Load()
	i := slices.IndexFunc(declared, func(a rules.Attribute) bool { return a.Name == name })
	if i < 0 {
		return fmt.Errorf("unknown attribute; %s", strict.DidYouMean(name, names(declared)))
	}
	a := &declared[i]
	value, err := rules.ParseFact(a.Type, text, time.UTC)
	if err != nil || !value.Known() {
		return err
	}
	if len(a.Values) > 0 && !slices.Contains(a.Values, value.Text) {
		return fmt.Errorf("unknown value %q; %s", value.Text, strict.DidYouMean(value.Text, a.Values))
	}
	k.attributes = append(k.attributes, keptAttribute{name: name, value: value})
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
