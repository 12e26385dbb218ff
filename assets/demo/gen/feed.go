package main

import (
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// feedHead opens a feed in Google Merchant's format. The build date lies in
// the past of any clock the demo may run under, so that stock set through the
// API is always newer.
const feedHead = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel>
<title>Cinema: films</title>
<link>https://cinema.example</link>
<description>What runs and what comes in our twenty cinemas. All films, studios and critics are invented.</description>
<lastBuildDate>Mon, 03 Mar 2025 06:00:00 GMT</lastBuildDate>
`

// feed writes the films as a Google Merchant feed.
func feed(all []film) string {
	var b strings.Builder
	b.WriteString(feedHead)
	for i := range all {
		writeItem(&b, &all[i])
	}
	b.WriteString("</channel>\n</rss>\n")
	return b.String()
}

func writeItem(b *strings.Builder, f *film) {
	r := random("words of " + f.ID)
	b.WriteString("<item>\n")
	element := func(name, value string) {
		if value == "" {
			return
		}
		fmt.Fprintf(b, "  <%s>", name)
		_ = xml.EscapeText(b, []byte(value))
		fmt.Fprintf(b, "</%s>\n", name)
	}
	element("g:id", f.ID)
	element("title", f.Title)
	element("description", describe(f, r))
	element("link", "https://cinema.example/films/"+f.ID)
	element("g:image_link", "posters/"+f.ID+".jpg")
	element("g:price", fmt.Sprintf("%.2f EUR", f.Price))
	if f.Ends.IsZero() && r.IntN(6) == 0 {
		element("g:sale_price", fmt.Sprintf("%.2f EUR", f.Price-3))
	}
	availability := "in_stock"
	if f.Stock == 0 {
		availability = "out_of_stock"
	}
	element("g:availability", availability)
	element("g:brand", f.Studio)
	element("g:product_type", "Films > "+f.Genre)
	for i, label := range f.Labels {
		element(fmt.Sprintf("g:custom_label_%d", i), label)
	}
	writeOwn(element, f, r.Uint64())
	b.WriteString("</item>\n")
}

// writeOwn writes what Google's format has no element for.
func writeOwn(element func(name, value string), f *film, seed uint64) {
	r := random(fmt.Sprint(f.ID, seed))
	element("stock", fmt.Sprint(f.Stock))
	element("starts", f.Starts.Format(time.RFC3339))
	if !f.Ends.IsZero() {
		element("ends", f.Ends.Format(time.RFC3339))
	}
	if f.Reviews > 0 {
		element("rating", fmt.Sprintf("%.1f", f.Rating))
		element("reviews", fmt.Sprint(f.Reviews))
		element("review", pick(r, praise)+" "+pick(r, papers))
	}
	element("genre", f.Genre)
	element("minutes", fmt.Sprint(f.Minutes))
}

// describe makes a film's blurb: who, what befalls them, and what is at stake.
func describe(f *film, r interface{ IntN(n int) int }) string {
	if f.ID == filmOfTheWeek {
		return "On a moon covered by one white sea, the last ferry pilot hears her own voice on the radio, from tomorrow. A slow, luminous voyage about the course we keep and the ones we wave at from the deck."
	}
	words := blurbs[f.Genre]
	part := func(i int) string { return words[i][r.IntN(len(words[i]))] }
	return part(0) + " " + part(1) + " " + part(2)
}

var (
	praise = []string{
		"Two hours that feel like one deep breath.", "You leave the room a little taller.",
		"Every frame could hang above a sofa.", "Funny where it hurts, and the other way round.",
		"The best ending of the year, and it is a whisper.", "I forgot my popcorn. That never happens.",
		"See it on the largest screen you can find.", "Small film, enormous heart.",
		"Nobody in our row dared to cough.", "A cast that seems to have known each other for ever.",
		"Go and see it before somebody tells you about it.", "The music alone is worth the ticket.",
	}
	papers = []string{"De Avondbode", "Le Courrier du Nord", "The Harbour Gazette", "Filmkrant Zuid", "La Toile", "Kino Wochenblatt", "Cinéma Sept"}
)

// blurbs are the parts of descriptions: who, what befalls them, what follows.
var blurbs = map[string][3][]string{
	"Sci-fi": {
		{"A cartographer of dead satellites", "The night shift of a listening station", "A botanist on a generation ship", "Two rival pilots"},
		{"receives a message in a language only her mother spoke.", "finds a garden where no garden can be.", "wakes one hour before everybody else, every day.", "loses a whole day and finds someone else's."},
		{"Answering it would mean never going home.", "The oxygen lasts for exactly one decision.", "Somebody on board would rather not know."},
	},
	"Thriller": {
		{"An auditor with a perfect memory", "A retired interpreter", "The only passenger of a night train", "A harbour pilot"},
		{"recognises a voice that should be dead.", "signs for a suitcase that ticks.", "sees the same stranger in four cities.", "is asked to forget one single number."},
		{"By morning, forgetting is no longer possible.", "Every door she opens has been opened before.", "Trust lasts until the next station."},
	},
	"Family": {
		{"A very small whale", "A girl who repairs clouds", "Three mice and a lamp", "A robot with a cold"},
		{"sets out to find the end of the sea.", "misses the last boat of the summer.", "makes friends with the loudest storm in town.", "has to bake a cake for the moon."},
		{"It takes courage, a thermos and a good song.", "Luckily grandmothers know the way.", "For everybody from five to a hundred and five."},
	},
	"Drama": {
		{"Three sisters", "A father and the son he hardly knows", "A piano teacher", "The last family of a street"},
		{"spend one summer clearing the house by the dyke.", "drive north with an urn and a map of 1974.", "share a kitchen, a secret and one good knife.", "wait for a letter that has already come."},
		{"What is left unsaid fills the room.", "It is never really about the orchard.", "Tender, dry and without one false note."},
	},
	"Action": {
		{"A courier without papers", "An ex-rally driver", "The best safe-cracker of Marseille", "A mountain rescue pilot"},
		{"has forty minutes to cross a city that is looking for her.", "takes the one job she swore never to take.", "picks up a passenger who is worth a war.", "learns that the brakes were no accident."},
		{"The road ends before the film does.", "Hold on to your seat: it will try to leave.", "No cables, no mercy, one excellent tunnel."},
	},
	"Romance": {
		{"A florist who dislikes flowers", "Two commuters", "A translator and her author", "A baker with a broken heart and a full oven"},
		{"meet each other in every rain of one year.", "keep the wrong umbrella on purpose.", "write letters that were meant for somebody else.", "have one evening before the ferry leaves."},
		{"Timing is everything, and theirs is awful.", "It takes a strike of the railways to say it.", "Bring somebody, or leave with somebody."},
	},
	"Horror": {
		{"A young couple", "The new night nurse", "Four friends and a tent", "A restorer of church clocks"},
		{"inherits a house that counts its guests.", "hears somebody humming in the wall.", "should not have moved the stone.", "finds a room that is not on the plans."},
		{"It only comes when the lamps are lit.", "Nobody has ever asked it to leave.", "Keep your feet on the seat."},
	},
	"Comedy": {
		{"A retired maths teacher", "The worst chip shop of the coast", "Two best men", "A minister's neighbour"},
		{"becomes famous by accident, twice.", "has one weekend to host a royal visit.", "mistakes a funeral for a wedding, and stays.", "must not laugh until Friday."},
		{"Everything goes wrong, in three languages.", "With a goose that steals every scene.", "You will never look at a karaoke machine the same way."},
	},
	"Fantasy": {
		{"An apprentice map-maker", "The youngest keeper of the gate", "A witch who lost her name", "A knight of moss and rust"},
		{"draws an island that answers.", "must carry a flame across the white mountains.", "bargains with the river for one winter.", "hears the old whales call from the sky."},
		{"The crown is heavier than the dragon.", "All maps lie, but this one is proud of it.", "A wonder with real mud on its boots."},
	},
	"Documentary": {
		{"Four years of filming", "A camera the size of a bee", "One lighthouse, two keepers and 300 storms", "The people of a single bus line"},
		{"show a country below the sea.", "follow what we throw away to the end of the world.", "tell how silence is made.", "prove that nothing is as wild as a city at dawn."},
		{"You will want to walk home.", "Patient, witty and quietly angry.", "Shot entirely by daylight."},
	},
	"Music": {
		{"A busker with perfect pitch", "The last accordion maker of the valley", "A choir of tram drivers", "A drummer who cannot stand noise"},
		{"gets one night in the great hall.", "hears a lost record on a taxi radio.", "have six weeks to learn to listen.", "write the song of a summer they missed."},
		{"Bring your ears and somebody to hum with.", "The encore lasts twenty minutes and is too short.", "Recorded live, sweat and all."},
	},
	"Mystery": {
		{"An inspector with a bathtub", "A librarian and her unhelpful cat", "The guests of a snowed-in hotel", "A chess club of six suspects"},
		{"finds thirteen chairs and twelve guests.", "has a corpse, a tram ticket and no tram.", "agree on everything but the murderer.", "know who did it, and why, but not to whom."},
		{"The clue is in the soup.", "Nobody leaves before the last page.", "An old-fashioned puzzle with new teeth."},
	},
}
