package recommend

import "fmt"

// Settings are what tuning decides for a sender.
type Settings struct {
	// Of training.
	Near  float64 `json:"near"`  // two events s steps apart count Near^s for each other; 1: all the same
	Back  float64 `json:"back"`  // what an event counts that came after the one it shall foretell
	Long  float64 `json:"long"`  // events of a person with n of them count n^-Long
	Low   float64 `json:"low"`   // what an event counts that says that something was not liked
	Old   float64 `json:"old"`   // days in which what an event counts halves; 0: it never does
	Ridge float64 `json:"ridge"` // held against every weight, in shares of the mean of items' own sums
	Share float64 `json:"share"` // the same, as a share of an item's own sum
	// Of serving.
	Decay float64 `json:"decay"` // the event s steps before the last counts Decay^s
	Floor float64 `json:"floor"` // and never less than this
	Trend float64 `json:"trend"` // what counts that is popular lately
	Fresh float64 `json:"fresh"` // what items count that nobody took yet, beside known ones like them
	Taste float64 `json:"taste"` // what declared preferences count beside three events
	// Of popularity.
	Lately float64 `json:"lately"` // days over which it is taken: half of what an event counts fades in half of them; 0: of all time
}

// defaults are the settings that tuning starts from: of strangers no time is
// known, and what else they like is not what they do next.
func defaults(who Audience) Settings {
	s := Settings{Near: 1, Back: 1, Low: 0.5, Ridge: 1, Share: 0.1, Decay: 1, Trend: 0, Fresh: 0.3, Taste: 1, Lately: 30}
	if who == Known {
		s.Near, s.Decay, s.Floor, s.Trend = 0.85, 0.9, 0.1, 0.05
	}
	return s
}

// String says what the settings are, as a line of a report.
func (s Settings) String() string {
	return fmt.Sprintf("near=%g back=%g long=%g low=%g old=%g ridge=%g share=%g decay=%g floor=%g trend=%g fresh=%g taste=%g lately=%g",
		s.Near, s.Back, s.Long, s.Low, s.Old, s.Ridge, s.Share, s.Decay, s.Floor, s.Trend, s.Fresh, s.Taste, s.Lately)
}

// sizes bound what training keeps for each item.
type sizes struct {
	near int // neighbours that an item is regressed on
	keep int // weights of an item on others that are kept
	row  int // other items whose co-occurrence is kept
}

// maxGram is how many sums of two items are kept at most, 12 bytes each.
const maxGram = 40_000_000

// small is up to how many items a catalogue is small.
const small = 10_000

// sizesFor returns the sizes for a catalogue.
func sizesFor(items int) sizes {
	row := min(items, maxGram/max(1, items))
	if items <= small {
		return sizes{near: 200, keep: 300, row: row}
	}
	return sizes{near: 100, keep: 100, row: row}
}

// tuningSizes are sizes that are enough to tell settings apart.
func tuningSizes(items int) sizes {
	size := sizesFor(items)
	if items <= small {
		return sizes{near: size.near, keep: size.keep, row: 1000}
	}
	return sizes{near: 60, keep: 80, row: 400}
}

// values are all settings, in the order that files have them.
func (s *Settings) values() []*float64 {
	return []*float64{&s.Near, &s.Back, &s.Long, &s.Low, &s.Old, &s.Ridge, &s.Share, &s.Decay, &s.Floor, &s.Trend, &s.Fresh, &s.Taste, &s.Lately}
}
