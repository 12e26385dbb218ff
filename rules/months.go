package rules

import (
	"strings"
	"time"

	"github.com/goodsign/monday"
)

// calendarNames are a language's names of months and days.
type calendarNames struct {
	months string // as in a date
	alone  string // where they differ: as they stand alone
	days   string // from Sunday
}

// named are the languages whose names are CLDR's (ICU 78); never changed.
var named = map[string]calendarNames{
	"nl": {
		months: "januari februari maart april mei juni juli augustus september oktober november december",
		days:   "zondag maandag dinsdag woensdag donderdag vrijdag zaterdag",
	},
	"fr": {
		months: "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
		days:   "dimanche lundi mardi mercredi jeudi vendredi samedi",
	},
	"en": {
		months: "January February March April May June July August September October November December",
		days:   "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
	},
	"de": {
		months: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
		days:   "Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag",
	},
	"es": {
		months: "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
		days:   "domingo lunes martes miércoles jueves viernes sábado",
	},
	"it": {
		months: "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
		days:   "domenica lunedì martedì mercoledì giovedì venerdì sabato",
	},
	"pt": {
		months: "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
		days:   "domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado",
	},
	"pl": {
		months: "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
		alone:  "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
		days:   "niedziela poniedziałek wtorek środa czwartek piątek sobota",
	},
	"cs": {
		months: "ledna února března dubna května června července srpna září října listopadu prosince",
		alone:  "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
		days:   "neděle pondělí úterý středa čtvrtek pátek sobota",
	},
	"sv": {
		months: "januari februari mars april maj juni juli augusti september oktober november december",
		days:   "söndag måndag tisdag onsdag torsdag fredag lördag",
	},
	"da": {
		months: "januar februar marts april maj juni juli august september oktober november december",
		days:   "søndag mandag tirsdag onsdag torsdag fredag lørdag",
	},
	"nb": {
		months: "januar februar mars april mai juni juli august september oktober november desember",
		days:   "søndag mandag tirsdag onsdag torsdag fredag lørdag",
	},
	"fi": {
		months: "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
		alone:  "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
		days:   "sunnuntai maanantai tiistai keskiviikko torstai perjantai lauantai",
	},
}

// monthName names a month as in a date, or as it stands alone.
func monthName(base, region string, m time.Month, alone bool) string {
	names, ok := named[base]
	switch {
	case !ok:
		return monday.Format(time.Date(2023, m, 1, 0, 0, 0, 0, time.UTC), "January", mondayOf(base))
	case base == "de" && region == "AT" && m == time.January:
		return "Jänner"
	case alone && names.alone != "":
		return strings.Fields(names.alone)[m-1]
	}
	return strings.Fields(names.months)[m-1]
}

// dayName names a day of the week.
func dayName(base string, d time.Weekday) string {
	names, ok := named[base]
	if !ok {
		// 2023-01-01 was a Sunday.
		return monday.Format(time.Date(2023, 1, 1+int(d), 0, 0, 0, 0, time.UTC), "Monday", mondayOf(base))
	}
	return strings.Fields(names.days)[d]
}

// mondayOf is the locale of package monday for other languages, English where it
// has none.
func mondayOf(base string) monday.Locale {
	for _, l := range monday.ListLocales() {
		if strings.HasPrefix(string(l), base+"_") {
			return l
		}
	}
	return monday.LocaleEnUS
}
