package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/opentime/journal"
)

const answersConfig = `sender: cinema
home: https://cinema.example
hosts: [cinema.example]
timezone: Europe/Brussels
locales: [en, nl]
`

const answersCampaign = `campaign: dessert
blocks:
  vote:
    question: {en: "Which dessert shall come back?", nl: "Welk dessert komt terug?"}
    answers: {baba: "Baba au rhum", tiramisu: "Tiramisu"}
    closes: 2026-12-06
    thanks: {en: "See you in December", nl: "Tot in december"}
    show: {layout: answer, title: "{answer.text}"}
    rules:
      - {name: open, when: {answered.vote: none, answer.open: true}}
      - {name: results, show: {share: answer.share}}
  bars:
    show: {layout: answers, answer1: "Baba au rhum", count1: results.vote.baba, answer2: "Tiramisu", count2: results.vote.tiramisu, link: "https://cinema.example/vote"}
    fallback: {layout: answers, answer1: "Baba au rhum", count1: 0, answer2: "Tiramisu", count2: 0}
`

// answers is a site that asks which dessert shall come back.
type answers struct{ *counter }

func newAnswers(t *testing.T) answers {
	c := newCounterOf(t, map[string]string{"opentime.yaml": answersConfig, "campaigns/dessert.yaml": answersCampaign})
	told := c.ingest(200, "PUT", "/v1/profiles", `[
		{"r": "emma", "at": "2026-01-01", "consent": "full", "attributes": {"locale": "nl"}}, {"r": "lucas", "at": "2026-01-01"},
		{"r": "noor", "at": "2026-01-01", "consent": "none"}, {"r": "carl", "at": "2026-01-01", "consent": "full"}]`)
	if strings.Contains(told, "why") {
		t.Fatal(told)
	}
	return answers{c}
}

// signed is the query of a recipient's link.
func (a answers) signed(r string) string { return "?r=" + sealedBy(a.t, demoKeys, "cinema", r) }

