package people_test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

// keyedDesk is a desk of a sender whose links are believed by the id alone.
func keyedDesk(t testing.TB) *desk {
	d := newDesk(t)
	d.RequireSecretIDs()
	return d
}

func TestIDsThatCanBeGuessedAreRefused(t *testing.T) {
	const short, number, repeats, counted = "r is too short to be a secret", "r is a number", "r repeats itself", "r differs from another row's by its last characters only"
	for name, c := range map[string]struct {
		ids  []string
		want string
	}{
		"a number":                       {[]string{"1041"}, short},
		"a long number":                  {[]string{"100000001041529417"}, number},
		"a number of a kind":             {[]string{"c1000000010415294"}, number},
		"a name":                         {[]string{"emma"}, short},
		"64 bits of hex":                 {[]string{"9f3a61c07be2d485"}, "r is too short to be a secret: 16 hexadecimal characters hold 64 bits, and 96 are needed; make random ids with opentime sign --new, or set recipients: signed and import the column r"},
		"88 bits of hex":                 {[]string{"9F3A61C07BE2D4859F3A61"}, short},
		"15 characters":                  {[]string{"kwe0q-2j6HItA7V"}, "r is too short to be a secret: 15 characters hold 90 bits at most, and 96 are needed"},
		"zeros":                          {[]string{"user-000000000000000000001041"}, repeats},
		"an alphabet":                    {[]string{"abcdefghijklmnopqrstuvwxyz"}, repeats},
		"backwards":                      {[]string{"x-zyxwvutsrqponm-1234"}, repeats},
		"a part again and again":         {[]string{"deadbeefdeadbeefdeadbeefdeadbeef"}, repeats},
		"few characters":                 {[]string{"abbabaabbaabcbaababbaaab"}, repeats},
		"a UUID of a name":               {[]string{"cfbff0d1-9375-5685-968c-48ce8b15ae17"}, "r is a UUID of version 5, which is a hash of a name"},
		"a UUID of the time":             {[]string{"c232ab00-9414-11ec-b3c8-9f6bdeced846"}, "r is a UUID of version 1"},
		"a UUID of the time and of dice": {[]string{"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"}, "r is a UUID of version 7"},
		"counted":                        {[]string{"kwe0q-2j6HItA7VEX3Bx0001", "kwe0q-2j6HItA7VEX3Bx0002"}, counted},
		"counted by a database":          {[]string{"507f1f77bcf86cd799439011", "507f1f77bcf86cd799439012"}, counted},
		"many after a name":              {many("customer-%s", 8, lowercase), "r has 9 characters in common with every other row; the rest, 8 of lower-case letters and digits, holds 41 bits of the 96 that are needed"},
		"many before a name":             {many("%s-of-the-shop", 10, lowercase), "r has 12 characters in common"},
		"many of few characters":         {many("%s", 16, lowercase), "r is too short to be a secret: 16 characters of lower-case letters and digits hold 82 bits, and 96 are needed"},
		"many numbers":                   {many("%s", 25, "0123456789"), "r is too short to be a secret: 25 characters of digits hold 83 bits"},
		"ULIDs":                          {many("01J%s", 23, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), "r is a ULID like the other rows'"},
	} {
		t.Run(name, func(t *testing.T) {
			var rows []people.Row
			for _, id := range c.ids {
				rows = append(rows, people.Row{R: id}, people.Row{R: id + ".seal-of-" + id})
			}
			d := keyedDesk(t)
			applied, err := d.Put(rows)
			if err != nil || len(applied.Refused) != len(rows) || applied.Applied != 0 {
				t.Fatalf("%+v, %v", applied, err)
			}
			for _, note := range applied.Refused {
				if !strings.HasPrefix(note.Why, c.want) {
					t.Errorf("got  %s\nwant %s", note.Why, c.want)
				}
			}
			if applied, err := newDesk(t).Put(rows); err != nil || applied.Applied != len(rows) {
				t.Errorf("where ids need no secret: %+v, %v", applied, err)
			}
		})
	}
}

