package people

import (
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/opentime/rules"
)

// Patch changes the attributes that the rows have, each where the row is not older
// than what is kept of it, and leaves the others as they are; one without a value
// is unknown from then on. A row of somebody of whom nothing is kept makes a
// profile. All else is as for Put.
func (p *Profiles) Patch(rows []Row, received time.Time) (Applied, error) {
	return p.write(rows, received, (*person).patch)
}

// patch lays a row's attributes over the profile's, each by its own date. It
// reports whether any was taken, and which were not.
func (who *person) patch(row *readRow) (taken bool, note string) {
	var older []string
	names := slices.Sorted(maps.Keys(row.given))
	for _, name := range names {
		if !who.patchOne(row, name) {
			older = append(older, name)
		}
	}
	switch {
	case len(names) == 0 && row.consent == nil:
		return false, "nothing to change; write an attribute"
	case len(older) == 0:
		return len(names) > 0, ""
	case len(older) == len(names):
		return false, "older"
	}
	return true, "older: " + strings.Join(older, ", ")
}

// patchOne lays one attribute over the profile's and reports whether it is the
// newest.
func (who *person) patchOne(row *readRow, name string) bool {
	k, before := &who.profile, int64(0)
	if who.has {
		before = who.profileAt
	}
	if i := slices.Index(homes[:], name); i >= 0 {
		if row.at < max(before, k.homeAt[i]) {
			return false
		}
		k.home[i], k.homeAt[i] = row.profile.home[i], row.at
	} else {
		next := keptAttribute{name: name, at: row.at, value: row.profile.value(name)}
		i := k.index(name)
		switch {
		case i < 0 && row.at < before, i >= 0 && row.at < max(before, k.attributes[i].at):
			return false
		case i < 0:
			k.attributes = append(k.attributes, next)
		default:
			k.attributes[i] = next
		}
	}
	who.has, who.wrote = true, true
	return true
}

// index is where an attribute is; -1 if it is not there.
func (k *keptProfile) index(name string) int {
	return slices.IndexFunc(k.attributes, func(a keptAttribute) bool { return a.name == name })
}

// value is that of an attribute; unknown if it is not there.
func (k *keptProfile) value(name string) rules.Value {
	if i := k.index(name); i >= 0 {
		return k.attributes[i].value
	}
	return rules.Value{}
}

// keepNewer takes over what was changed by itself after a date, and what a feed told
// of which the row that k was made of says nothing. Where that row has no value for
// it, it is unknown as of the row.
func (k *keptProfile) keepNewer(old *keptProfile, row *readRow) {
	at := row.at
	for i := range old.homeAt {
		if old.homeAt[i] > at {
			k.home[i], k.homeAt[i] = old.home[i], old.homeAt[i]
		}
	}
	for _, a := range old.attributes {
		i := k.index(a.name)
		_, given := row.given[a.name]
		switch {
		case a.at > at && i >= 0:
			k.attributes[i] = a
		case a.at > at, a.fed && !given:
			k.attributes = append(k.attributes, a)
		case a.fed && i < 0:
			k.attributes = append(k.attributes, keptAttribute{name: a.name})
		}
	}
}
