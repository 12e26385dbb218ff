package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"
)

// film is one invented film of the demo's feed.
type film struct {
	ID, Title, Genre, Motif, Studio string
	Minutes, Stock, Reviews         int
	Price, Rating                   float64
	Starts, Ends                    time.Time // Ends zero: runs on
	Labels                          []string
}

// filmOfTheWeek is the film the weekly mail is about.
const filmOfTheWeek = "salt-moon"

// titles are the films by genre, each with what its poster draws. The order
// of genres and films decides when a film starts: one every Wednesday.
var titles = []struct{ genre, films string }{
	{"Sci-fi", `Salt Moon|planet;The Orbit Garden|planet;Helios Falling|sunset;Static Dawn|skyline;The Memory Cartographers|maze;Gravity's Daughter|rocket;Copper Sky|dunes;Echo Station|planet;The Hollow Star|spiral;Last Light on Europa|planet;Ninth Colony|dunes;Subroutine|shapes;Tomorrow's Ferry|waves;Deltaplan 2099|skyline;Parallax Road|road;The Quiet Machines|eye;Starling Protocol|birds;Ice Archive|mountains`},
	{"Thriller", `The Quiet Ledger|blinds;Cold Harbour|lighthouse;Northbound|train;The Ninth Witness|keyhole;Vertical|spiral;Black Ice|road;Undertow|waves;Deep Signal|eye;De Tolk|blinds;Nachttrein|train;The Fourth Floor|skyline;Glass Alibi|maze;The Locksmith's Wife|keyhole;Sans Témoin|eye;The Long Silence|forest;Counterweight|spiral;Wiretown|skyline;Paper Trail to Lisbon|maze`},
	{"Family", `De Kleine Walvis|whale;The Cloud Shepherd|balloons;Pip and the Paper Moon|rocket;Wolf, Fox & Wellington|cat;The Lighthouse Mice|lighthouse;Captain Marzipan|waves;Snowglobe|cabin;Robo Betty|rocket;Olly's Balloon Bakery|balloons;Mimi la Luciole|forest;Acorn City|tree;Bas en de Maanfiets|cyclist;Turtle Express|train;The Upside-Down Zoo|cat;Kites over Kortrijk|birds;Sprout|field;The Last Snow Dragon|castle;The Whale Who Sang at Night|whale`},
	{"Drama", `The Pear Orchard|tree;Tussen Eb en Vloed|waves;A House Without Clocks|shapes;Winter Letters|cabin;Les Heures Claires|birds;Small Rivers|canal;De Polderjaren|field;The Weight of Light|shapes;Ruth at Forty|umbrella;The Piano Removers|stage;Ashes of June|tree;Mother Tongue|shapes;Ground Floor|skyline;Zomer zonder Vader|cyclist;The Beekeeper of Vilnius|tree;Borrowed Rooms|blinds;Everything We Planted|field;Salt & Linen|umbrella`},
	{"Action", `Redline Coast|road;Thunder Ridge|mountains;Iron Meridian|skyline;Fire on Route Nine|sunset;Dakar Run|dunes;Ricochet City|skyline;Falcon Twelve|birds;Steel Harbour|waves;The Courier|road;Hard Landing|mountains;Vanguard Rising|skyline;Blackout Protocol|eye;The Last Convoy|dunes;Nachtwacht Zero|canal;Breakneck|cyclist;Ember Squad|sunset;The Kestrel Job|maze;Overdrive|road`},
	{"Romance", `Rain in Ghent|umbrella;A Table by the Window|canal;Meet Me at Platform Two|train;Twelve Summers|field;Een Kus in Oostende|lighthouse;Yours, in Brackets|balloons;Letters to Ines|birds;Paper Boats|waves;The Lisbon Hour|canal;Love, Delayed|train;Nous, Plus Tard|umbrella;The Florist and the Thief|tree;Slow Dancing in Sofia|stage;Second Spring|field;Under One Umbrella|umbrella;The Almost Couple|shapes;Sunday with Clara|cyclist;Harbour Lights|lighthouse`},
	{"Horror", `The Hollow House|house;Grey Marsh|forest;Don't Wake Elise|keyhole;Kraai|birds;The Thirteenth Lamp|lighthouse;Bone Orchard|tree;What the Well Remembers|spiral;Moonfeeder|house;De Kelder|keyhole;The Whispering Pines|forest;Nightnurse|blinds;Root Cellar|tree;Black Veil Lane|house;The Late Guest|house;Hunger Moon|forest;Under the Chapel|castle;It Came at Low Tide|waves;Lights Out in Room Six|eye`},
	{"Comedy", `The Great Potato Heist|fries;Two Left Shoes|moustache;Camping Paradiso|cabin;Brussels by Mistake|cups;Out of Office|island;The Slow Race|cyclist;Fishing for Compliments|fish;Karaoke Kings|stage;The Intern Is Seventy|moustache;Frietkot Forever|fries;Family Size|doughnuts;Plan C|shapes;Mon Voisin le Ministre|moustache;Schoonmoeders|cups;Opa Goes Viral|cat;The Wedding Understudy|umbrella;Half Board|balloons;Dinner for Eleven|fish`},
	{"Fantasy", `The Amber Throne|castle;Songs of the Grey Wood|forest;Isle of Lanterns|island;The Map of Winds|balloons;Beyond the White Range|mountains;Whale Song of Ys|whale;Stormcaller|waves;The Dragon Cartographer|castle;A Crown of Thistles|castle;The Seventh Gate|keyhole;The Clockmaker's Dragon|spiral;River of Stars|canal;Ravenhold|castle;The Salt Witch|house;Moonforged|mountains;The Moss Knight|forest;Kingdom of Paper|shapes;The Last Skyship|balloons`},
	{"Documentary", `The Bicycle Republic|cyclist;Deep Blue Silence|whale;The Starling Year|birds;Planet Polder|field;The Ice Listeners|mountains;Chocolate Nation|doughnuts;Velodrome|spiral;Made of Sand|dunes;24 Hours in Brussels North|train;Concrete Dreams|shapes;Zwart Goud|mountains;Tideland|waves;The Last Lighthouse Keepers|lighthouse;Wild City|cat;Bees|shapes;Sound of the Carillon|canal;Roads of Cobble|road;Seeds|tree`},
	{"Music", `Encore|stage;Jazz on the Scheldt|canal;Vinyl Hearts|spiral;Midnight Busker|umbrella;Radio Nacht|skyline;The Conductor's Ear|shapes;Stage Left|stage;The Choir of Line 4|train;Blue Note Hotel|skyline;Soprano in Sneakers|stage;Festival Mud|stage;The Last Accordion|birds;Bassline|shapes;One Take|stage;Ballroom Sixty-Two|stage;Fado at Five|lighthouse;Symphony for Two Trams|train;The Drummer's Daughter|spiral`},
	{"Mystery", `Murder at the Kursaal|lighthouse;The Vanishing Tram|train;Death in the Dunes|dunes;The Cat Who Knew Latin|cat;Snowbound|cabin;Fog over Zeebrugge|waves;A Corpse in Damme|canal;Thirteen at Table|fish;Inspector Wolfs Takes a Bath|moustache;The Amber Room Affair|keyhole;The Clock Stopped at Nine|spiral;Lady Orme's Secret|house;The Chess Club|maze;Poison & Pralines|cups;The Seaside Alibi|umbrella;The Watchmaker's Alibi|eye;Het Gestolen Retabel|castle;The Last Page|blinds`},
}

