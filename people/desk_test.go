package people_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/store"
)

// memory is a Store that can be broken and damaged.
type memory struct {
	mu        sync.Mutex
	values    map[string]value
	synced    map[string]value // by imports, the last time
	broken    error
	bad       map[string]bool
	forgotten map[string]bool
	times     int // that many were read
}

type value struct {
	at      int64
	payload []byte
}

func newMemory() *memory {
	return &memory{values: map[string]value{}, synced: map[string]value{}, bad: map[string]bool{}, forgotten: map[string]bool{}}
}

func (m *memory) Recipient(id string, kind byte, dst []byte) ([]byte, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return dst, 0, m.broken
	}
	if m.bad[id+string(kind)] {
		return dst, 0, fmt.Errorf("read: %w", store.ErrDamaged)
	}
	v := m.values[id+string(kind)]
	return append(dst, v.payload...), v.at, nil
}

func (m *memory) PutRecipients(_ bool, fill func(put func(id string, kind byte, at int64, payload []byte))) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	fill(func(id string, kind byte, at int64, payload []byte) {
		if m.forgotten[id] {
			return
		}
		m.values[id+string(kind)] = value{at, append([]byte(nil), payload...)}
		delete(m.bad, id+string(kind))
	})
	return nil
}

func (m *memory) Many(ids []string, kinds []byte, each func(i int, kind byte, at int64, payload []byte, err error)) error {
	m.mu.Lock()
	m.times++
	m.mu.Unlock()
	for i, id := range ids {
		for _, kind := range kinds {
			payload, at, err := m.Recipient(id, kind, nil)
			switch {
			case kind == store.KindForgotten && m.forgotten[id]:
				each(i, kind, 0, nil, nil)
			case err != nil && !errors.Is(err, store.ErrDamaged):
				return err
			case err != nil || len(payload) > 0 || at != 0:
				each(i, kind, at, payload, err)
			}
		}
	}
	return nil
}

func (m *memory) One(id string, each func(kind byte, at int64, payload []byte, err error)) error {
	return m.Many([]string{id}, []byte("chjp"), func(_ int, kind byte, at int64, payload []byte, err error) { each(kind, at, payload, err) })
}

func (m *memory) Import(file [32]byte, dst []byte) ([]byte, int64, error) {
	return m.Recipient(string(file[:]), 'I', dst)
}

func (m *memory) PutImport(sync bool, file [32]byte, at int64, payload []byte, fill func(put func(id string, kind byte, at int64, payload []byte))) error {
	err := m.PutRecipients(false, func(put func(string, byte, int64, []byte)) {
		fill(put)
		put(string(file[:]), 'I', at, payload)
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if sync && err == nil {
		m.synced = maps.Clone(m.values)
	}
	return err
}

// lose loses what was not synced.
func (m *memory) lose() { m.values = maps.Clone(m.synced) }

func (m *memory) EndImport(file [32]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, string(file[:])+"I")
	return m.broken
}

func (m *memory) Imports(each func(file [32]byte, at int64, payload []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, v := range m.values {
		if len(key) == 33 && key[32] == 'I' {
			if err := each([32]byte([]byte(key)), v.at, v.payload); err != nil {
				return err
			}
		}
	}
	return m.broken
}

func (m *memory) Recipients(kind byte, each func(at int64, payload []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	for key, v := range m.values {
		if key[len(key)-1] != kind {
			continue
		}
		if err := each(v.at, v.payload); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw does nothing: answers are the store's own.
func (m *memory) Withdraw(...string) error { return m.broken }

func (m *memory) Histories(each func(id string, consent []byte, at int64, payload []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, v := range m.values {
		if id, is := strings.CutSuffix(key, "h"); is {
			if err := each(id, m.values[id+"c"].payload, v.at, v.payload); err != nil {
				return err
			}
		}
	}
	return m.broken
}

func (m *memory) Owners(kind byte, each func(id string, payload []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, v := range m.values {
		if id, is := strings.CutSuffix(key, string(kind)); is {
			if err := each(id, v.payload); err != nil {
				return err
			}
		}
	}
	return m.broken
}

func (m *memory) Forget(_ int64, ids ...string) (removed int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		m.forgotten[id] = true
		for _, kind := range "chjp" {
			if _, ok := m.values[id+string(kind)]; ok {
				removed++
				delete(m.values, id+string(kind))
			}
		}
	}
	return removed, m.broken
}

func (m *memory) Forgotten(id string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.forgotten[id]
}

// desk is profiles with a clock and a store that tests turn.
type desk struct {
	*people.Profiles
	t      testing.TB
	memory *memory
	mu     sync.Mutex
	now    time.Time
}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, memory: newMemory(), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	d.open()
	return d
}

func attributes() []rules.Attribute {
	return []rules.Attribute{
		{Name: "first_name", Type: rules.Text},
		{Name: "birthday", Type: rules.Yearly},
		{Name: "points", Type: rules.Number},
		{Name: "tier", Type: rules.Text, Values: []string{"silver", "gold"}},
		{Name: "delivery", Type: rules.Text, Age: 6 * time.Hour},
		{Name: "likes", Type: rules.TextList},
	}
}

func (d *desk) open() {
	d.Profiles = people.Open(d.memory, &rules.Sender{ID: "cinema", Attributes: attributes()}, rules.ConsentAggregate, d.clock,
		func(id, seal string) bool { return seal == "seal-of-"+id })
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) add(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

// put puts rows as JSON and returns the answer as JSON.
func (d *desk) put(body string) string {
	d.t.Helper()
	var rows []people.Row
	if err := json.Unmarshal([]byte(body), &rows); err != nil {
		d.t.Fatal(err)
	}
	applied, err := d.Put(rows)
	if err != nil {
		d.t.Fatal(err)
	}
	out, err := json.Marshal(applied)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

// see tells what is known of a recipient.
func (d *desk) see(id string) string {
	d.t.Helper()
	p, err := d.Profile(id)
	if err != nil {
		d.t.Fatal(err)
	}
	if p == nil {
		return "nobody"
	}
	out := fmt.Sprintf("%s/%s/%s/%s/%s", p.Locale, p.Zone, p.Country, p.City, p.Postcode)
	for i, a := range attributes() {
		if v := p.Attributes[i]; v.Known() {
			out += fmt.Sprintf(" %s=%s%s%d", a.Name, v.Text, strings.Join(v.List, "+"), v.N)
		}
	}
	if p.HasConsent {
		out += fmt.Sprint(" consent=", p.Consent)
	}
	return out
}
