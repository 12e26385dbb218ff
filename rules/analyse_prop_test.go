package rules_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// asked is a signal, matchers for it and values around what they ask.
type asked struct {
	name     string
	matchers []string
	values   []string // none: the clock's own
}

// askedSignals are signals of every type.
var askedSignals = []asked{
	{"profile.points", []string{`0`, `1..20`, `"> 20"`, `">= 20"`, `"< 5"`, `[3, 10..12]`, `20..22`, `22..30`, `"> 0"`}, []string{"-1", "0", "1", "3", "4.5", "5", "11", "20", "20.5", "21", "22", "25", "31"}},
	{"profile.tier", []string{`gold`, `[gold, silver]`, `g*`, `GOL*`, `[silver, bronze]`}, []string{"gold", "Silver", "golden", "bronze", "goat"}},
	{"profile.delivery", []string{`sorting`, `[sorting, on-the-way]`, `delivered`, `[o*, d*]`}, []string{"sorting", "on-the-way", "delivered"}},
	{"profile.birthday", []string{`today`, `today-3d..today+3d`, `today+1d..today+5d`, `12-24`, `02-27..02-28`, `"< 02-29"`, `12-20..01-06`, `">= today"`, `02-29`}, []string{"02-29", "02-28", "11-27", "11-29", "12-24", "01-01"}},
	{"weather.rain", []string{`true`, `false`, `[true, false]`}, []string{"true", "false"}},
	{"weather.temperature", []string{`"< 5"`, `5..10`, `"> 9.5"`, `"> 5"`}, []string{"3", "4", "5", "5.2", "7", "9.6", "20"}},
	{"stock.dune-3", []string{`0`, `"> 0"`, `1..20`, `"> 20"`, `">= 1"`, `[0, "> 0"]`, `"< 1"`, `22..30`}, []string{"0", "1", "20", "21", "25", "some"}},
	{"stock.dune-3@near.shops", []string{`0`, `"> 0"`, `1..20`}, []string{"0", "5", "some"}},
	{"item.stock", []string{`0`, `"> 0"`, `1..20`, `"> 20"`, `22..30`}, nil},
	{"item.price", []string{`"< 5 EUR"`, `5 EUR..10 EUR`, `"> 10 EUR"`, `"> 3 USD"`, `["< 5 EUR", "< 5 USD"]`}, nil},
	{"item.tags", []string{`a`, `b`, `[a, b]`, `a*`}, nil},
	{"item.dune-3.price", []string{`"< 5 EUR"`, `5 EUR..10 EUR`, `"> 3 USD"`}, []string{"4 EUR", "5 EUR", "7.50 EUR", "12 EUR", "4 USD"}},
	{"item.dune-3.tags", []string{`a`, `b`, `[a, b]`, `ab*`}, []string{"a", "b", "abc"}},
	{"time", []string{`22:00..02:00`, `06:00..12:00`, `"< 12:00"`, `">= 20:00"`, `02:00..06:00`}, nil},
	{"weekday", []string{`sat..mon`, `mon..fri`, `fri`, `"< wed"`}, nil},
	{"month", []string{`12..2`, `11`, `">= 11"`}, nil},
	{"date", []string{`2026-11-26..2026-11-28`, `"> 2026-11-27"`, `12-24..01-02`, `11-27`, `today`, `today-1d..today`, `"<= 2026-11-25"`}, nil},
	{"now", []string{`2026-11-26 08:00..2026-11-28 00:00`, `"< 2026-11-27"`, `">= 2026-11-27 12:00"`, `"2026-11-27 08:00 local..2026-11-27 20:00 local"`, `2026-11-27`}, nil},
	{"daypart", []string{`day`, `late`, `[day, early]`}, nil},
	{"parameters.day", []string{`today..today+2d`, `"< today"`, `2026-11-27`, `[12-24, "> today+1d"]`}, []string{"2026-11-01", "2026-11-22", "2026-11-26", "2026-11-27", "2026-11-29", "2026-12-24"}},
	{"parameters.at", []string{`now-36h..now+90m`, `"> now+1d"`, `2026-11-27 08:00..2026-11-28 08:00`, `today..today+1d`, `"< today"`}, []string{"2026-11-01T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-26T08:00:00Z", "2026-11-27T20:00:00Z", "2026-11-29T00:00:00Z"}},
	{"client.class", []string{`person`, `[person, proxy]`, `prefetcher`, `[proxy, prefetcher, scanner]`}, nil},
	{"client.os", []string{`ios`, `[ios, android]`}, []string{"iOS", "android", "windows"}},
	{"near.shops.open", []string{`true`, `false`}, []string{"true", "false"}},
	{"near.shops.distance_km", []string{`"< 10"`, `5..30`}, []string{"2", "7", "50"}},
	{"near.shops.closes", []string{`">= 22:00"`, `18:00..20:00`}, []string{"18:00", "22:00", "24:00"}},
	{"viewed", []string{`{}`, `{tag: a}`, `{tag: a, within: 3d}`, `{item: dune-3, count: 2..3}`}, nil},
	{"bought", []string{`{}`, `{date: today-3d..today}`}, nil},
	{"cart.count", []string{`0`, `"> 0"`, `1..3`}, []string{"0", "2", "5"}},
	{"cart.age", []string{`"> 1d"`, `1h..2d`}, []string{"30m", "2h", "3d"}},
	{"here.city", []string{`Gent`, `[g*, Brugge]`}, []string{"Gent", "Genk", "Brugge"}},
}