// known is how many films of each genre have run for long and have reviews;
// the others are the premieres of the weeks to come.
const known = 7

// films makes the films. The same films come out each time.
func films(zone *time.Location) []film {
	var all []film
	first := time.Date(2025, 3, 5, 20, 0, 0, 0, zone)
	for row := range strings.Count(titles[0].films, ";") + 1 {
		for column, group := range titles {
			title, motif, _ := strings.Cut(strings.Split(group.films, ";")[row], "|")
			f := film{ID: identifier(title), Title: title, Genre: group.genre, Motif: motif}
			f.Starts = first.AddDate(0, 0, 7*(row*len(titles)+column))
			f.fill(row)
			all = append(all, f)
		}
	}
	return all
}

// fill gives the film what a feed says besides its title.
func (f *film) fill(row int) {
	r := random(f.ID)
	f.Studio = pick(r, studios)
	f.Minutes = 88 + r.IntN(58)
	f.Price = 12.50
	f.Labels = append(f.Labels, pick(r, formats))
	switch {
	case f.Genre == "Family":
		f.Minutes -= 12
		f.Price = 9.50
		f.Labels = append(f.Labels, "kids")
	case f.Minutes > 135:
		f.Price = 14.50
	}
	if row >= known {
		f.Stock = 120 + r.IntN(260)
		f.Ends = f.Starts.AddDate(0, 0, 70)
		f.Labels = append(f.Labels, "premiere")
		return
	}
	f.Stock = 8 + r.IntN(220)
	if r.IntN(14) == 0 {
		f.Stock = 0
	}
	f.Rating = float64(31+r.IntN(17)) / 10
	f.Reviews = 40 + r.IntN(1900)
	if f.ID == filmOfTheWeek {
		f.Stock, f.Rating, f.Reviews, f.Minutes, f.Price = 184, 4.8, 5120, 139, 12.50
	}
}

var (
	studios = []string{"Noordzee Pictures", "Lumen & Lark", "Studio Belfort", "Grand Canal Films", "Ombre Bleue", "Pole Star Animation", "Tram 9 Productions", "Kestrel House", "Atelier Meridien", "Wolkenfabriek", "Red Lantern", "Copperfield Road"}
	formats = []string{"laser", "atmos", "subtitled", "original version", "giant screen"}
)

// identifier makes a film's id of its title.
func identifier(title string) string {
	title = strings.ToLower(title)
	title = strings.NewReplacer("'", "", "&", "and", "é", "e").Replace(title)
	words := strings.FieldsFunc(title, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9')
	})
	return strings.Join(words, "-")
}

// random returns the generator that belongs to a name: whatever is drawn from
// it comes out the same each time.
func random(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 20261124))
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