const (
	lowercase = "abcdefghijklmnopqrstuvwxyz0123456789"
	base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// many are random ids of n characters in a pattern.
func many(pattern string, n int, characters string) []string {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	ids := make([]string, 40)
	for i := range ids {
		ids[i] = fmt.Sprintf(pattern, randomID(random, n, characters))
	}
	return ids
}

func randomID(random *rand.Rand, n int, characters string) string {
	id := make([]byte, n)
	for i := range id {
		id[i] = characters[random.IntN(len(characters))]
	}
	return string(id)
}

func TestAnIDThatIsAHashOfAnAttributeIsRefused(t *testing.T) {
	hashes := map[string]func([]byte) []byte{
		"md5":    func(b []byte) []byte { s := md5.Sum(b); return s[:] },
		"sha1":   func(b []byte) []byte { s := sha1.Sum(b); return s[:] },
		"sha224": func(b []byte) []byte { s := sha256.Sum224(b); return s[:] },
		"sha256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
		"sha384": func(b []byte) []byte { s := sha512.Sum384(b); return s[:] },
		"sha512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
		"none":   func(b []byte) []byte { return b },
	}
	codings := map[string]func([]byte) string{
		"hex":       hex.EncodeToString,
		"HEX":       func(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) },
		"base64url": base64.RawURLEncoding.EncodeToString,
	}
	values := map[string][]string{ // as attributes have them, and as they were hashed
		" Emma.Peeters@Example.org ": {"Emma.Peeters@Example.org", "emma.peeters@example.org", "EMMA.PEETERS@EXAMPLE.ORG"},
		"+32 (0)475 12.34.56":        {"+32 (0)475 12.34.56", "320475123456", "+320475123456"},
		"0000104152":                 {"0000104152", "104152"},
		"Zoë":                        {"Zoë", "zoë"},
	}
	tried := 0
	for value, written := range values {
		for _, text := range written {
			for hash, sum := range hashes {
				for coding, code := range codings {
					id := code(sum([]byte(text)))
					for _, id := range []string{id, id[:min(len(id), 64)], id[:min(len(id), 32)], id[:min(len(id), 24)]} {
						if len(id) < 24 || len(id) > 64 {
							continue
						}
						tried++
						row := people.Row{R: id, Attributes: map[string]any{"first_name": value, "points": 12}}
						applied, err := keyedDesk(t).Put([]people.Row{row})
						if err != nil || len(applied.Refused) != 1 || !strings.HasPrefix(applied.Refused[0].Why, "r is made of first_name, and whoever knows that can make it too; make random ids") {
							t.Errorf("%s in %s of %q: %s: %+v %v", hash, coding, text, id, applied, err)
						}
					}
				}
			}
		}
	}
	if tried < 300 {
		t.Errorf("%d ids tried", tried)
	}
	uuid, points := "", 0
	for ; uuid == "" || uuid[12] != '4'; points++ { // as one of version 4
		id := md5.Sum([]byte(strconv.Itoa(points + 1)))
		uuid = hex.EncodeToString(id[:])
	}
	row := people.Row{R: uuid[:8] + "-" + uuid[8:12] + "-" + uuid[12:16] + "-" + uuid[16:20] + "-" + uuid[20:], Attributes: map[string]any{"points": json.Number(strconv.Itoa(points))}}
	if applied, err := keyedDesk(t).Put([]people.Row{row}); err != nil || len(applied.Refused) != 1 || !strings.Contains(applied.Refused[0].Why, "made of points") {
		t.Errorf("with dashes: %+v %v", applied, err)
	}
}

// TestAHashOfAnyValueIsRefused hashes what anybody is called, in any pieces.
func TestAHashOfAnyValueIsRefused(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		value := rapid.StringN(1, 20, -1).Draw(rt, "value")
		if strings.TrimSpace(value) == "" {
			return
		}
		sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(value))))
		id := rapid.SampledFrom([]string{hex.EncodeToString(sum[:]), base64.RawURLEncoding.EncodeToString(sum[:])}).Draw(rt, "coding")
		id = id[:rapid.IntRange(24, len(id)).Draw(rt, "length")]
		applied, err := keyedDesk(t).Put([]people.Row{{R: id, Attributes: map[string]any{"first_name": value}}})
		if err != nil || len(applied.Refused) != 1 {
			rt.Fatalf("%s: %+v %v", id, applied, err)
		}
	})
}

// randomIDs is how many ids of each kind TestRandomIDsAreNotRefused makes.
var randomIDs = flag.Int("ids", 20_000, "random ids of each kind")

// TestRandomIDsAreNotRefused puts many of each kind, a thousand at a time. That of a
// million one is refused, with -ids 1000000, has a chance below 1 in 1,000 for the
// shortest and for digits, and 1 in 50,000 for the others.
func TestRandomIDsAreNotRefused(t *testing.T) {
	uuid := func(random *rand.Rand) string {
		id := randomID(random, 36, "0123456789abcdef")
		return id[:8] + "-" + id[9:13] + "-4" + id[15:18] + "-a" + id[20:23] + "-" + id[24:]
	}
	for name, draw := range map[string]func(*rand.Rand) string{
		"16 of base64url":   func(r *rand.Rand) string { return randomID(r, 16, base64URL) },
		"22 of base64url":   func(r *rand.Rand) string { return randomID(r, 22, base64URL) },
		"24 of hex":         func(r *rand.Rand) string { return randomID(r, 24, "0123456789abcdef") },
		"32 of hex":         func(r *rand.Rand) string { return randomID(r, 32, "0123456789ABCDEF") },
		"a UUID":            uuid,
		"19 of base36":      func(r *rand.Rand) string { return randomID(r, 19, lowercase) },
		"22 behind a name":  func(r *rand.Rand) string { return "customer-" + randomID(r, 22, base64URL) },
		"30 digits":         func(r *rand.Rand) string { return randomID(r, 30, "0123456789") },
		"kinds of all sort": func(r *rand.Rand) string { return randomID(r, 16+r.IntN(48), base64URL) },
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
			for range *randomIDs / 1000 {
				ids := []string{}
				for range 1000 {
					ids = append(ids, draw(random))
				}
				if why := people.Guessable(ids); len(why) > 0 {
					t.Fatalf("refused: %v", why)
				}
			}
			// Alone too, and with values that have nothing to do with it.
			d := keyedDesk(t)
			for i := range 200 {
				applied, err := d.Put([]people.Row{{R: draw(random), Attributes: map[string]any{"first_name": "Emma", "points": strconv.Itoa(i)}}})
				if err != nil || applied.Applied != 1 {
					t.Fatalf("%+v %v", applied, err)
				}
			}
		})
	}
}
