package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
)

// town is where recipients live and what is likely of those who live there.
type town struct {
	city, country, postcode, zone string
	locales                       []string
	names                         []string // keys of names
	weight                        int
}

var towns = []town{
	{"Antwerpen", "BE", "2000", "Europe/Brussels", []string{"nl", "nl", "nl", "en"}, []string{"nl", "nl", "he", "ar", "pl"}, 16},
	{"Gent", "BE", "9000", "Europe/Brussels", []string{"nl", "nl", "nl", "en"}, []string{"nl", "nl", "tr", "fr"}, 12},
	{"Brussel", "BE", "1000", "Europe/Brussels", []string{"fr", "fr", "nl", "en"}, []string{"fr", "fr", "nl", "ar", "es"}, 15},
	{"Brugge", "BE", "8000", "Europe/Brussels", []string{"nl"}, []string{"nl"}, 5},
	{"Leuven", "BE", "3000", "Europe/Brussels", []string{"nl", "nl", "en"}, []string{"nl", "zh", "hi"}, 6},
	{"Liège", "BE", "4000", "Europe/Brussels", []string{"fr"}, []string{"fr", "fr", "it"}, 7},
	{"Namur", "BE", "5000", "Europe/Brussels", []string{"fr"}, []string{"fr"}, 4},
	{"Amsterdam", "NL", "1011", "Europe/Amsterdam", []string{"nl", "nl", "en"}, []string{"nl", "nl", "tr", "th", "he"}, 10},
	{"Rotterdam", "NL", "3011", "Europe/Amsterdam", []string{"nl", "nl", "en"}, []string{"nl", "nl", "tr", "ar", "pl"}, 8},
	{"Utrecht", "NL", "3511", "Europe/Amsterdam", []string{"nl"}, []string{"nl", "ar"}, 5},
	{"Lille", "FR", "59000", "Europe/Paris", []string{"fr"}, []string{"fr", "ar"}, 6},
	{"Paris", "FR", "75010", "Europe/Paris", []string{"fr", "fr", "en"}, []string{"fr", "fr", "zh", "ar"}, 8},
	{"Luxembourg", "LU", "1855", "Europe/Luxembourg", []string{"fr", "en"}, []string{"fr", "pt", "de"}, 3},
	{"Köln", "DE", "50668", "Europe/Berlin", []string{"en"}, []string{"de", "tr"}, 3},
	{"Berlin", "DE", "10115", "Europe/Berlin", []string{"en"}, []string{"de", "he", "uk", "el"}, 4},
	{"London", "GB", "SE1 9PX", "Europe/London", []string{"en"}, []string{"en", "en", "hi", "zh"}, 7},
	{"Madrid", "ES", "28010", "Europe/Madrid", []string{"en"}, []string{"es"}, 3},
	{"Lisboa", "PT", "1100", "Europe/Lisbon", []string{"en"}, []string{"pt"}, 2},
	{"Warszawa", "PL", "00-312", "Europe/Warsaw", []string{"en"}, []string{"pl", "uk"}, 3},
	{"Stockholm", "SE", "116 45", "Europe/Stockholm", []string{"en"}, []string{"sv", "th"}, 2},
}

// names are first names by culture, in their own scripts.
var names = map[string]string{
	"nl": "Emma Lotte Noor Fien Jef Wout Lander Saar Marie Bram Daan Sanne Femke Tijs Joris Liesbeth Griet Ruben Zoë Karel Hanne Siebe Anneleen Pieter-Jan Mieke",
	"fr": "Lucas Chloé Camille Hugo Amélie Élodie Mathis Inès Théo Juliette Baptiste Noémie Jean-Luc Margaux Gaëlle Rémi Aurélie Anaïs",
	"en": "Olivia George Harriet Jack Isla Oliver Freya Alfie Maisie Siobhán Rhys Eilidh",
	"ar": "يوسف مريم عمر ليلى خالد فاطمة سلمى طارق نور",
	"he": "נועה איתן תמר דוד יעל אורי שירה",
	"hi": "आरव प्रिया दिया अर्जुन अनन्या रोहन",
	"th": "สมชาย กานดา นภา ธนา มาลี",
	"zh": "小明 美玲 子涵 志强 雨桐",
	"pl": "Łukasz Małgorzata Agnieszka Paweł Żaneta Grażyna Wojciech",
	"tr": "Şule Çağla Emre Gökçe İbrahim Ayşe Oğuz",
	"de": "Jürgen Käthe Björn Antje Götz Lieselotte",
	"es": "Íñigo Lucía Begoña Álvaro Nuria José",
	"pt": "João Conceição Inês Tomás Beatriz",
	"it": "Giulia Niccolò Chiara Matteo",
	"sv": "Åsa Björn Linnéa Göran Astrid",
	"uk": "Оксана Дмитро Софія Андрій",
	"el": "Ελένη Γιώργος Δέσποινα",
}

