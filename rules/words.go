package rules

// moneyForm is where a currency's symbol stands.
type moneyForm uint8

const (
	symbolLast moneyForm = iota
	symbolFirst
	symbolSpace
)

// words are what a language's texts are made of that x/text has not, as CLDR
// has them. Dates name the 2nd of January, a Monday. left has, for days, hours
// and minutes, a pattern by CLDR category; # is the number.
type words struct {
	and             string // before the last of a list, with what parts the two
	money           moneyForm
	long, day, date string
	left            [3]map[string]string
	plain           bool // numbers below 10,000 are not grouped
	comma           bool // a list has a comma before and
	twelve          bool // the clock has twelve hours
	spanish         bool // and is another word before the sound of i
}

const (
	plainDate = "2 January"
	plainDay  = "Monday 2 January"
)

func forms(one, other string) map[string]string { return map[string]string{"one": one, "other": other} }

func slavic(one, few, many string) map[string]string {
	return map[string]string{"one": one, "few": few, "many": many, "other": many}
}

// wordsOf returns a locale's words, English ones where its language has none.
func wordsOf(base, region string) words {
	w, ok := languages[base]
	if !ok {
		w = languages["en"]
	}
	own := *w
	if differ, ok := regions[base+"-"+region]; ok {
		differ(&own)
	}
	return own
}

// regions are where a region's words differ from its language's; never changed.
var regions = map[string]func(*words){
	"nl-BE": func(w *words) { w.date = "2/1" },
	"en-US": func(w *words) {
		w.long, w.day, w.date, w.comma, w.twelve = "January 2", "Monday, January 2", "1/2", true, true
	},
	"de-AT": func(w *words) { w.money = symbolSpace },
	"de-CH": func(w *words) { w.money = symbolSpace },
	"it-CH": func(w *words) { w.money = symbolSpace },
	"fr-CH": func(w *words) { w.date = "02.01." },
	"es-MX": func(w *words) { w.money, w.plain = symbolFirst, false },
	"es-AR": func(w *words) { w.money, w.plain = symbolSpace, false },
	"es-CO": func(w *words) { w.money, w.plain = symbolSpace, false },
	"es-CL": func(w *words) { w.money, w.plain = symbolFirst, false },
	"pt-PT": func(w *words) { w.money, w.plain = symbolLast, true },
}

// languages is never changed.
var languages = map[string]*words{
	"nl": {
		and: "en ", money: symbolSpace, long: plainDate, day: plainDay, date: "2-1",
		left: [3]map[string]string{
			forms("nog # dag", "nog # dagen"),
			forms("nog # uur", "nog # uur"),
			forms("nog # minuut", "nog # minuten"),
		},
	},
	"fr": {
		and: "et ", money: symbolLast, long: plainDate, day: plainDay, date: "02/01",
		left: [3]map[string]string{
			forms("encore # jour", "encore # jours"),
			forms("encore # heure", "encore # heures"),
			forms("encore # minute", "encore # minutes"),
		},
	},
	"en": {
		and: "and ", money: symbolFirst, long: plainDate, day: plainDay, date: "02/01",
		left: [3]map[string]string{
			forms("# day left", "# days left"),
			forms("# hour left", "# hours left"),
			forms("# minute left", "# minutes left"),
		},
	},
	"de": {
		and: "und ", money: symbolLast, long: "2. January", day: "Monday, 2. January", date: "2.1.",
		left: [3]map[string]string{
			forms("noch # Tag", "noch # Tage"),
			forms("noch # Stunde", "noch # Stunden"),
			forms("noch # Minute", "noch # Minuten"),
		},
	},
	"es": {
		and: "y ", money: symbolLast, long: "2 de January", day: "Monday, 2 de January", date: "2/1", plain: true, spanish: true,
		left: [3]map[string]string{
			forms("queda # día", "quedan # días"),
			forms("queda # hora", "quedan # horas"),
			forms("queda # minuto", "quedan # minutos"),
		},
	},
	"it": {
		and: "e ", money: symbolLast, long: plainDate, day: plainDay, date: "02/01", plain: true,
		left: [3]map[string]string{
			forms("ancora # giorno", "ancora # giorni"),
			forms("ancora # ora", "ancora # ore"),
			forms("ancora # minuto", "ancora # minuti"),
		},
	},
	"pt": {
		and: "e ", money: symbolSpace, long: "2 de January", day: "Monday, 2 de January", date: "02/01",
		left: [3]map[string]string{
			forms("falta # dia", "faltam # dias"),
			forms("falta # hora", "faltam # horas"),
			forms("falta # minuto", "faltam # minutos"),
		},
	},
	"pl": {
		and: "i ", money: symbolLast, long: plainDate, day: "Monday, 2 January", date: "2.01", plain: true,
		left: [3]map[string]string{
			slavic("jeszcze # dzień", "jeszcze # dni", "jeszcze # dni"),
			slavic("jeszcze # godzina", "jeszcze # godziny", "jeszcze # godzin"),
			slavic("jeszcze # minuta", "jeszcze # minuty", "jeszcze # minut"),
		},
	},
	"cs": {
		and: "a\u00a0", money: symbolLast, long: "2. January", day: "Monday 2. January", date: "2. 1.",
		left: [3]map[string]string{
			slavic("ještě # den", "ještě # dny", "ještě # dní"),
			slavic("ještě # hodina", "ještě # hodiny", "ještě # hodin"),
			slavic("ještě # minuta", "ještě # minuty", "ještě # minut"),
		},
	},
	"sv": {
		and: "och ", money: symbolLast, long: plainDate, day: plainDay, date: "2/1",
		left: [3]map[string]string{
			forms("# dag kvar", "# dagar kvar"),
			forms("# timme kvar", "# timmar kvar"),
			forms("# minut kvar", "# minuter kvar"),
		},
	},
	"da": {
		and: "og ", money: symbolLast, long: "2. January", day: "Monday 2. January", date: "2.1",
		left: [3]map[string]string{
			forms("# dag tilbage", "# dage tilbage"),
			forms("# time tilbage", "# timer tilbage"),
			forms("# minut tilbage", "# minutter tilbage"),
		},
	},
	"nb": {
		and: "og ", money: symbolLast, long: "2. January", day: "Monday 2. January", date: "2.1.",
		left: [3]map[string]string{
			forms("# dag igjen", "# dager igjen"),
			forms("# time igjen", "# timer igjen"),
			forms("# minutt igjen", "# minutter igjen"),
		},
	},
	"fi": {
		and: "ja ", money: symbolLast, long: "2. January", day: "Monday 2. January", date: "2.1.",
		left: [3]map[string]string{
			forms("# päivä jäljellä", "# päivää jäljellä"),
			forms("# tunti jäljellä", "# tuntia jäljellä"),
			forms("# minuutti jäljellä", "# minuuttia jäljellä"),
		},
	},
}
