package people_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

// feedOf is a feed with a text, as of a moment.
func feedOf(text string, at time.Time) *people.FeedFile {
	return &people.FeedFile{
		Name: "scores.csv", At: at, Rest: func() {},
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// feed has a feed taken, and returns what became of it.
func (d *desk) feed(text string, at time.Time) string {
	d.t.Helper()
	if _, err := d.CheckFeed(context.Background(), feedOf(text, at)); err != nil {
		return err.Error()
	}
	sum, err := d.ApplyFeed(context.Background(), feedOf(text, at))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d of %d %v %v", sum.Applied, sum.Rows, sum.Ignored, sum.Problems)
}

func TestAFeedChangesOnlyWhatItNames(t *testing.T) {
	d := newDesk(t)
	hour := func(h int) time.Time { return time.Date(2026, 11, 23, h, 0, 0, 0, time.UTC) }
	d.put(`[{"r":"emma","at":"2026-11-23T08:00:00Z","attributes":{"first_name":"Emma","city":"Gent"}}]`)
	for _, step := range []struct {
		what      string
		do        func() string
		want, see string
	}{
		{"a file of before the profile says what that does not", func() string { return d.feed("r,points\nemma,1\n", hour(7)) }, "1 of 1 map[] []", "///Gent/ first_name=Emma0 points=1000000"},
		{"the same again", func() string { return d.feed("r,points\nemma,1\n", hour(7)) }, "1 of 1 map[] []", "///Gent/ first_name=Emma0 points=1000000"},
		{"a later profile that does not name it", func() string {
			return d.put(`[{"r":"emma","at":"2026-11-23T09:00:00Z","attributes":{"first_name":"Em"}}]`)
		}, `{"applied":1,"ignored":[],"refused":[]}`, "//// first_name=Em0 points=1000000"},
		{"one that does", func() string { return d.put(`[{"r":"emma","at":"2026-11-23T10:00:00Z","attributes":{"points":2}}]`) }, `{"applied":1,"ignored":[],"refused":[]}`, "//// points=2000000"},
		{"a file of before that", func() string { return d.feed("r,points,tier\nemma,1,gold\n", hour(9)) }, "1 of 1 map[older: points:1] []", "//// points=2000000 tier=gold0"},
		{"a newer file", func() string { return d.feed("r,points\nemma,3\n", hour(11)) }, "1 of 1 map[] []", "//// points=3000000 tier=gold0"},
		{"a profile of before it", func() string {
			return d.put(`[{"r":"emma","at":"2026-11-23T10:30:00Z","attributes":{"points":9,"tier":null}}]`)
		}, `{"applied":1,"ignored":[],"refused":[]}`, "//// points=3000000"},
		{"what was said to be unknown later stays so", func() string { return d.feed("r,tier\nemma,silver\n", hour(9)) }, "0 of 1 map[older:1] []", "//// points=3000000"},
		{"a row's own date", func() string { return d.feed("r,at,tier\nemma,2026-11-23T10:45:00Z,silver\n", hour(9)) }, "1 of 1 map[] []", "//// points=3000000 tier=silver0"},
		{"an empty cell", func() string { return d.feed("r,tier\nemma,\n", hour(12)) }, "1 of 1 map[] []", "//// points=3000000"},
		{"lines of JSON", func() string { return d.feed(`{"r":"emma","tier":"gold","attributes":{"likes":["a","b"]}}`, hour(12)) }, "1 of 1 map[] []", "//// points=3000000 tier=gold0 likes=a+b0"},
	} {
		got := step.do()
		if got != step.want || d.see("emma") != step.see {
			t.Errorf("%s: %s, and %s\nwant %s, and %s", step.what, got, d.see("emma"), step.want, step.see)
		}
		d.open()
	}
}

func TestAFeedThatIsBadChangesNothing(t *testing.T) {
	d := newDesk(t)
	d.put(`[{"r":"emma","at":"2026-11-23T08:00:00Z","attributes":{"points":7}}]`)
	for text, want := range map[string]string{
		"":                                     "scores.csv:1:1: no line of names; write one such as r,at and attributes",
		"r,pionts\nemma,1\n":                   `scores.csv:1:3: unknown column "pionts"; did you mean "points"?`,
		"r,consent\nemma,full\n":               `scores.csv:1:3: unknown column "consent"; known: `,
		"r,points\n":                           "it has no rows",
		"r,points\nemma,x\nlars,y\nmia,1\n":    "2 of 3 rows are wrong; put them right",
		`{"r":"emma","consent":"full"}`:        "1 of 1 rows are wrong; put them right",
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02": "",
	} {
		if got := d.feed(text, d.clock()); !strings.HasPrefix(got, want) || strings.Contains(got, " of 1 map") {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if got := d.see("emma") + d.see("mia"); got != "//// points=7000000nobody" {
			t.Errorf("%q left %s", text, got)
		}
	}
	cut := feedOf("", d.clock())
	cut.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("r,points\nemma,1\nlars,1\n"), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
	}
	if _, err := d.CheckFeed(context.Background(), cut); err == nil {
		t.Error("a feed that is cut off is well")
	}
}

func TestRowsOfAFeedThatAreWrongAreToldWithTheirPlace(t *testing.T) {
	d := newDesk(t)
	got := d.feed("r,points,tier\nemma,1,gold\nlars,x,gold\n\"mia\",2\nno@body,1,gold\njo,4,glod\npia,5,gold\nroy,6,gold\nada,7,gold\n", d.clock())
	const want = `4 of 8 map[] [scores.csv:3:6: points: "x" is not a number; write plain digits, such as 1200 or 2.5 ` +
		`scores.csv:4:1: 2 cells under 3 names; quote texts with a separator in them ` +
		`scores.csv:5:1: r is no id; write 1 to 64 of A-Z, a-z, 0-9, _ and -, with its seal or without ` +
		`scores.csv:6:6: tier: unknown value "glod"; did you mean "gold"?]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := d.see("emma") + d.see("ada") + d.see("lars"); got != "//// points=1000000 tier=gold0//// points=7000000 tier=gold0nobody" {
		t.Error(got)
	}
}

func TestAFeedBringsNobodyBack(t *testing.T) {
	d := newDesk(t)
	if _, err := d.Forget([]string{"emma"}); err != nil {
		t.Fatal(err)
	}
	if got := d.feed("r,points\nemma,1\nlars,2\n", d.clock()); got != "1 of 2 map[forgotten; nothing is kept of who was:1] []" {
		t.Error(got)
	}
	d.open()
	if got := d.see("emma"); got != "//// consent=0" {
		t.Errorf("the forgotten has %s", got)
	}
}

func TestAFeedEndsWithItsContextAndWithTheStore(t *testing.T) {
	d := newDesk(t)
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := d.ApplyFeed(ctx, feedOf("r,points\nemma,1\n", d.clock())); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
	d.memory.broken = errors.New("disk away")
	if got := d.feed("r,points\nemma,1\n", d.clock()); !strings.Contains(got, "disk away") {
		t.Errorf("a broken store: %s", got)
	}
	d.memory.broken = nil
	if got := d.see("emma"); got != "nobody" {
		t.Errorf("left %s", got)
	}
}

// TestOfFeedsAndProfilesTheNewestWordCounts lays feeds and profiles that name an
// attribute over each other in any order: that of the newest date stays.
func TestOfFeedsAndProfilesTheNewestWordCounts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDesk(t)
		newest, want := -1, 0
		for i := range rapid.IntRange(1, 12).Draw(r, "words") {
			minute := rapid.IntRange(0, 600).Draw(r, "minute")
			at := time.Date(2026, 11, 23, 0, minute, 0, 0, time.UTC)
			if rapid.Bool().Draw(r, "feed") {
				d.feed(fmt.Sprintf("r,points\nemma,%d\n", i), at)
			} else {
				d.put(fmt.Sprintf(`[{"r":"emma","at":%q,"attributes":{"points":%d}}]`, at.Format(time.RFC3339), i))
			}
			if minute >= newest {
				newest, want = minute, i
			}
		}
		if got := strings.TrimSpace(d.see("emma")); got != strings.TrimSpace(fmt.Sprintf("//// points=%d", want*1_000_000)) {
			r.Fatalf("%s, want %d", got, want)
		}
	})
}
