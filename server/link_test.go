package server

import (
	"strings"
	"testing"

	"example.com/opentime/render"
)

func TestParseLinkReadsPaths(t *testing.T) {
	f := func(path string, kind Kind, campaign, block string, position int, format render.Format) {
		t.Helper()
		link, ok := ParseLink([]byte(path), nil)
		if !ok || link.Kind != kind || link.Campaign != campaign || link.Block != block ||
			link.Position != position || link.Format != format {
			t.Errorf("ParseLink(%q) = %+v, %v", path, link, ok)
		}
	}
	f("/i/weekly-films/hero.jpg", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/hero.jpeg", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/hero.png", ImageLink, "weekly-films", "hero", 1, render.PNG)
	f("/i/weekly-films/timer.gif", ImageLink, "weekly-films", "timer", 1, render.GIF)
	f("/i/weekly-films/picks/3.jpg", ImageLink, "weekly-films", "picks", 3, render.JPG)
	f("/I/Weekly-Films/HERO.JPG", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/hero.jpg'", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/hero.jpg%27", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly%2Dfilms/hero.jpg", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/hero.jpg/", ImageLink, "weekly-films", "hero", 1, render.JPG)
	f("/i/weekly-films/picks/25.jpg", ImageLink, "weekly-films", "picks", 0, render.JPG)
	f("/i/weekly-films/picks/0.jpg", ImageLink, "weekly-films", "picks", 0, render.JPG)
	f("/c/weekly-films/picks/3", ClickLink, "weekly-films", "picks", 3, render.PNG)
	f("/c/weekly-films/_t", ClickLink, "weekly-films", "_t", 1, render.PNG)
}

func TestParseLinkRefusesPathsButReadsTheirType(t *testing.T) {
	f := func(path string, format render.Format) {
		t.Helper()
		link, ok := ParseLink([]byte(path), nil)
		if ok || link.Format != format {
			t.Errorf("ParseLink(%q) = %+v, %v", path, link, ok)
		}
	}
	f("/i/", render.PNG)
	f("/i/x", render.PNG)
	f("/i/weekly-films/hero.webp", render.PNG)
	f("/i/weekly-films/hero", render.PNG)
	f("/i/weekly films/hero.jpg", render.JPG)
	f("/i/%%sub%%/hero.gif", render.GIF)
	f("/i/a/b/1/2.jpg", render.JPG)
	f("/i/"+strings.Repeat("a", 49)+"/hero.jpg", render.JPG)
	f("/i/../../etc/passwd.jpg", render.JPG)
	f("/i/a%2fb/c/d/e.jpg", render.JPG)
}

func TestParseLinkReadsQueriesLeniently(t *testing.T) {
	const seal = "1aAAAAAAAAAAAAAAAAAAAAAA"
	f := func(query, id, gotSeal string, damage Damage) {
		t.Helper()
		link, ok := ParseLink([]byte("/i/c/b.jpg"), []byte(query))
		if !ok || link.Recipient != id || link.Seal != gotSeal || link.Damage != damage {
			t.Errorf("ParseLink(%q) = %+v, %v", query, link, ok)
		}
	}
	f("r=r-123", "r-123", "", Undamaged)
	f("r=r-123."+seal, "r-123", seal, Undamaged)
	f("r=r-123%2E"+seal, "r-123", seal, Undamaged)
	f("l=nl&amp;r=r-123."+seal, "r-123", seal, Undamaged)
	f("r=r-123."+seal+"%27", "r-123", seal, Undamaged)
	f("r=r-123."+seal+"'", "r-123", seal, Undamaged)
	f("r=+r-123+", "r-123", "", Undamaged)
	f("r=r-123&r=r-456", "r-123", "", Undamaged)
	f("r=-aB3dEfGhIjKlMnOpQrStU-."+seal, "-aB3dEfGhIjKlMnOpQrStU-", seal, Undamaged)
	f("x=%ZZ&r=r-123", "r-123", "", Undamaged)
	f("&&=&r=r-123", "r-123", "", Undamaged)

	f("", "", "", NoID)
	f("r=", "", "", NoID)
	f("r=r-123."+seal[:20], "", "", Garbled)
	f("r=r%20123", "", "", Garbled)
	f("r=%41%", "", "", MergeTag)
	f("r=bob@example.com", "", "", Address)
	f("r=bob%40example.com", "", "", Address)
	for _, tag := range []string{
		"[%[MASTER.ID]%]", "%%_subscriberkey%%", "*|UNIQID|*", "{{ person.KlaviyoID }}", "{{${user_id}}}",
		"{{%20contact.hs_object_id%20}}", "<%= escapeUrl(recipient.id) %>", "%SUBSCRIBERID%", "{contactfield=id}",
		"{{ .Subscriber.UUID }}", "-customerID-", "__test_email__", "%7B%7Bcustomer.id%7D%7D",
	} {
		f("r="+tag, "", "", MergeTag)
	}
}

func TestParseLinkBoundsParameters(t *testing.T) {
	query := strings.Repeat("name=x&", 3) + "long=" + strings.Repeat("y", maxValue+1) + "&" +
		strings.Repeat("p=1&", 40) + "late=1"
	link, ok := ParseLink([]byte("/i/c/b.jpg"), []byte(query))
	if !ok || len(link.Parameters) != 1 || link.Parameters[0] != (Parameter{"name", "x"}) {
		t.Errorf("parameters = %v", link.Parameters)
	}
	link, _ = ParseLink([]byte("/i/c/b.jpg"), []byte("name=Zo%C3%AB+Smit&s=20261123T0800Z-w12&l=nl-BE&bad=%0a"))
	if link.Parameters[0].Value != "Zoë Smit" || link.Send != "20261123T0800Z-w12" || link.Locale != "nl-BE" || len(link.Parameters) != 1 {
		t.Errorf("link = %+v", link)
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add([]byte("/i/weekly-films/hero.jpg"), []byte("r=r-123.1aAAAAAAAAAAAAAAAAAAAAAA&l=nl&amp;x=%27"))
	f.Add([]byte("/c/%%id%%/hero"), []byte("r={{ id }}&&%"))
	f.Fuzz(func(t *testing.T, path, query []byte) {
		link, ok := ParseLink(path, query)
		if link.Recipient != "" && !isID(link.Recipient) {
			t.Errorf("id %q", link.Recipient)
		}
		if ok && !isName(link.Campaign) || link.Position < 0 || link.Position > 24 || len(link.Parameters) > maxParameters {
			t.Errorf("link %+v", link)
		}
	})
}
