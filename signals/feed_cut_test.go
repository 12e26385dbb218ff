package signals_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// film is an item of a feed that tests write.
type film struct {
	id    string
	price int
}

// feedText writes films in a format.
func feedText(format signals.FeedFormat, films []film) string {
	var out strings.Builder
	line := func(text string, args ...any) { fmt.Fprintf(&out, text+"\n", args...) }
	switch format {
	case signals.GoogleTSV:
		line("id\ttitle\tlink\tprice\timage_link\tdescription")
	case signals.CSV:
		line("id,title,link,price,image,description")
	case signals.GoogleXML:
		line(`<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel>`)
	}
	for _, f := range films {
		link, text := "https://cinema.example/"+f.id, "Film "+f.id
		switch format {
		case signals.GoogleTSV:
			line("%s\t%s\t%s\t%d EUR\t%s.jpg\t\"two\nlines\"", f.id, text, link, f.price, f.id)
		case signals.CSV:
			line("%s,%s,%s,%d EUR,%s.jpg,\"two\nlines of \"\"%s\"\"\"", f.id, text, link, f.price, f.id, text)
		case signals.JSONLines:
			line(`{"id":%q,"title":%q,"link":%q,"price":"%d EUR","image":"%s.jpg","description":"two\nlines"}`, f.id, text, link, f.price, f.id)
		case signals.GoogleXML:
			out.WriteString(item(f.id, fmt.Sprintf("<g:price>%d EUR</g:price><g:image_link>%s.jpg</g:image_link><description>two\nlines</description>\n", f.price, f.id)))
		}
	}
	if format == signals.GoogleXML {
		out.WriteString("</channel></rss>")
	}
	return out.String()
}

// endText is how a format says that it is whole.
func endText(format signals.FeedFormat, rows int) string {
	switch format {
	case signals.GoogleXML:
		return ""
	case signals.JSONLines:
		return fmt.Sprintf("{\"end\": %d}\n", rows)
	case signals.CSV:
		return fmt.Sprintf("#end,%d\r\n", rows)
	}
	return fmt.Sprintf("#end %d\n", rows)
}

// serves is everything that a shop serves of its feed.
func (s *shop) serves() string {
	var out strings.Builder
	for _, c := range s.Items("films").Rank(rules.Listing{From: "popular"}, func(*rules.Candidate) bool { return true }, 1000, nil) {
		fmt.Fprintf(&out, "%s|%s|%s|%s|%s|%d %s|%v|%v\n", c.ID, c.Title, c.Description, c.Link, c.Image, c.Price.N, c.Price.Text, c.Gone, c.Aged)
	}
	return out.String()
}

// TestACutFeedIsNeverServed cuts a feed at 200 places and more, in every format,
// packed and not, with an end that it says and without: what serves is the last
// good one, to the letter, through starts too.
func TestACutFeedIsNeverServed(t *testing.T) {
	cuts, taken := 0, 0
	for i, name := range signals.FeedFormats() {
		format := signals.FeedFormat(i)
		for _, says := range []bool{false, true} {
			for _, packed := range []bool{false, true} {
				if says && (format == signals.GoogleXML || packed) {
					continue // XML always does, and a packed feed that is cut off cannot be unpacked
				}
				t.Run(fmt.Sprintf("%s, says its end %v, packed %v", name, says, packed), func(t *testing.T) {
					c, k := cutFeed(t, format, says, packed)
					cuts, taken = cuts+c, taken+k
				})
			}
		}
	}
	t.Logf("%d cuts refused; %d took off the last line break only, and were taken whole", cuts, taken)
}

