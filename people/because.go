package people

import (
	"strings"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
)

// reasons are what is said of why an item was picked, in a language. {} is a
// title or a feature.
type reasons struct {
	bought, viewed, liked, feature, near, trend, region, all string
}

// languages are the reasons by language; where there is none they are English.
var languages = map[string]reasons{
	"en": {"Because you bought {}", "Because you looked at {}", "Because you like {}", "Because you like {}", "Like {}", "Much chosen lately", "Popular near you", "Popular"},
	"nl": {"Omdat je {} kocht", "Omdat je {} bekeek", "Omdat je {} leuk vindt", "Omdat je van {} houdt", "Zoals {}", "Nu veel gekozen", "Geliefd bij jou in de buurt", "Geliefd"},
	"fr": {"Parce que vous avez acheté {}", "Parce que vous avez regardé {}", "Parce que vous aimez {}", "Parce que vous aimez {}", "Comme {}", "Très choisi en ce moment", "Populaire près de chez vous", "Populaire"},
	"de": {"Weil Sie {} gekauft haben", "Weil Sie {} angesehen haben", "Weil Ihnen {} gefällt", "Weil Sie {} mögen", "Wie {}", "Derzeit oft gewählt", "Beliebt in Ihrer Nähe", "Beliebt"},
	"es": {"Porque compraste {}", "Porque viste {}", "Porque te gusta {}", "Porque te gusta {}", "Como {}", "Muy elegido últimamente", "Popular cerca de ti", "Popular"},
	"it": {"Perché hai comprato {}", "Perché hai guardato {}", "Perché ti piace {}", "Perché ti piace {}", "Come {}", "Molto scelto ultimamente", "Popolare vicino a te", "Popolare"},
	"pt": {"Porque comprou {}", "Porque viu {}", "Porque gosta de {}", "Porque gosta de {}", "Como {}", "Muito escolhido ultimamente", "Popular perto de si", "Popular"},
}

// because says why an item was picked, in the recipient's language.
func (r *ranking) because(p recommend.Pick) string {
	language, _, _ := strings.Cut(strings.ToLower(r.locale), "-")
	say, ok := languages[language]
	if !ok {
		say = languages["en"]
	}
	switch p.Because.Kind {
	case recommend.ByItem:
		return strings.Replace(say.did(r.kindOf(p.Because.Which)), "{}", r.title(p.Because.Which), 1)
	case recommend.ByContent:
		return strings.Replace(say.near, "{}", r.title(p.Because.Which), 1)
	case recommend.ByFeature:
		return strings.Replace(say.feature, "{}", r.model.FeatureName(p.Because.Which), 1)
	case recommend.ByTrend:
		return say.trend
	case recommend.ByRegion:
		return say.region
	}
	return say.all
}

// did is what is said where the recipient did something with an item.
func (s *reasons) did(kind rules.EventKind, known bool) string {
	switch {
	case !known:
		return s.near
	case kind == rules.Bought:
		return s.bought
	case kind == rules.Viewed || kind == rules.Clicked:
		return s.viewed
	}
	return s.liked
}

// kindOf is the weightiest that the recipient did with an item; false if it was
// nothing.
func (r *ranking) kindOf(i int32) (kind rules.EventKind, known bool) {
	id := r.model.Item(i).ID
	for _, e := range r.events {
		if e.Item == id && (!known || worth(e.Kind) > worth(kind)) {
			kind, known = e.Kind, true
		}
	}
	return kind, known
}

// title is an item's title as the catalogue has it, or as it was learnt.
func (r *ranking) title(i int32) string {
	if c, ok := r.Items.Item(r.model.Item(i).ID); ok && c.Item != nil && c.Title != "" {
		return c.Title
	}
	return r.model.Item(i).Title
}