// public asks the public listener, as a person's client unless an agent is named.
func (a answers) public(method, path, body string, agent ...string) (status int, header http.Header, text string) {
	a.t.Helper()
	request, err := http.NewRequest(method, "http://"+a.app.public+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("User-Agent", strings.Join(append(agent, outlook)[:1], ""))
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(data)
}

// firm confirms an answer until that is acknowledged.
func (a answers) firm(answer, who string) {
	for range 100 {
		if _, _, page := a.public("POST", "/a/dessert/vote/"+answer+who, ""); strings.Contains(page, "See you") {
			return
		}
	}
	a.t.Error("an answer is never kept")
}

// results says how often each answer counts.
func (a answers) results(want string) {
	a.t.Helper()
	got := fmt.Sprint(a.app.store.Results("dessert", "vote", "baba"), " ", a.app.store.Results("dessert", "vote", "tiramisu"))
	if got != want {
		a.t.Errorf("results are %s, want %s", got, want)
	}
}

// counted is a metric's value.
func (a answers) counted(result string) string {
	_, metrics := a.send("GET", "/metrics", "", "Authorization: Bearer read")
	_, after, _ := strings.Cut(metrics, `opentime_answers_total{result="`+result+`"} `)
	value, _, _ := strings.Cut(after, "\n")
	return value
}

// shows is which rule a block shows to a recipient, and with what values.
func (a answers) shows(block, r string) (rule string, values map[string]any) {
	a.t.Helper()
	_, _, text := a.public("GET", "/d/dessert/"+block+a.signed(r), "")
	var told struct {
		Positions []struct {
			Rule   string
			Values map[string]any
		}
	}
	if err := json.Unmarshal([]byte(text), &told); err != nil || len(told.Positions) == 0 {
		a.t.Fatal(text, err)
	}
	return told.Positions[0].Rule, told.Positions[0].Values
}

// becomes waits for what is kept beside the path.
func (a answers) becomes(block, r, want string) {
	a.t.Helper()
	got := ""
	for range 500 {
		if got, _ = a.shows(block, r); got == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	a.t.Errorf("%s shows %s the rule %s, want %s", block, r, got, want)
}

// TestAnAnswerCountsOnceItIsConfirmed answers, changes its mind, is restarted and
// forgotten.
func TestAnAnswerCountsOnceItIsConfirmed(t *testing.T) {
	a := newAnswers(t)
	if rule, _ := a.shows("vote", "emma"); rule != "open" {
		t.Errorf("before any answer the rule %s holds", rule)
	}
	status, header, page := a.public("GET", "/a/dessert/vote/baba"+a.signed("emma"), "")
	if status != 200 || !strings.Contains(page, `value="baba" required checked`) || !strings.Contains(page, "Welk dessert") ||
		strings.Contains(page, "emma") || header.Get("Cache-Control") != "no-store" || header.Get("Referrer-Policy") != "no-referrer" {
		t.Error(status, header, page)
	}
	a.results("0 0")
	if _, _, page := a.public("POST", "/a/dessert/vote/baba"+a.signed("emma"), ""); !strings.Contains(page, "Tot in december") || strings.Contains(page, "<form") {
		t.Error(page)
	}
	a.results("1 0")
	a.becomes("vote", "emma", "results")
	a.pass(time.Minute)
	a.public("POST", "/A/Dessert/VOTE/Baba/"+a.signed("emma"), "answer=tiramisu") // the form says another
	a.results("0 1")
	a.public("POST", "/a/dessert/vote/tiramisu"+a.signed("emma"), "")
	a.public("POST", "/a/dessert/vote/baba"+a.signed("lucas"), "") // with consent to aggregates
	a.public("POST", "/a/dessert/vote/baba"+a.signed("carl"), "")
	a.results("2 1")
	a.becomes("vote", "lucas", "results")
	for range 2 {
		if _, values := a.shows("bars", "emma"); fmt.Sprint(values["count1"], values["count2"]) != "2 1" {
			t.Error("the layout answers has", values)
		}
		if _, values := a.shows("vote", "emma"); values["share"] != "66.666667%" {
			t.Error("the first answer's share is", values)
		}
		a.restart()
		a.results("2 1")
	}
	a.ingest(200, "POST", "/v1/forget", `["carl"]`)
	a.results("1 1")
	a.public("POST", "/a/dessert/vote/baba"+a.signed("carl"), "")
	a.results("1 1")
	a.restart()
	a.results("1 1")
	a.inJournal()
}

// inJournal looks at the records of answers.
func (a answers) inJournal() {
	a.t.Helper()
	got := map[string]int{}
	if err := a.app.stop(); err != nil {
		a.t.Fatal(err)
	}
	files, err := journal.Files(a.app.journalFolder)
	if err != nil {
		a.t.Fatal(err)
	}
	for _, file := range files {
		if _, err := journal.Read(file, func(r *journal.Record) {
			if r.Kind == journal.Answer {
				got[fmt.Sprintf("%s %c %d alias %t", r.Answer, max(r.Method, '-'), r.Position, r.Alias != [16]byte{})]++
			}
		}); err != nil {
			a.t.Fatal(err)
		}
	}
	want := map[string]int{"baba g 1 alias true": 1, "baba p 1 alias true": 2, "tiramisu p 2 alias true": 2, "baba p 1 alias false": 1, "baba - 1 alias false": 1}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Errorf("the journal has %v, want %v", got, want)
	}
}

// TestOnlyAPersonsProvenAnswerCounts answers by links that prove nobody, as machines, and
// too late.
func TestOnlyAPersonsProvenAnswerCounts(t *testing.T) {
	a := newAnswers(t)
	good := a.signed("emma")
	for name, query := range map[string]string{
		"nobody": "", "an id": "?r=emma", "a seal that is wrong": good[:len(good)-1] + "x", "consent to nothing": a.signed("noor"),
	} {
		if status, _, page := a.public("POST", "/a/dessert/vote/baba"+query, ""); status != 200 || !strings.Contains(page, "See you") && !strings.Contains(page, "Tot in") {
			t.Error(name, status, page)
		}
	}
	if got := a.counted("unproven"); got != "4" {
		t.Error("unproven are", got)
	}
	a.public("POST", "/a/dessert/vote/baba"+good, "", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
	a.public("HEAD", "/a/dessert/vote/baba"+good, "")
	if got := a.counted("machine") + a.counted("provisional"); got != "10" {
		t.Error("of a scanner and of HEAD it is counted", got)
	}
	a.results("0 0")
	a.pass(14 * 24 * time.Hour)
	if status, _, page := a.public("POST", "/a/dessert/vote/baba"+good, ""); status != 200 || !strings.Contains(page, "Antwoorden kan niet meer") {
		t.Error("closed", status, page)
	}
	a.results("0 0")
	if _, _, text := a.public("OPTIONS", "/a/dessert/vote/baba", ""); text != "" {
		t.Error(text)
	}
}

// TestAnAnswersLinkIsNeverAnError follows what is no answer's link, or was damaged.
func TestAnAnswersLinkIsNeverAnError(t *testing.T) {
	a := newAnswers(t)
	for path, want := range map[string]string{
		"/a/dessert/vote/cake": "200", "/a/dessert/vote": "200", "/a/dessert/vote/baba?r={{id}}": "200", "/a/dessert/vote/%C3%A9": "200",
		"/a/gone/vote/baba": "302 https://cinema.example", "/a/dessert/gone/yes": "302 https://cinema.example", "/a/": "302 https://cinema.example",
		"/a/dessert/bars/yes": "302 https://cinema.example/vote", "/a/%%id%%/vote/baba": "302 https://cinema.example",
		"/a/dessert/vote/baba/1/2": "302 https://cinema.example",
	} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			body := ""
			if method == "POST" {
				body = "answer=%zz&answer=" + strings.Repeat("x", 20_000) // more than is read
			}
			request, err := http.NewRequest(method, "http://"+a.app.public, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			request.URL.Opaque = path
			request.Header.Set("User-Agent", outlook)
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				t.Error(method, path, err)
				continue
			}
			_ = response.Body.Close()
			got := strings.TrimSpace(fmt.Sprint(response.StatusCode, " ", response.Header.Get("Location")))
			if body == "" && got != want || body != "" && response.StatusCode != http.StatusOK && response.StatusCode != http.StatusFound {
				t.Errorf("%s %s is answered %s, want %s", method, path, got, want)
			}
		}
	}
	a.results("0 0")
}

// TestAnswersTogetherCountEach has many answer at once, some change their mind, while one
// is forgotten.
func TestAnswersTogetherCountEach(t *testing.T) {
	a := newAnswers(t)
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			who := a.signed(fmt.Sprint("r", i))
			a.firm("baba", who)
			if i%3 == 0 {
				a.firm("tiramisu", who)
			}
			if i == 30 || i == 31 {
				a.ingest(200, "POST", "/v1/forget", fmt.Sprintf(`["r%d"]`, i))
			}
		})
	}
	all.Wait()
	a.results("39 19")
	a.restart()
	a.results("39 19")
}
