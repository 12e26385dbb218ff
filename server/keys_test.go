package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

// testSecret is the bytes 0..31.
const testSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func mustKeys(t testing.TB, text string) *Keys {
	t.Helper()
	keys, err := ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestSealIsTheDocumentedMAC(t *testing.T) {
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(i)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("r1\ncinema\nr-123"))
	want := "1a" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])

	keys := mustKeys(t, "a:"+testSecret)
	if got := keys.Seal("cinema", "r-123"); got != want {
		t.Errorf("Seal = %q, want %q", got, want)
	}
	if !keys.Verify("cinema", "r-123", want, today) {
		t.Error("the seal does not verify")
	}
}

func TestSealOfParametersIsTheDocumentedMAC(t *testing.T) {
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(i)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("x1\ncinema\nr-123\nname=Zoë\nnote=a=b & c\n"))
	want := "1a" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])

	keys := mustKeys(t, "a:"+testSecret)
	parameters := []Parameter{{"note", "a=b & c"}, {"name", "Zoë"}}
	if got := keys.SealParameters("cinema", "r-123", parameters); got != want {
		t.Errorf("SealParameters = %q, want %q", got, want)
	}
	f := func(name, id string, parameters []Parameter, want bool) {
		t.Helper()
		if keys.VerifyParameters("cinema", id, parameters, keys.SealParameters("cinema", "r-123", []Parameter{{"name", "Zoë"}, {"note", "a=b & c"}}), today) != want {
			t.Errorf("%s: verified is not %v", name, want)
		}
	}
	f("in any order", "r-123", parameters, true)
	f("another's", "r-124", parameters, false)
	f("one left out", "r-123", parameters[:1], false)
	f("one changed", "r-123", []Parameter{{"note", "a=b & d"}, {"name", "Zoë"}}, false)
	if keys.Verify("cinema", "r-123", want, today) {
		t.Error("a seal of parameters proves an id")
	}
}

func TestVerifyRefuses(t *testing.T) {
	keys := mustKeys(t, "a:"+testSecret)
	seal := keys.Seal("cinema", "r-123")
	f := func(name, sender, id, seal string) {
		t.Helper()
		if keys.Verify(sender, id, seal, today) {
			t.Errorf("%s verifies", name)
		}
	}
	f("another id", "cinema", "r-124", seal)
	f("another sender", "theatre", "r-123", seal)
	f("a newline moved", "cinema\nr", "-123", seal)
	f("a short seal", "cinema", "r-123", seal[:23])
	f("a long seal", "cinema", "r-123", seal+"A")
	f("another version", "cinema", "r-123", "2"+seal[1:])
	f("another key", "cinema", "r-123", "1b"+seal[2:])
	f("nothing", "cinema", "r-123", "")
	for i := range len(seal) * 8 {
		bytes := []byte(seal)
		bytes[i/8] ^= 1 << (i % 8)
		f("a flipped bit", "cinema", "r-123", string(bytes))
	}
}

func TestKeysRotate(t *testing.T) {
	other := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	old := mustKeys(t, "a:"+testSecret)
	both := mustKeys(t, "b:"+other+" a:"+testSecret+"@2026-11-24")
	seal := old.Seal("cinema", "r-123")
	if !both.Verify("cinema", "r-123", seal, today) {
		t.Error("a retired key does not verify on its last day")
	}
	if both.Verify("cinema", "r-123", seal, today.AddDate(0, 0, 1)) {
		t.Error("a retired key verifies after its last day")
	}
	if got := both.Seal("cinema", "r-123"); got[1] != 'b' {
		t.Errorf("sealed by %q, want the first key", got[1])
	}
}