// ladders are matchers of one signal that follow one another, or nearly.
var ladders = map[string][]string{
	"profile.points":      {`"< 5"`, `5..10`, `10..12`, `11..20`, `20..30`, `22..25`, `"> 30"`, `">= 31"`},
	"weather.temperature": {`"< 4"`, `4..5`, `5.5..9.5`, `"> 9.6"`, `6..20`},
	"stock.dune-3":        {`0`, `1..5`, `1..20`, `"> 20"`, `22..30`},
	"item.price":          {`0 EUR..4.99 EUR`, `5 EUR..7 EUR`, `"> 7.50 EUR"`},
	"now":                 {`"< 2026-11-26"`, `2026-11-25 08:00..2026-11-26 12:00`, `2026-11-26 08:00..2026-11-27 00:00`, `2026-11-27 00:00..2026-11-28 00:00`, `">= 2026-11-29"`},
	"date":                {`"< 2026-11-26"`, `2026-11-26..2026-11-27`, `2026-11-27..2026-11-28`, `2026-11-29`, `"> 2026-11-29"`},
	"time":                {`00:00..06:00`, `06:00..12:00`, `14:00..18:00`, `18:00..24:00`, `20:00..22:00`},
	"weekday":             {`mon..tue`, `wed`, `fri..sat`, `sun`},
	"month":               {`11`, `12..1`, `3..6`},
	"daypart":             {`early`, `day`, `late`, `[early, late]`},
	"profile.birthday":    {`today-3d..today-1d`, `today`, `today+2d..today+5d`},
}

// analysed is a campaign of one block and what the analysis says of it.
type analysed struct {
	*rules.Campaign
	text     string
	problems []strict.Problem
}

// loadAnalysed loads a campaign in which only the analysis may find something
// wrong: it is decided all the same.
func loadAnalysed(t rapid.TB, text string) analysed {
	t.Helper()
	root, problems := strict.Parse("c.yaml", []byte(text))
	if root == nil || len(problems) > 0 {
		t.Fatal(problems)
	}
	c, problems := rules.Load("c.yaml", root, sender(t), nil)
	for _, p := range problems {
		if p.Level == strict.Wrong && !strings.Contains(p.Text, "rule never holds: ") && !strings.Contains(p.Text, " is never reached: ") {
			t.Fatalf("%s\n%v", text, p)
		}
	}
	return analysed{c, text, problems}
}

