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
	keys, err := ParseKeys(text, today)
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

func TestParseKeysRefuses(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ParseKeys(text, today)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseKeys(%q) = %v, want %q", text, err, want)
		}
		if err != nil && len(text) > 10 && strings.Contains(err.Error(), text[3:10]) {
			t.Errorf("ParseKeys(%q) says the secret: %v", text, err)
		}
	}
	f("", "none given")
	f("a", "expected")
	f("ab:"+testSecret, "expected")
	f("a:AAAA", "32 bytes")
	f("a:"+testSecret+" a:"+testSecret, "twice")
	f("a:"+testSecret+"@yesterday", "not a date")
	f("a:"+testSecret+"@2026-11-23", "is over")
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
