package people

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chosen are the ids of the items for a recipient.
func (l *Listed) chosen(r string) []string {
	ids := []string{}
	for _, i := range l.of(r) {
		ids = append(ids, l.ids[i])
	}
	return ids
}

func packed(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return out.String()
}

func TestAListIsReadFromTables(t *testing.T) {
	for name, text := range map[string]string{
		"tabs":      "r\titems\nemma\tdune,wicked\nbert.seal\twicked\n*\ttosca, aida\n",
		"csv":       "items,note,r\ndune;wicked,x,emma\nwicked,,bert\n\"tosca,aida\",,*\n",
		"packed":    packed("r;items\nemma;dune,wicked\nbert;wicked\n*;tosca,aida\n"),
		"scores":    "r,item,score\nbert,wicked,1\nemma,wicked,0.25\n*,aida,-1\nemma,dune,0.5\n*,tosca,3\n",
		"in order":  "r,item\nemma,dune\n*,tosca\nbert,wicked\nemma,wicked\n*,aida\n",
		"lines":     `{"r": "emma", "items": ["dune", "wicked"]}` + "\n" + `{"r": "bert", "item": "wicked"}` + "\n" + `{"items": "tosca;aida"}`,
		"some lost": "r\titems\nemma\tdune,wicked\nbert\twicked\ntoo\tmany\tcells\nnothing\t\n*\ttosca,aida\n",
	} {
		l, problems := ReadListed("picks", strings.NewReader(text), nil)
		if l == nil || (len(problems) > 0) != (name == "some lost") {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		for r, want := range map[string][]string{"emma": {"dune", "wicked"}, "bert": {"wicked"}, "": {"tosca", "aida"}, "zoe": {"tosca", "aida"}} {
			if got := l.chosen(r); !slices.Equal(got, want) {
				t.Errorf("%s: %q is offered %v, not %v", name, r, got, want)
			}
		}
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	for text, why := range map[string]string{
		"":                           "most of its rows are wrong, or there are none",
		"r,score\nemma,5\n":          "its first line names no column items or item",
		"r,items\nemma\nbert\n*,a\n": "most of its rows are wrong",
		"r,item,score\nemma,a,NaN\n": `score: "NaN" is no number`,
		"PK\x03\x04":                 "it is a spreadsheet",
		`{"r": "emma", "items": 5}`:  "items: 5 is no list of ids",
		"r,items\nemma,a;;b;\n":      "",
	} {
		l, problems := ReadListed("picks", strings.NewReader(text), nil)
		said := ""
		for _, p := range problems {
			said += p.String() + "\n"
		}
		if (l == nil) != (why != "") || !strings.Contains(said, why) {
			t.Errorf("%q: %v, not %q", text, said, why)
		}
	}
}

func TestWhoIsForgottenIsInNoList(t *testing.T) {
	read := func(forgotten func(string) bool) *Listed {
		l, problems := ReadListed("picks", strings.NewReader("r\titems\nemma\tdune\nbert\twicked\n"), forgotten)
		if l == nil {
			t.Fatal(problems)
		}
		return l
	}
	if l := read(func(id string) bool { return id == "emma" }); len(l.of("emma")) > 0 || len(l.of("bert")) != 1 {
		t.Error("who was forgotten is taken in")
	}
	var lists Lists
	before, during := read(nil), read(nil)
	lists.UseListed(map[string]*Listed{"picks": before})
	lists.Forget([]string{"emma"})
	lists.UseListed(map[string]*Listed{"picks": before, "more": during}) // was read before they were forgotten
	if len(before.of("emma"))+len(during.of("emma")) > 0 || during.Recipients() != 1 {
		t.Error("who was forgotten is still there")
	}
}

// TestAListHasEverybodysItemsInTheirOrder packs rows as they come, and looks up
// each recipient as a slow reading of them would.
func TestAListHasEverybodysItemsInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type row struct {
			r, item string
			score   int
		}
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) row {
			one := rapid.SampledFrom([]string{"a", "b", "c", "d"})
			return row{one.Draw(t, "r"), one.Draw(t, "item"), rapid.IntRange(-3, 3).Draw(t, "score")}
		}), 1, 40).Draw(t, "rows")
		text, want := strings.Builder{}, map[string][]row{}
		text.WriteString("r,item,score\n")
		for _, one := range rows {
			_, _ = fmt.Fprintf(&text, "%s,%s,%d\n", one.r, one.item, one.score)
			want[one.r] = append(want[one.r], one)
		}
		l, problems := ReadListed("picks", strings.NewReader(text.String()), nil)
		if l == nil || len(problems) > 0 {
			t.Fatal(problems)
		}
		for r, list := range want {
			slices.SortStableFunc(list, func(a, b row) int { return b.score - a.score })
			ids := []string{}
			for _, one := range list {
				ids = append(ids, one.item)
			}
			if got := l.chosen(r); !slices.Equal(got, ids) {
				t.Fatalf("%s is offered %v, not %v, by\n%s", r, got, ids, text.String())
			}
		}
	})
}

func FuzzReadListed(f *testing.F) {
	f.Add([]byte("r\titems\nemma\tdune,wicked\n"))
	f.Add([]byte(`{"r": "emma", "items": ["dune"]}`))
	f.Add([]byte(packed("r,item,score\nemma,dune,1e40\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, problems := ReadListed("picks", bytes.NewReader(data), nil)
		if l == nil && len(problems) == 0 {
			t.Fatal("nobody is told why it is none")
		}
		if l != nil {
			l.chosen("emma")
			l.chosen("")
		}
	})
}