// drawCampaign draws a campaign of one block over all kinds of signals.
func drawCampaign(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("campaign: c\nparameters: {day: {type: date}, at: {type: moment}}\n")
	b.WriteString(rapid.SampledFrom([]string{
		"dayparts: {early: 00:00..08:00, day: 08:00..20:00, late: 20:00..24:00}\n",
		"dayparts: {late: 22:00..06:00, early: 06:00..10:00, day: 12:00..20:00}\n",
	}).Draw(t, "dayparts"))
	b.WriteString(rapid.SampledFrom([]string{"", "", "starts: 2026-11-25\nends: 2026-11-29\n", "ends: 2026-12-24\n", "starts: 2026-11-27 local\n"}).Draw(t, "limits"))
	b.WriteString("segments:\n  some: {" + drawCondition(t, 1, true) + "}\nblocks:\n  b:\n")
	if rapid.IntRange(0, 5).Draw(t, "as-opened") == 0 {
		b.WriteString("    prefetched: as-opened\n")
	}
	b.WriteString("    show: {layout: strip, link: \"https://shop.example\"}\n    rules:\n")
	rungs, rest := drawLadder(t)
	rule := func(name, when string) {
		show := rapid.SampledFrom(shows).Draw(t, "show")
		fmt.Fprintf(&b, "      - {name: %s, when: {%s}, show: {%s}}\n", name, when, show+ofItem(when))
	}
	for i, when := range rungs {
		rule(fmt.Sprintf("l%d", i), "all: [{"+when+"}"+rest+"]")
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "rules") {
		rule(fmt.Sprintf("r%d", i), drawCondition(t, 2, false))
	}
	if len(rungs) == 0 {
		rule("only", drawCondition(t, 1, false))
	}
	b.WriteString("    fallback: {headline: \"y\"}\n")
	return b.String()
}

// asksOfItem finds conditions on the item in scope.
var asksOfItem = regexp.MustCompile(`\bitem\.(stock|price|tags)\b`)

// ofItem adds an item to what a rule shows whose conditions ask of one.
func ofItem(when string) string {
	if asksOfItem.MatchString(when) {
		return `, item: dune-3, link: "https://shop.example/item"`
	}
	return ""
}

// shows are what rules show: some can always be shown, some need something.
var shows = []string{
	`headline: x`, `headline: x`, `headline: "{campaign}"`, `headline: ["{profile.tier}", x]`, `headline: "{profile.tier}"`,
	`headline: "{stock.dune-3}"`, `headline: "{weather.temperature}"`, `headline: "{now|time}"`,
}

// drawLadder draws rungs of a ladder, and what else their rules all ask.
func drawLadder(t *rapid.T) (rungs []string, rest string) {
	names := slices.Sorted(maps.Keys(ladders))
	names = append(names, "now", "now", "date", "date", "daypart", "daypart", "weather.temperature")
	name := rapid.SampledFrom(names).Draw(t, "ladder")
	for _, matcher := range ladders[name] {
		if rapid.IntRange(0, 2).Draw(t, "rung") > 0 {
			rungs = append(rungs, name+": "+matcher)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "ladder wanted") == 0 {
		return nil, ""
	}
	if rapid.Bool().Draw(t, "more") {
		rest = ", {" + drawCondition(t, 0, false) + "}"
	}
	return rungs, rest
}

// drawCondition draws a condition: one of a signal, or some under a word.
func drawCondition(t *rapid.T, depth int, segment bool) string {
	part := func() string { return drawCondition(t, depth-1, segment) }
	kind := "one"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"one", "one", "any", "not", "neither", "all", "twice", "twice"}).Draw(t, "kind")
	}
	switch kind {
	case "any", "all":
		return kind + ": [{" + part() + "}, {" + part() + "}]"
	case "not":
		return "not: {" + part() + "}"
	case "neither":
		return "not: [{" + part() + "}, {" + part() + "}]"
	}
	signal := rapid.SampledFrom(askedSignals).Draw(t, "signal")
	if segment && strings.HasPrefix(signal.name, "item.") {
		signal = askedSignals[0]
	}
	matcher := func() string { return rapid.SampledFrom(signal.matchers).Draw(t, "matcher") }
	if kind == "twice" {
		return fmt.Sprintf(`all: [{%q: %s}, {%q: %s}]`, signal.name, matcher(), signal.name, matcher())
	}
	switch rapid.IntRange(0, 12).Draw(t, "form") {
	case 0:
		if signal.name != "viewed" && signal.name != "bought" {
			return "known: \"" + signal.name + "\""
		}
	case 1:
		if !segment {
			return "segment: some"
		}
	}
	return fmt.Sprintf(`%q: %s`, signal.name, matcher())
}

// someOpens draws opens of a campaign.
type someOpens struct {
	c      *rules.Campaign
	random *rand.Rand
	hidden func(name string) bool // these signals are unknown
	class  string                 // "": any
	zone   bool                   // the campaign's only
}