// cutFeed cuts a feed that is newer than the one in use, and returns how often
// it was refused, and taken because all of it was there.
func cutFeed(t *testing.T, format signals.FeedFormat, says, packed bool) (refused, taken int) {
	var before, after []film
	for i := range 40 {
		f := film{fmt.Sprint("i", i), 100 + i}
		before = append(before, f)
		if f.price = 200 + i; i != 7 {
			after = append(after, f)
		}
		if i == 12 {
			after = append(after, film{"new", 5})
		}
	}
	text := func(films []film, more ...film) string {
		films = append(films, more...)
		text := feedText(format, films)
		if says {
			text += endText(format, len(films))
		}
		if packed {
			text = pack(text)
		}
		return text
	}
	whole := text(after)
	if says { // only then can it be told that rows are missing that never were there
		whole = text(after, film{"newest", 6}, film{"newer", 7})
	}
	s := newShop(t)
	s.format = format
	_ = s.Close()
	s.open()
	s.writeText(text(before))
	s.refresh()
	old := s.serves()
	s.writeText(whole)
	fresh := newShop(t)
	fresh.format = format
	_ = fresh.Close()
	fresh.open()
	fresh.writeText(whole)
	fresh.refresh()
	now := fresh.serves()

	places := 210
	if !packed { // every line break comes on top
		places = 120
	}
	at := map[int]bool{0: true, 1: true, 2: true, len(whole) - 1: true, len(whole) - 2: true}
	for i := range whole {
		if i%max(1, len(whole)/places) == 0 || whole[i] == '\n' && !packed {
			at[i], at[i+1] = true, true
		}
	}
	delete(at, len(whole))
	bad := 0
	for cut := range len(whole) {
		if !at[cut] {
			continue
		}
		if refused++; refused%50 == 0 {
			_ = s.Close()
			s.open()
		}
		s.clock.add(1e9)
		s.writeText(whole[:cut])
		_, err := s.Refresh(context.Background(), "films")
		switch got := s.serves(); {
		case err != nil && got == old:
		case err == nil && got == now && strings.TrimSpace(whole[cut:]) == "":

			// Nothing but the last line break is missing.
			refused, taken = refused-1, taken+1
		default:
			t.Fatalf("cut at %d of %d, before %.20q: %v, serves\n%.300s", cut, len(whole), whole[cut:], err, got)
		}
		between := err != nil && strings.Contains(err.Error(), "as if it were cut off")
		if bad++; between || bad == 8 {
			// A feed that ends with the same row twice is believed, and where nothing of
			// ten refreshes is good what passes is unknown.
			bad = 0
			s.clock.add(1e9)
			s.writeText(text(before))
			_, _ = s.Refresh(context.Background(), "films")
		}
	}
	if refused+taken < 200 {
		t.Errorf("only %d cuts", refused+taken)
	}
	s.clock.add(1e9)
	s.writeText(whole)
	if s.refresh(); s.serves() != now {
		t.Error("the whole feed is not taken")
	}
	return refused, taken
}

// TestRowsThatEndEarlyAreBelievedTheSecondTime has a table without an end lose
// its last items: it may be cut off, and is not if it ends there again.
func TestRowsThatEndEarlyAreBelievedTheSecondTime(t *testing.T) {
	s := newShop(t)
	s.format = signals.CSV
	_ = s.Close()
	s.open()
	films := []film{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}}
	put := func(films ...film) (string, error) {
		s.clock.add(1e9)
		s.writeText(feedText(signals.CSV, films))
		_, err := s.Refresh(context.Background(), "films")
		return s.rank("popular", 9), err
	}
	for _, step := range []struct {
		films   []film
		serves  string
		refused bool
	}{
		{films, "a b c d", false},
		{films[:3], "a b c d", true},
		{films[:2], "a b c d", true},
		{[]film{{"a", 5}, {"b", 6}}, "a b", false}, // prices changed; it ends there again
		{films, "a b c d", false},
		{films[1:], "b c d", false},                // gone from the front
		{[]film{{"d", 4}, {"c", 3}}, "d c", false}, // in another order
		{[]film{{"d", 4}, {"e", 3}}, "d c", true},  // c may be behind e
		{[]film{{"d", 4}, {"e", 3}}, "d e", false},
		{[]film{{"x", 4}, {"y", 3}}, "x y", false}, // all others
	} {
		serves, err := put(step.films...)
		if serves != step.serves || (err != nil) != step.refused {
			t.Fatalf("%v: serves %s, %v", step.films, serves, err)
		}
	}
}

// TestAFeedThatSaidItsEndMustSayIt takes the end away from a feed that had one.
func TestAFeedThatSaidItsEndMustSayIt(t *testing.T) {
	s := newShop(t)
	s.format = signals.CSV
	_ = s.Close()
	s.open()
	films := []film{{"a", 1}, {"b", 2}}
	s.writeText(feedText(signals.CSV, films) + endText(signals.CSV, 2))
	s.refresh()
	_ = s.Close()
	s.open()
	s.clock.add(1e9)
	s.writeText(feedText(signals.CSV, films))
	if _, err := s.Refresh(context.Background(), "films"); err == nil || !strings.Contains(err.Error(), "it does not say its end") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Renew(context.Background(), "films", true); err != nil {
		t.Errorf("forced: %v", err)
	}
}