// hosts are the first profiles: those the demo page offers. Birthdays have no
// year: nothing here asks for an age.
var hosts = [][]string{
	{"Emma", "nl", "BE", "Antwerpen", "2000", "Europe/Brussels", "05-17", "gold", "420", "Sci-fi", "full"},
	{"Lucas", "fr", "BE", "Brussel", "1000", "Europe/Brussels", "11-24", "silver", "130", "Thriller", "full"},
	{"Olivia", "en", "GB", "London", "SE1 9PX", "Europe/London", "02-28", "platinum", "505", "Drama", "full"},
	{"يوسف", "fr", "BE", "Brussel", "1000", "Europe/Brussels", "08-02", "gold", "250", "Action", "full"},
	{"נועה", "nl", "BE", "Antwerpen", "2018", "Europe/Brussels", "12-31", "silver", "75", "Music", "full"},
	{"प्रिया", "en", "GB", "London", "E1 6AN", "Europe/London", "01-09", "gold", "330", "Romance", "full"},
	{"สมชาย", "nl", "NL", "Amsterdam", "1011", "Europe/Amsterdam", "04-13", "silver", "12", "Family", "aggregate"},
	{"Małgorzata", "en", "PL", "Warszawa", "00-312", "Europe/Warsaw", "10-05", "gold", "275", "Mystery", "full"},
	{"小明", "fr", "FR", "Paris", "75010", "Europe/Paris", "06-21", "silver", "190", "Fantasy", "full"},
	{"Zoë 🎬", "nl", "BE", "Gent", "9000", "Europe/Brussels", "02-29", "platinum", "498", "Comedy", "full"},
	{"Linnéa", "en", "SE", "Stockholm", "116 45", "Europe/Stockholm", "07-15", "gold", "240", "Documentary", "full"},
	{"Wout", "nl", "BE", "Brugge", "8000", "Europe/Brussels", "03-03", "silver", "60", "Horror", "none"},
}

const columns = "r,at,consent,locale,zone,country,city,postcode,first_name,birthday,tier,points,favourite"

// recipient makes the id of the nth recipient: 22 base64url characters. A real
// sender draws them at random (opentime sign --new); the demo's come out the
// same each time, so that its links do.
func recipient(n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "opentime demo recipient %d", n))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// profiles writes n profiles as the CSV that opentime import profiles reads.
func profiles(n int) (string, error) {
	r := random("profiles")
	var lot []town
	for _, t := range towns {
		for range t.weight {
			lot = append(lot, t)
		}
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Split(columns, ","))
	for i := range n {
		var p []string
		if i < len(hosts) {
			p = hosts[i]
		} else {
			p = invent(r, pick(r, lot))
		}
		_ = w.Write([]string{recipient(i), "2025-03-03T06:00:00Z", p[10], p[1], p[5], p[2], p[3], p[4], p[0], p[6], p[7], p[8], p[9]})
	}
	w.Flush()
	return b.String(), w.Error()
}

// invent makes a profile of somebody who lives in the town, in the order of
// hosts.
func invent(r *rand.Rand, t town) []string {
	name := pick(r, strings.Fields(names[pick(r, t.names)]))
	if r.IntN(60) == 0 {
		name += " " + pick(r, []string{"🎬", "🍿", "🎟️", "⭐"})
	}
	birthday := fmt.Sprintf("%02d-%02d", 1+r.IntN(12), 1+r.IntN(28))
	if r.IntN(12) == 0 {
		birthday = ""
	}
	tier, points := "silver", r.IntN(220)
	switch n := r.IntN(20); {
	case n < 2:
		tier, points = "platinum", 300+r.IntN(260)
	case n < 7:
		tier, points = "gold", 150+r.IntN(330)
	}
	consent := pick(r, []string{"full", "full", "full", "full", "full", "aggregate", "aggregate", "none", ""})
	return []string{
		name, pick(r, t.locales), t.country, t.city, t.postcode, t.zone, birthday, tier, fmt.Sprint(points),
		pick(r, titles).genre, consent,
	}
}