// open draws an open: each signal is known or not.
func (o *someOpens) open(t *rapid.T) rules.Signals {
	zone := o.c.Zone
	if !o.zone {
		zone = zones[o.random.IntN(len(zones))]
	}
	s := rules.Signals{
		At: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(o.random.IntN(14*96)) * 15 * time.Minute), Zone: zone,
		Trust: rules.Signed, Recipient: "r", Values: make([]rules.Value, len(o.c.Signals)), HereFrom: rules.FromProfile,
	}
	if o.random.IntN(6) == 0 {
		s.At = s.At.AddDate(0, o.random.IntN(24)-12, o.random.IntN(40))
	}
	class := o.class
	if class == "" {
		class = []string{"person", "proxy", "prefetcher", "scanner"}[o.random.IntN(4)]
	}
	s.Class, _ = rules.ParseClass(class)
	o.give(t, &s, "client.class", class)
	o.give(t, &s, "item.dune-3.title", "D")
	for _, signal := range askedSignals {
		if len(signal.values) > 0 && o.random.IntN(5) > 1 && (o.hidden == nil || !o.hidden(signal.name)) {
			o.give(t, &s, signal.name, signal.values[o.random.IntN(len(signal.values))])
		}
	}
	if s.HasHistory = o.random.IntN(4) > 0; s.HasHistory {
		for range o.random.IntN(4) {
			s.History = append(s.History, rules.Event{
				Kind: rules.EventKind(o.random.IntN(3)), At: s.At.Add(-time.Duration(o.random.IntN(120)) * time.Hour).UnixMilli(),
				Item: "dune-3", Tags: []string{[]string{"a", "b"}[o.random.IntN(2)]},
			})
		}
	}
	for name, layout := range map[string]string{"profile.birthday": "01-02", "parameters.day": time.DateOnly, "parameters.at": time.RFC3339} {
		if slot, ok := o.c.Slot(name); ok && s.Values[slot].Known() && o.random.IntN(2) == 0 {
			near := s.At.Add(time.Duration(o.random.IntN(12*24)-6*24) * time.Hour)
			o.give(t, &s, name, near.In(s.Zone).Format(layout))
		}
	}
	return s
}

var zones = []*time.Location{time.UTC, time.FixedZone("", 14*3600), time.FixedZone("", -12*3600), time.FixedZone("", 3600)}

// give makes a signal known. What the item in scope is asked, its name is.
func (o *someOpens) give(t *rapid.T, s *rules.Signals, name, text string) {
	if o.c.Catalogue != "" && asksOfItem.MatchString(name) {
		name = strings.Replace(name, "item.", "item.dune-3.", 1)
	}
	if err := rules.Give(o.c, s, name, text); err != nil {
		t.Fatal(err)
	}
}

// clocks move an open to where a signal of the clock has a value.
var clockLayouts = map[string]string{"now": "2006-01-02 15:04", "date": time.DateOnly, "time": "15:04", "weekday": "Mon", "month": "1"}

// move gives a signal a value, by moving the clock where it is one of the
// clock's. It reports false where that takes another draw.
func (o *someOpens) move(t *rapid.T, s *rules.Signals, name, text string) bool {
	layout, clock := clockLayouts[name]
	switch {
	case !clock:
		if name == "profile.birthday" && strings.HasPrefix(text, "today") {
			days := 0
			_, _ = fmt.Sscanf(text, "today%dd", &days)
			text = s.At.In(s.Zone).AddDate(0, 0, days).Format("01-02")
		}
		o.give(t, s, name, text)
		return true
	case name == "time":
		at, err := time.Parse(layout, text)
		if err != nil {
			t.Fatal(err)
		}
		local := s.At.In(s.Zone)
		s.At = time.Date(local.Year(), local.Month(), local.Day(), at.Hour(), at.Minute(), 0, 0, s.Zone)
	case name == "now":
		at, err := time.ParseInLocation(layout, text, s.Zone)
		if err != nil {
			t.Fatal(err)
		}
		s.At = at
	case name == "date" && len(text) == len("01-02"):
		layout = "01-02"
	}
	return strings.ToLower(s.At.In(s.Zone).Format(layout)) == text
}

// holds explains whether a rule holds.
func (a *analysed) holds(s *rules.Signals, name string) bool {
	for _, r := range rules.Explain(a.Campaign, s, "b", 1).Rules {
		if r.Name == name {
			return r.Holds == "true"
		}
	}
	return false
}

// ruleAt returns the name of the rule on a line.
func (a *analysed) ruleAt(line int) string {
	for _, r := range a.Blocks[0].Rules {
		if r.Node.Line == line {
			return r.Name
		}
	}
	return ""
}

