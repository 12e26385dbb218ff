package server

import "testing"

func TestMarksAreFilled(t *testing.T) {
	const a = "https://a.example/x"
	for link, want := range map[string][2]string{ // with a recipient, without
		a:                                        {a, a},
		a + "?r=" + recipientMark:                {a + "?r=e.s", a},
		a + "?r=" + recipientMark + "&utm=x":     {a + "?r=e.s&utm=x", a + "?utm=x"},
		a + "?utm=x&r=" + recipientMark + "#top": {a + "?utm=x&r=e.s#top", a + "?utm=x#top"},
		a + "?utm=x&r=" + recipientMark + "&oid=" + clickMark:                   {a + "?utm=x&r=e.s&oid=id", a + "?utm=x&oid=id"},
		a + "?r=" + recipientMark + "&who=" + recipientMark + "#/a?b&c":         {a + "?r=e.s&who=e.s#/a?b&c", a + "#/a?b&c"},
		a + "?oid=" + clickMark + "&r=" + recipientMark + "&w=" + recipientMark: {a + "?oid=id&r=e.s&w=e.s", a + "?oid=id"},
	} {
		if got := [2]string{filled(link, "id", "e.s"), filled(link, "id", "")}; got != want {
			t.Errorf("%q: %q, want %q", link, got, want)
		}
	}
}

func TestOriginsOfLinks(t *testing.T) {
	for link, want := range map[string]string{
		"https://shop.example":                       "https://shop.example",
		"https://Shop.Example/a?b=https://x.example": "https://shop.example",
		"https://shop.example:8443/":                 "https://shop.example:8443",
		"http://shop.example/":                       "http://shop.example",
		"https://shop.example?x":                     "https://shop.example",
		"https://shop.example#x":                     "https://shop.example",
		"https://shop.example@evil.example/":         "https://shop.example@evil.example",
		"https://evil.example\\@shop.example/":       "https://evil.example",
		"https://shop.example.evil.example/":         "https://shop.example.evil.example",
		"":                                           "://",
	} {
		if got := originOf(link); got != want {
			t.Errorf("%q is of %q, want %q", link, got, want)
		}
	}
}
