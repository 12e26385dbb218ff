package people

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// secretBits is how many an id has to hold that nobody may guess.
const secretBits = 96

// RequireSecretIDs has rows refused whose id can be guessed: for senders whose
// links are believed by the id alone. It is called before the profiles are used.
//
// A random id is hardly ever refused: one of 16 characters of base64url, the
// shortest there may be, with a chance below 1 in 2^30, any longer one, in hex too,
// below 1 in 2^36. What is drawn badly and looks random cannot be told.
func (p *Profiles) RequireSecretIDs() { p.secret = true }

// insteadOf is what to do about an id that is no secret.
const insteadOf = "; make random ids with opentime sign --new, or set recipients: signed and import the column r"

// refuseGuessable says of rows that were read, and are put together, which have an
// id that is no secret.
func refuseGuessable(rows []Row, read []*readRow, refused []error) {
	var ids []string
	for i, row := range read {
		if refused[i] != nil {
			continue
		}
		if why := guessable(row.id); why != "" {
			refused[i] = errors.New("r " + why + insteadOf)
			continue
		}
		ids = append(ids, bare(row.id))
	}
	counted, alike := counted(ids), alike(ids)
	hashes := hashes{}
	for i, row := range read {
		if refused[i] != nil {
			continue
		}
		giveWay(i)
		why := alike
		if counted[bare(row.id)] {
			why = "differs from another row's by its last characters only, as ids that are counted do"
		}
		if of := hashes.of(row.id, rows[i].Attributes); of != "" {
			why = "is made of " + of + ", and whoever knows that can make it too"
		}
		if why != "" {
			refused[i] = errors.New("r " + why + insteadOf)
		}
	}
}

// Characters of alphabets that ids are written in.
const (
	lower = "abcdefghijklmnopqrstuvwxyz"
	upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// alphabets are those in which a character holds less than six bits, smallest
// first.
var alphabets = [...]struct{ name, characters string }{
	{"digits", digits},
	{"hexadecimal", digits + lower[:6]},
	{"hexadecimal", digits + upper[:6]},
	{"letters", lower},
	{"letters", upper},
	{"base32", lower + "234567"},
	{"base32", upper + "234567"},
	{"lower-case letters and digits", lower + digits},
	{"capitals and digits", upper + digits},
}

// Limits that only one random id in very many exceeds.
const (
	leastCharacters = secretBits / 6 // of an id; none holds more than six bits
	leastHex        = secretBits / 4
	longRun         = 12 // characters that are equal, or follow each other
	fewCharacters   = 4  // that differ
	fewLetters      = 2  // in what is a number
)

// guessable says why an id by itself is no secret; "": it may be one.
func guessable(id string) string {
	if why := guessableUUID(id); why != "" {
		return why
	}
	text := bare(id)
	n := len(text)
	if n < leastCharacters {
		return fmt.Sprintf("is too short to be a secret: %d characters hold %d bits at most, and %d are needed", n, n*6, secretBits)
	}
	if n < leastHex {
		if len(strings.Map(noDigit, text)) <= fewLetters {
			return "is a number, and whoever counts meets it"
		}
		for _, alphabet := range alphabets[1:3] {
			if strings.Trim(text, alphabet.characters) == "" {
				return fmt.Sprintf("is too short to be a secret: %d hexadecimal characters hold %d bits, and %d are needed", n, 4*n, secretBits)
			}
		}
	}
	if repeats(text) {
		return "repeats itself, as random ids do not"
	}
	return ""
}

func noDigit(r rune) rune {
	if r >= '0' && r <= '9' {
		return -1
	}
	return r
}

// repeats reports whether an id has a long run of equal or consecutive characters,
// a short part again and again, or very few characters that differ.
func repeats(text string) bool {
	n := len(text)
	for step := -1; step <= 1; step++ {
		run := 1
		for i := 1; i < n; i++ {
			if run++; int(text[i])-int(text[i-1]) != step {
				run = 1
			}
			if run >= longRun {
				return true
			}
		}
	}
	for period := 2; period < leastCharacters && period <= n/2; period++ {
		if text[period:] == text[:n-period] {
			return true
		}
	}
	var seen [256]bool
	differ := 0
	for i := range n {
		if !seen[text[i]] {
			seen[text[i]] = true
			differ++
		}
	}
	return differ <= fewCharacters && n*2 < secretBits
}

// isUUID reports whether an id is a UUID with its dashes.
func isUUID(id string) bool {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return false
	}
	hex := strings.ReplaceAll(id, "-", "")
	return len(hex) == 32 && strings.Trim(strings.ToLower(hex), digits+lower[:6]) == ""
}

