package rules

import "golang.org/x/text/language"

// moneyForm is where a currency's symbol stands.
type moneyForm uint8

const (
	symbolLast moneyForm = iota
	symbolFirst
	symbolSpace
)

// words are what a language's texts are made of that x/text has not. left has,
// for days, hours and minutes, a pattern by CLDR category; # is the number.
type words struct {
	and               string
	money             moneyForm
	longDate, dayDate string // as time.Format has them
	short             string
	left              [3]map[string]string
}

// shortDate is a day and month in digits.
func (w *words) shortDate(tag language.Tag) string {
	if region, sure := tag.Region(); sure == language.Exact && region.String() == "US" {
		return "1/2"
	}
	return w.short
}

const (
	plainDate = "2 January"
	plainDay  = "Monday 2 January"
)

func forms(one, other string) map[string]string { return map[string]string{"one": one, "other": other} }

func slavic(one, few, many string) map[string]string {
	return map[string]string{"one": one, "few": few, "many": many, "other": many}
}

// wordsOf returns a language's words, English ones where it has none.
func wordsOf(base string) *words {
	if w, ok := languages[base]; ok {
		return w
	}
	return languages["en"]
}

// languages is never changed.
var languages = map[string]*words{
	"nl": {"en", symbolSpace, plainDate, plainDay, "2-1", [3]map[string]string{forms("nog # dag", "nog # dagen"), forms("nog # uur", "nog # uur"), forms("nog # minuut", "nog # minuten")}},
	"fr": {"et", symbolLast, plainDate, plainDay, "2/1", [3]map[string]string{forms("encore # jour", "encore # jours"), forms("encore # heure", "encore # heures"), forms("encore # minute", "encore # minutes")}},
	"en": {"and", symbolFirst, plainDate, plainDay, "2/1", [3]map[string]string{forms("# day left", "# days left"), forms("# hour left", "# hours left"), forms("# minute left", "# minutes left")}},
	"de": {"und", symbolLast, "2. January", "Monday, 2. January", "2.1.", [3]map[string]string{forms("noch # Tag", "noch # Tage"), forms("noch # Stunde", "noch # Stunden"), forms("noch # Minute", "noch # Minuten")}},
	"es": {"y", symbolLast, "2 de January", "Monday, 2 de January", "2/1", [3]map[string]string{forms("queda # día", "quedan # días"), forms("queda # hora", "quedan # horas"), forms("queda # minuto", "quedan # minutos")}},
	"it": {"e", symbolLast, plainDate, plainDay, "2/1", [3]map[string]string{forms("ancora # giorno", "ancora # giorni"), forms("ancora # ora", "ancora # ore"), forms("ancora # minuto", "ancora # minuti")}},
	"pt": {"e", symbolLast, "2 de January", "Monday, 2 de January", "2/1", [3]map[string]string{forms("falta # dia", "faltam # dias"), forms("falta # hora", "faltam # horas"), forms("falta # minuto", "faltam # minutos")}},
	"pl": {"i", symbolLast, plainDate, "Monday, 2 January", "2.01", [3]map[string]string{slavic("jeszcze # dzień", "jeszcze # dni", "jeszcze # dni"), slavic("jeszcze # godzina", "jeszcze # godziny", "jeszcze # godzin"), slavic("jeszcze # minuta", "jeszcze # minuty", "jeszcze # minut")}},
	"cs": {"a", symbolLast, "2. January", "Monday 2. January", "2. 1.", [3]map[string]string{slavic("ještě # den", "ještě # dny", "ještě # dní"), slavic("ještě # hodina", "ještě # hodiny", "ještě # hodin"), slavic("ještě # minuta", "ještě # minuty", "ještě # minut")}},
	"sv": {"och", symbolLast, plainDate, plainDay, "2/1", [3]map[string]string{forms("# dag kvar", "# dagar kvar"), forms("# timme kvar", "# timmar kvar"), forms("# minut kvar", "# minuter kvar")}},
	"da": {"og", symbolLast, "2. January", "Monday 2. January", "2.1", [3]map[string]string{forms("# dag tilbage", "# dage tilbage"), forms("# time tilbage", "# timer tilbage"), forms("# minut tilbage", "# minutter tilbage")}},
	"nb": {"og", symbolLast, "2. January", "Monday 2. January", "2.1.", [3]map[string]string{forms("# dag igjen", "# dager igjen"), forms("# time igjen", "# timer igjen"), forms("# minutt igjen", "# minutter igjen")}},
	"fi": {"ja", symbolLast, "2. January", "Monday 2. January", "2.1.", [3]map[string]string{forms("# päivä jäljellä", "# päivää jäljellä"), forms("# tunti jäljellä", "# tuntia jäljellä"), forms("# minuutti jäljellä", "# minuuttia jäljellä")}},
}
