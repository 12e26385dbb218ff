package signals

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// TestTheListOfSignalsIsWhatIsGathered gathers and decides as each class of
// clients, with a home in the profile and without: what rules.ListSignals says
// that mail proxies and clients that fetch ahead are told is what a rule sees.
func TestTheListOfSignalsIsWhatIsGathered(t *testing.T) {
	g := newTestGatherer(t)
	sender := &rules.Sender{
		ID: "demo", Hosts: []string{"shop.example"}, Zone: time.UTC, Locales: []string{"nl"}, Places: []string{"shops"}, Attributes: declared,
		Feeds:     map[string][]rules.Attribute{"films": {{Name: "seats", Type: rules.Number}}},
		Layouts:   map[string]*rules.Layout{"empty": {ID: "empty", Width: 600, Height: 100}},
		Published: true, // its rules only list signals
	}
	var all []rules.ListedSignal
	file := "campaign: all\nblocks:\n  b:\n    show: {layout: empty}\n    fallback: {layout: empty}\n    rules:\n"
	for _, group := range rules.ListSignals(sender, nil, nil) {
		for _, s := range group.Signals {
			switch s.Source {
			case "clock", "client", "here", "near", "weather", "stock", "profile":
				name := strings.NewReplacer("<item>", "dune-3", "<place>", "ghent").Replace(s.Name)
				file += fmt.Sprintf("      - {name: r%d, when: {known: %s}}\n", len(all), name)
				all = append(all, s)
			}
		}
	}
	root, problems := strict.Parse("all.yaml", []byte(file))
	c, more := rules.Load("all.yaml", root, sender, nil)
	if strict.Bad(append(problems, more...)) {
		t.Fatal(problems, more)
	}
	profile := func(home bool) *rules.Profile {
		p := &rules.Profile{
			Locale: "nl", Zone: "Europe/Brussels", Postcode: "9000", Declared: declared,
			Attributes: []rules.Value{number(250), {Type: rules.Text, Text: "gold"}},
		}
		if home {
			p.Country, p.City = "BE", "Gent"
		}
		return p
	}
	const london, nowhere = "81.2.69.142", "127.0.0.1"
	f := func(client, address string, home bool, told func(*rules.ListedSignal) bool) {
		t.Helper()
		var s rules.Signals
		g.Gather(c, openOf(t, g, client, address), profile(home), &s, false)
		x := rules.Explain(c, &s, "b", 1)
		for i := range all {
			switch all[i].Name {
			case "profile.country", "profile.city": // are the home
				continue
			}
			if got, want := x.Rules[i].Holds == "true", told(&all[i]); got != want {
				t.Errorf("%s from %s, home %t: %s is known %t, want %t", client, address, home, all[i].Name, got, want)
			}
		}
	}
	// A person's address says everything, but for the shop in London, which has
	// no hours and no stock; without one the home does, but for the region.
	f("apple-mail-ios", london, false, func(s *rules.ListedSignal) bool {
		return s.Name != "near.shops.open" && s.Name != "near.shops.closes" && s.Name != "stock.<item>@near.shops"
	})
	f("apple-mail-ios", nowhere, true, func(s *rules.ListedSignal) bool { return s.Name != "here.region" })
	for _, home := range []bool{false, true} {
		sees := func(s rules.Sight) bool { return !s.Hidden && (home || !s.Home) }
		f("gmail", london, home, func(s *rules.ListedSignal) bool { return sees(s.Proxies) })
		f("apple-mpp", london, home, func(s *rules.ListedSignal) bool { return sees(s.Ahead) })
	}
}