// bare is an id without the dashes of a UUID.
func bare(id string) string {
	if isUUID(id) {
		return strings.ReplaceAll(id, "-", "")
	}
	return id
}

// guessableUUID says which UUIDs are no secret.
func guessableUUID(id string) string {
	if !isUUID(id) {
		return ""
	}
	switch version := id[14]; version {
	case '1', '2', '6':
		return fmt.Sprintf("is a UUID of version %c, which is made of the time and the machine", version)
	case '3', '5':
		return fmt.Sprintf("is a UUID of version %c, which is a hash of a name", version)
	case '7':
		return "is a UUID of version 7: it begins with the time, and 74 of its bits are random"
	}
	return ""
}

// Limits of what ids that are put together have in common.
const (
	sharedCharacters = 12 // at the beginning of two ids
	fewOthers        = 12 // less than these then differ
	leastTogether    = 12 // ids, from which on what all have in common means something
	surePower        = 64 // of one half: how unlikely random ids are to use so few characters
)

// counted are the ids of which another one has all but the end.
func counted(ids []string) map[string]bool {
	sorted := slices.Sorted(slices.Values(ids))
	found := map[string]bool{}
	for i := 1; i < len(sorted); i++ {
		a, b := sorted[i-1], sorted[i]
		shared := sharedPrefix(a, b)
		if a != b && shared >= sharedCharacters && max(len(a), len(b))-shared < fewOthers {
			found[a], found[b] = true, true
		}
	}
	return found
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// alike says why none of many ids can be a secret, by what all have in common: how
// they begin and end, and the characters they use.
func alike(ids []string) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) < leastTogether {
		return ""
	}
	begin := sharedPrefix(ids[0], ids[len(ids)-1])
	end, longest, total := len(ids[0])-begin, 0, 0
	for _, id := range ids {
		n := 0
		for n < end && n < len(id)-begin && id[len(id)-1-n] == ids[0][len(ids[0])-1-n] {
			n++
		}
		end = n
	}
	var used [256]bool
	for _, id := range ids {
		rest := id[begin : len(id)-end]
		longest, total = max(longest, len(rest)), total+len(rest)
		for i := range len(rest) {
			used[rest[i]] = true
		}
	}
	name, bits := alphabetOf(&used, total)
	switch {
	case begin >= 2 && len(ids[0]) == 26 && strings.HasPrefix(ids[0], "01") && longest+begin+end == 26 && (name == "capitals and digits" || name == "lower-case letters and digits"):
		return "is a ULID like the other rows': it begins with the time, and 80 of its bits are random"
	case float64(longest)*bits >= secretBits:
		return ""
	case begin+end > 0:
		return fmt.Sprintf("has %d characters in common with every other row; the rest, %d of %s, holds %d bits of the %d that are needed",
			begin+end, longest, name, int(float64(longest)*bits), secretBits)
	}
	return fmt.Sprintf("is too short to be a secret: %d characters of %s hold %d bits, and %d are needed", longest, name, int(float64(longest)*bits), secretBits)
}

// alphabetOf returns the smallest alphabet that has all characters that are used,
// where so many random ones would use more, and the bits that one holds.
func alphabetOf(used *[256]bool, total int) (name string, bits float64) {
	for _, alphabet := range alphabets {
		size := float64(len(alphabet.characters))
		if float64(total)*(6-math.Log2(size)) < surePower {
			continue
		}
		all := true
		for c, is := range used {
			all = all && (!is || strings.IndexByte(alphabet.characters, byte(c)) >= 0)
		}
		if all {
			return alphabet.name, math.Log2(size)
		}
	}
	return "base64url", 6
}