// decide decides the campaign's only position.
func (a *analysed) decide(s *rules.Signals) rules.Decision {
	var d rules.Decider
	return d.Decide(a.Campaign, s)[0]
}

// TestWhatTheAnalysisReportsIsSo draws campaigns and opens: what is reported
// holds in each open, and each kind of report comes often.
func TestWhatTheAnalysisReportsIsSo(t *testing.T) {
	found, checks := map[string]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		checks++
		a := loadAnalysed(t, drawCampaign(t))
		o := &someOpens{c: a.Campaign, random: rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))}
		for _, p := range a.problems {
			for _, j := range judges {
				if strings.Contains(p.Text, j.text) {
					found[j.text]++
					j.judge(t, &a, o, p)
				}
			}
		}
	})
	for _, j := range judges {
		t.Logf("%5d times in %d campaigns: %s", found[j.text], checks, j.text)
		if found[j.text] < checks*j.percent/100 {
			t.Errorf("%q is reported %d times in %d campaigns: too seldom to prove anything", j.text, found[j.text], checks)
		}
	}
}

// judges are the reports and what proves one wrong.
var judges = []struct {
	text    string
	percent int
	judge   func(*rapid.T, *analysed, *someOpens, strict.Problem)
}{
	{"rule never holds: ", 5, neverHolds},
	{" is never reached: ", 2, neverReached},
	{"no rule ", 10, hasHole},
	{"the dayparts leave hours", 1, leavesHours},
	{" overlap", 1, overlaps},
	{" shows the same as ", 10, showsTheSame},
	{"behind mail proxies", 1, hidesFrom},
	{"Apple Mail readers", 2, seesNothingAhead},
}

func neverHolds(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	for range 40 {
		s := o.open(t)
		if reason := a.decide(&s).Reason; (reason == rules.Matched || reason == rules.Fallback) && a.holds(&s, a.ruleAt(p.Line)) {
			t.Fatalf("%s\n%v: but it holds at %v with %+v", a.text, p, s.At, s.Values)
		}
	}
}

func neverReached(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	for range 40 {
		s := o.open(t)
		if d := a.decide(&s); d.Rule != nil && d.Rule.Name == a.ruleAt(p.Line) {
			t.Fatalf("%s\n%v: but it shows at %v with %+v", a.text, p, s.At, s.Values)
		}
	}
}

// hasHole looks for an open in which the value named falls to the fallback.
func hasHole(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	name := ""
	for _, signal := range askedSignals {
		if strings.Contains(p.Text, " "+signal.name+" ") && len(signal.name) > len(name) {
			name = signal.name
		}
	}
	match := regexp.MustCompile(`: (.+) falls to the fallback; `).FindStringSubmatch(p.Text)
	if name == "" || match == nil {
		t.Fatalf("no signal or example in %v", p)
	}
	matcher := match[1]
	switch name {
	case "now":
		matcher += ".." + strings.Replace(matcher, ":00", ":01", 1)
	case "time":
		matcher += ".." + strings.Replace(matcher, ":00", ":01", 1)
	}
	inHole(t, a, o, p, hole{fmt.Sprintf("%s: %s", name, matcher), func(s *rules.Signals) bool { return o.move(t, s, name, match[1]) }})
}

func leavesHours(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	for _, part := range regexp.MustCompile(`(\d\d:\d\d)\.\.\d\d:\d\d \((\w+)\)`).FindAllStringSubmatch(p.Text, -1) {
		condition := "daypart: " + part[2]
		if part[2] == "none" {
			condition = "not: {daypart: [early, day, late]}"
		}
		inHole(t, a, o, p, hole{condition, func(s *rules.Signals) bool { return o.move(t, s, "time", part[1]) }})
	}
}

// hole is one that a rule with the condition would fill, and what moves an open
// into it.
type hole struct {
	condition string
	move      func(*rules.Signals) bool
}

