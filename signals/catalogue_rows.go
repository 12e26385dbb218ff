package signals

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/opentime/rules"
)

// StockRow is a count as PUT /v1/stock takes it.
type StockRow struct {
	Item  string `json:"item"`
	Place string `json:"place,omitempty"` // "": of all places together
	// Count is a whole number from 0, as any Go integer, float64, json.Number or
	// text, or "some" where it is in stock and not counted.
	Count any    `json:"count"`
	At    string `json:"at,omitempty"` // when it was true; "": when it was received
	// unknown is a key the row has and should not: a count meant for something
	// else must not be taken for the count of all.
	unknown string
	ours    bool // Place is a location of a shop system, and no place of the sender's
}

// UnmarshalJSON reads {"item", "place"?, "count", "at"?}.
func (r *StockRow) UnmarshalJSON(data []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return fmt.Errorf("read count: %w", err)
	}
	type plain StockRow // without this method
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode((*plain)(r)); err != nil {
		return fmt.Errorf("read count: %w", err)
	}
	for key := range keys {
		if !slices.Contains(stockKeys[:], key) {
			r.unknown = key
		}
	}
	return nil
}

// stockKeys are the keys of a StockRow.
var stockKeys = [...]string{"item", "place", "count", "at"}

// ItemRow is a change of an item as PATCH /v1/items takes it: the id and the
// attributes that change.
type ItemRow struct {
	ID, At string
	// Values are texts, float64, json.Number, booleans, lists of texts, or nil
	// for unknown, by the names of attributes.
	Values map[string]any
}

// UnmarshalJSON reads {"id", "at"?, ...}.
func (r *ItemRow) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&r.Values); err != nil {
		return fmt.Errorf("read item: %w", err)
	}
	for name, to := range map[string]*string{"id": &r.ID, "at": &r.At} {
		switch v := r.Values[name].(type) {
		case nil:
		case string:
			*to = v
		case json.Number:
			*to = v.String()
		default:
			return fmt.Errorf("read item: %q is no text", name)
		}
		delete(r.Values, name)
	}
	return nil
}

// MarshalJSON writes what UnmarshalJSON reads.
func (r ItemRow) MarshalJSON() ([]byte, error) {
	all := map[string]any{"id": r.ID}
	if r.At != "" {
		all["at"] = r.At
	}
	maps.Copy(all, r.Values)
	return json.Marshal(all)
}

// Applied is what became of rows.
type Applied struct {
	Applied int       `json:"applied"`
	Ignored []RowNote `json:"ignored"`
	Refused []RowNote `json:"refused"`
}

func newApplied() Applied { return Applied{Ignored: []RowNote{}, Refused: []RowNote{}} }

// RowNote says why a row, counted from 1, was not applied.
type RowNote struct {
	Row int    `json:"row"`
	Why string `json:"why"`
}

// errOlder says that something newer is known than a row.
var errOlder = errors.New("older")

// note counts what became of a row.
func (a *Applied) note(row int, err error) {
	switch {
	case err == nil:
		a.Applied++
	case errors.Is(err, errOlder), errors.Is(err, errNotOurs):
		a.Ignored = append(a.Ignored, RowNote{row, err.Error()})
	default:
		a.Refused = append(a.Refused, RowNote{row, err.Error()})
	}
}

// maxID bounds the ids of items and places, in characters.
const maxID = 100

// checkID says what is wrong with an id of an item or a place.
func checkID(what, id string) error {
	switch {
	case id == "":
		return fmt.Errorf("no %s; write its id", what)
	case utf8.RuneCountInString(id) > maxID || !utf8.ValidString(id):
		return fmt.Errorf("the %s's id is longer than %d characters; shorten it", what, maxID)
	case strings.ContainsRune(id, ']') || strings.ContainsFunc(id, unicode.IsControl) || strings.TrimSpace(id) != id:
		return fmt.Errorf("%s %q: an id has no ], no control characters and no space around it", what, id)
	}
	return nil
}

// maxCount bounds a count.
const maxCount = 1_000_000_000

// rowCount reads a count.
func rowCount(v any) (int64, error) {
	text, err := rules.FactText(v)
	if err != nil || text == "" {
		return 0, errors.New("no count; write a whole number from 0")
	}
	if text == "some" {
		return someCount, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > maxCount {
		return 0, fmt.Errorf("count %s is no whole number from 0 to %d", text, maxCount)
	}
	return n, nil
}
