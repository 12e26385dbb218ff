package signals

import (
	"testing"
	"time"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// declaring loads a campaign that asks for what these declare, its rules by the
// first of that name.
func declaring(t *testing.T, profiles, films []rules.Attribute) *rules.Campaign {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte(`campaign: c
blocks:
  named:
    show: {layout: line}
    rules:
      - {name: gold, when: {profile.tier: gold}, show: {text: "{profile.tier}"}}
      - {name: drama, when: {item.dune.genre: Drama}, show: {text: "{item.dune.genre}"}}
    fallback: {text: x}
  listed:
    show: {layout: line, link: "https://cinema.example"}
    rules:
      - {name: drama, show: {text: "{item.genre}", link: "{item.review}", items: {from: popular, where: {genre: Drama}}}}
    fallback: {text: x}
`))
	sender := &rules.Sender{
		ID: "cinema", Home: "https://cinema.example", Hosts: []string{"cinema.example"}, Zone: time.UTC, Locales: []string{"nl"},
		Layouts: map[string]*rules.Layout{"line": {ID: "line", Width: 600, Height: 240, Values: []rules.LayoutValue{{Name: "text", Type: rules.Text}}}},
		Feeds:   map[string][]rules.Attribute{"films": films}, Attributes: profiles,
	}
	c, more := rules.Load("c.yaml", root, sender, nil)
	if problems = append(problems, more...); strict.Bad(problems) {
		t.Fatal(problems)
	}
	return c
}

// TestACampaignOfAnotherDeclarationSeesNoOtherAttribute gathers for a campaign that was
// loaded before opentime.yaml declared its attributes otherwise.
func TestACampaignOfAnotherDeclarationSeesNoOtherAttribute(t *testing.T) {
	word := func(name string) rules.Attribute { return rules.Attribute{Name: name, Type: rules.Text} }
	value := func(s string) rules.Value { return rules.Value{Type: rules.Text, Text: s} }
	open := rules.Attribute{Name: "tier", Type: rules.Text, Open: true}
	c := declaring(t, []rules.Attribute{open, word("secret")}, []rules.Attribute{word("genre"), word("review")})
	review := value("https://cinema.example/review")
	f := func(name string, trust rules.Trust, profiles []rules.Attribute, known []rules.Value, films []rules.Attribute, more []rules.Value, want [2]string) {
		t.Helper()
		dune := rules.Candidate{Item: &rules.Item{ID: "dune", Title: "Dune", Link: "https://cinema.example/dune", More: more, Declared: films}}
		g := NewGatherer(Sources{
			Attributes: profiles,
			Catalogue:  &shelf{items: map[string]rules.Candidate{"dune": dune}},
		})
		profile := &rules.Profile{Attributes: known, Declared: profiles}
		o := &Open{At: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), Recipient: "r1", Trust: trust}
		var s rules.Signals
		g.Gather(c, o, profile, &s, false)
		for i, block := range []string{"named", "listed"} {
			if got := rules.Explain(c, &s, block, 1); got.Rule != want[i] {
				t.Errorf("%s: %s shows rule %s, want %s\n%v", name, block, got.Rule, want[i], got.Rules)
			}
		}
	}
	as, films := []rules.Attribute{open, word("secret")}, []rules.Attribute{word("genre"), word("review")}
	gold, drama := []rules.Value{value("gold"), value("x")}, []rules.Value{value("Drama"), review}
	f("as loaded", rules.Signed, as, gold, films, drama, [2]string{"gold", "drama"})
	f("as loaded, claimed", rules.Claimed, as, gold, films, drama, [2]string{"gold", "drama"})

	swapped, ofFilms := []rules.Attribute{word("secret"), open}, []rules.Attribute{word("review"), word("genre")}
	f("swapped, the other's value", rules.Signed, swapped, []rules.Value{value("gold"), value("x")}, ofFilms, []rules.Value{value("Drama"), value("x")}, [2]string{"none", "none"})
	f("swapped, its own", rules.Signed, swapped, []rules.Value{value("x"), value("gold")}, films, drama, [2]string{"gold", "drama"})
	f("swapped, its own film", rules.Signed, as, []rules.Value{value("x"), value("x")}, ofFilms, []rules.Value{review, value("Drama")}, [2]string{"drama", "drama"})
	f("swapped, claimed", rules.Claimed, swapped, []rules.Value{value("x"), value("gold")}, nil, nil, [2]string{"gold", "none"})
	f("not open any more", rules.Claimed, []rules.Attribute{word("tier"), word("secret")}, gold, nil, nil, [2]string{"none", "none"})
	f("another's place is open", rules.Claimed, []rules.Attribute{{Name: "secret", Type: rules.Text, Open: true}, word("tier")}, []rules.Value{value("x"), value("gold")}, nil, nil, [2]string{"none", "none"})
	f("of another type", rules.Signed, []rules.Attribute{{Name: "tier", Type: rules.Number}}, []rules.Value{number(1)}, []rules.Attribute{{Name: "genre", Type: rules.Number}}, []rules.Value{number(1)}, [2]string{"none", "none"})
	f("not declared any more", rules.Signed, nil, nil, nil, nil, [2]string{"none", "none"})
}