// inHole looks for an open that is moved to the fallback, and in which a last
// rule for the hole that asks what the others ask beside it would show.
func inHole(t *rapid.T, a *analysed, o *someOpens, p strict.Problem, in hole) {
	text := a.text
	if m := ruleLine.FindStringSubmatch(strings.Split(text, "\n")[p.Line-1]); m[1][0] == 'l' {
		first, rest, _ := strings.Cut(m[2], "}")
		_, first, _ = strings.Cut(first, "{")
		if name, _, _ := strings.Cut(first, ":"); strings.Contains(rest, name) || strings.Contains(rest, "segment") {
			return // the rest may ask of the same signal
		}
		rule := fmt.Sprintf("      - {name: hole, when: {all: [{%s}%s}, show: {headline: hole%s}}\n    fallback", in.condition, rest, ofItem(m[2]))
		text = strings.Replace(text, "    fallback", rule, 1)
	}
	b := loadAnalysed(t, text)
	there := &someOpens{c: b.Campaign, random: o.random, zone: true}
	for range 30_000 {
		s := there.open(t)
		if !in.move(&s) {
			continue
		}
		if d := b.decide(&s); d.Reason == rules.Fallback && text == a.text || d.Rule != nil && d.Rule.Name == "hole" {
			return
		}
	}
	t.Fatalf("%s\n%v: but no open was found", text, p)
}

// overlaps looks for an open in which both rules hold.
func overlaps(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	names := regexp.MustCompile(`rules "(\w+)" .* and "(\w+)" overlap`).FindStringSubmatch(p.Text)
	for range 3000 {
		if s := o.open(t); a.holds(&s, names[1]) && a.holds(&s, names[2]) {
			return
		}
	}
	t.Fatalf("%s\n%v: but no open was found", a.text, p)
}

func hidesFrom(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	proxied := *o
	proxied.hidden = func(name string) bool {
		return regexp.MustCompile(`^(here|near|weather)\.|^client\.os|@near`).MatchString(name)
	}
	onlyFallback(t, a, &proxied, p)
}

func seesNothingAhead(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	ahead := *o
	ahead.class = "prefetcher"
	onlyFallback(t, a, &ahead, p)
}

func onlyFallback(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	for range 40 {
		s := o.open(t)
		if d := a.decide(&s); d.Reason == rules.Matched {
			t.Fatalf("%s\n%v: but %s shows at %v with %+v", a.text, p, d.Rule.Name, s.At, s.Values)
		}
	}
}

// ruleLine is how drawCampaign writes a rule.
var ruleLine = regexp.MustCompile(`^      - \{name: (\w+), when: \{(.*)\}, show: \{(.*)\}\}$`)

// showsTheSame joins both rules, at the place of either: one of these campaigns
// decides as before.
func showsTheSame(t *rapid.T, a *analysed, o *someOpens, p strict.Problem) {
	names := regexp.MustCompile(`rule "(\w+)" shows the same as rule "(\w+)"`).FindStringSubmatch(p.Text)
	lines := strings.Split(a.text, "\n")
	whens, at := []string{}, []int{}
	for i, line := range lines {
		if m := ruleLine.FindStringSubmatch(line); m != nil && slices.Contains(names[1:], m[1]) {
			whens, at = append(whens, m[2]), append(at, i)
		}
	}
	joined := "any: [{" + whens[0] + "}, {" + whens[1] + "}]"
	for i := range at {
		other := slices.Clone(lines)
		m := ruleLine.FindStringSubmatch(lines[at[i]])
		other[at[i]] = fmt.Sprintf("      - {name: %s, when: {%s}, show: {%s}}", m[1], joined, m[3])
		b := loadAnalysed(t, strings.Join(slices.Delete(other, at[1-i], at[1-i]+1), "\n"))
		if decidesAlike(t, a, &b, o, names[1:]) {
			return
		}
	}
	t.Fatalf("%s\n%v: but joined they decide otherwise", a.text, p)
}

// decidesAlike reports whether two campaigns decide alike, but for which of the
// rules named.
func decidesAlike(t *rapid.T, a, b *analysed, o *someOpens, names []string) bool {
	name := func(d rules.Decision) string {
		switch {
		case d.Rule == nil:
			return "none"
		case slices.Contains(names, d.Rule.Name):
			return names[0]
		}
		return d.Rule.Name
	}
	for range 40 {
		s := o.open(t)
		other := s
		other.Values = make([]rules.Value, len(b.Signals))
		for i := range b.Signals {
			if slot, ok := a.Slot(b.Signals[i].Name); ok {
				other.Values[i] = s.Values[slot]
			}
		}
		if name(a.decide(&s)) != name(b.decide(&other)) {
			return false
		}
	}
	return true
}
