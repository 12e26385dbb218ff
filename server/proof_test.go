package server

import (
	"encoding/base64"
	"strings"
	"testing"

	"example.com/opentime/rules"
)

func TestProveSaysWhatALinkProvesAndWhyNoMore(t *testing.T) {
	other := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	keys := mustKeys(t, "b:"+other+" a:"+testSecret+"@2026-11-24 c:"+strings.Repeat("A", 43)+"@2026-01-31")
	seal := func(kid, secret, sender, id string) string {
		return id + "." + mustKeys(t, kid+":"+secret).Seal(sender, id)
	}
	good := seal("a", testSecret, "cinema", "r-1")
	x := keys.SealParameters("cinema", "r-1", []Parameter{{"note", "a & b"}, {"size", "42"}})
	f := func(query string, trust rules.Trust, sealed bool, why string) {
		t.Helper()
		p, ok := keys.Prove("cinema", []byte("/i/spring/hero.jpg"), []byte(query), func(name string) bool { return name == "note" || name == "size" }, today)
		if !ok || p.Trust != trust || p.Sealed != sealed || !strings.Contains(p.Why, why) {
			t.Errorf("%s: %s because %q, sealed %v; want %s because %q, sealed %v", query, p.Trust, p.Why, p.Sealed, trust, why, sealed)
		}
		if (p.Do == "") != (trust == rules.Signed) {
			t.Errorf("%s: to do is %q", query, p.Do)
		}
		// No answer helps to make a seal.
		for _, secret := range []string{good[6:], x[2:]} {
			if !strings.Contains(query, secret) && strings.Contains(p.Why+p.Do, secret) {
				t.Errorf("%s: says the seal: %s", query, p.Why+p.Do)
			}
		}
	}
	f("", rules.Anonymous, false, "it has no r, or an empty one")
	f("r=", rules.Anonymous, false, "it has no r, or an empty one")
	f("r={{contact.r}}", rules.Anonymous, false, "r is a merge tag that was not filled in: {{contact.r}}")
	f("r=an@shop.example", rules.Anonymous, false, "r is a mail address")
	f("r=an%C3%A9", rules.Anonymous, false, "r has characters that no id has")
	f("r="+good[:len(good)-2], rules.Anonymous, false, "the seal has 22 characters, and 24 are right")
	f("r=r-1", rules.Claimed, false, "an id without a seal")
	f("r="+good, rules.Signed, false, `sealed by key "a", until 2026-11-24`)
	f("amp;r="+seal("b", other, "cinema", "r-1"), rules.Signed, false, `sealed by key "b"`)
	f("r="+seal("c", strings.Repeat("A", 43), "cinema", "r-1"), rules.Anonymous, false, `key "c", which made the seal, is retired: its last day was 2026-01-31`)
	f("r="+seal("d", testSecret, "cinema", "r-1"), rules.Anonymous, false, `no key "d" is in OPENTIME_KEYS`)
	f("r="+seal("a", testSecret, "theatre", "r-1"), rules.Anonymous, false, `key "a" of these did not make the seal for this id and sender "cinema"`)
	f("r=r-2"+good[3:], rules.Anonymous, false, "did not make the seal for this id")
	f("r="+seal("b", testSecret, "cinema", "r-1"), rules.Anonymous, false, `key "b" of these did not make`)
	f("r="+good[:6]+strings.ToLower(good[6:]), rules.Anonymous, false, "something changed capitals")
	f("r=r-1.2"+good[5:], rules.Anonymous, false, "does not begin with 1")
	f("r="+good+"&note=a+%26+b&size=42&utm_source=m&x="+x, rules.Signed, true, "sealed by key")
	f("r=r-1&note=a+%26+b&size=42&x="+x, rules.Claimed, true, "without a seal")
	f("r="+good+"&note=a+%26+c&size=42&x="+x, rules.Signed, false, "sealed by key")
	f("note=a+%26+b&size=42&x="+x, rules.Anonymous, false, "no r")
}