func TestParseKeysRefusesAndSaysNoSecret(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ParseKeys(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseKeys(%q) = %v, want %q", text, err, want)
			return
		}
		for i := range len(testSecret) - 6 {
			if strings.Contains(err.Error(), testSecret[i:i+6]) {
				t.Errorf("ParseKeys(%q) says the secret: %v", text, err)
				return
			}
		}
	}
	other := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	f("", "none given")
	f(testSecret, "read key 1: expected <one letter or digit>:<base64url of 32 bytes>, and it has no colon")
	f("ab:"+testSecret, "before the colon it has 2 characters")
	f(testSecret+":a", "before the colon it has 43 characters")
	f(":"+testSecret, "before the colon it has 0 characters")
	f("-:"+testSecret, "before the colon it has 1 characters")
	f("a:", `key "a" has nothing after its colon`)
	f("a:AAAA", `key "a" is not base64url of 32 bytes: it has 4 characters, and 43 are needed`)
	f("a:"+testSecret[:42], "it has 42 characters")
	f("a:"+testSecret+"AA", "it has 45 characters")
	f("a:"+testSecret[:20]+"."+testSecret[21:], "its character 21 is none of")
	f("a:"+testSecret[:20]+"/"+testSecret[21:], "plain base64; write - for +")
	f("a:"+testSecret+" a:"+other, `read key 2: there are two keys "a"`)
	f("a:"+testSecret+" b:"+testSecret+"@2027-12-31", `"a" and "b" are the same key`)
	f("a:"+testSecret+"@yesterday", "is not a date; write its last day, such as 2027-12-31")
	f("a:"+other+"@"+testSecret, "is not a date")
	f("a:"+testSecret+"@2027-02-30", "is not a date")
	f("'a:"+testSecret+"'", "it has quotes in it")
	f(`"a:`+testSecret+`"`, "it has quotes in it")
	f("a:"+other+",b:"+testSecret, "keys are separated by spaces")
}

// A server whose signing key is over serves on; only signing is refused.
func TestAKeyThatIsOverSignsNoMore(t *testing.T) {
	keys := mustKeys(t, "a:"+testSecret+"@2026-11-24")
	if err := keys.CanSign(today); err != nil {
		t.Errorf("on its last day: %v", err)
	}
	err := keys.CanSign(today.AddDate(0, 0, 1))
	if err == nil || err.Error() != `key "a" signs, and its last day was 2026-11-24` {
		t.Errorf("after it: %v", err)
	}
	seal := keys.Seal("cinema", "r-1")
	for i, want := range []SealState{Verified, Over} {
		if got := keys.Check("cinema", "r-1", seal, today.AddDate(0, 0, i)); got != want {
			t.Errorf("%d days on the seal is %s, want %s", i, got, want)
		}
	}
	// What is over is said of its own seals only.
	if got := keys.Check("cinema", "r-2", seal, today.AddDate(0, 0, 1)); got != Wrong {
		t.Errorf("another's seal by a key that is over is %s", got)
	}
}

func TestKeysAreListedWithoutTheirSecrets(t *testing.T) {
	other := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	list := mustKeys(t, "b:"+other+" a:"+testSecret+"@2027-12-31").List()
	if len(list) != 2 || list[0].Kid != "b" || !list[0].Signs || !list[0].LastDay.IsZero() ||
		list[1].Kid != "a" || list[1].Signs || list[1].LastDay.Format(time.DateOnly) != "2027-12-31" {
		t.Fatalf("keys are %+v", list)
	}
	if again := mustKeys(t, "z:"+testSecret).List()[0].Print; again != list[1].Print || list[0].Print == list[1].Print {
		t.Errorf("prints are %q, %q and of the same key %q", list[0].Print, list[1].Print, again)
	}
}

// FuzzParseKeys reads what an environment may hold: it never panics, its errors
// say nothing that is as long as a piece of a secret, and keys that are read
// verify what they seal.
func FuzzParseKeys(f *testing.F) {
	for _, seed := range []string{"a:" + testSecret, "b:" + testSecret + "@2027-12-31 a:x", "'a:" + testSecret + "'", "a:@", testSecret, "a:" + testSecret + "==", "a:b:c@d@e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := ParseKeys(text)
		if err != nil {
			for word := range strings.FieldsSeq(text) {
				if len(word) > 24 && strings.Contains(err.Error(), word[len(word)-12:]) {
					t.Fatalf("%q: says %v", text, err)
				}
			}
			return
		}
		if got := keys.Check("cinema", "r-1", keys.Seal("cinema", "r-1"), time.Time{}); got != Verified {
			t.Fatalf("%q: a seal is %s", text, got)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	keys := mustKeys(b, "a:"+testSecret)
	seal := keys.Seal("cinema", "Qm9iIGlzIG5vdCBhIG5hbWU")
	b.ReportAllocs()
	for b.Loop() {
		if !keys.Verify("cinema", "Qm9iIGlzIG5vdCBhIG5hbWU", seal, today) {
			b.Fatal("does not verify")
		}
	}
}
