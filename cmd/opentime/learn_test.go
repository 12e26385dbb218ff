package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/opentime/people/recommend"
	"example.com/opentime/rules"
	"example.com/opentime/server"
)

// lineShop is a shop of six product lines; who buys of one buys more of it.
func lineShop(t *testing.T) *counter {
	feed := strings.Builder{}
	feed.WriteString("id,title,link,price,tags,stock\n")
	for line := range 6 {
		for part := range 4 {
			fmt.Fprintf(&feed, "l%dp%d,Line %d part %d,https://theatre.example/%d,%d EUR,line%d,%d\n", line, part, line, part, line, 50-10*part, line, 5)
		}
	}
	block := func(name, items string) string {
		return fmt.Sprintf("  %s: {show: {layout: strip, items: %s, headline: \"{item.because}\"}, fallback: {headline: No, link: \"https://theatre.example\"}}\n", name, items)
	}
	c := newCounterOf(t, map[string]string{
		"opentime.yaml": strings.Replace(behaviourConfig, "places: {halls: halls.csv}\n", "", 1),
		"shows.csv":     feed.String(),
		"campaigns/check.yaml": "campaign: check\ncatalogue: shows\nblocks:\n" +
			block("forme", "{from: recommend}") + block("like", "{from: similar, to: l2p0}") + block("cheaper", "{from: alternatives, to: l2p0}") +
			block("after", "{from: next}") + block("seen", "{from: viewed}") + block("top", "{from: popular}"),
	})
	var rows []string
	row := func(r, kind, item string, day int) {
		rows = append(rows, fmt.Sprintf(`{"r": %q, "kind": %q, "item": %q, "at": "2026-11-%02dT10:00:00Z"}`, r, kind, item, day))
	}
	for p := range 90 {
		line := p % 6
		for part := range 4 {
			if (p/6+part)%4 != 0 {
				row(fmt.Sprint("buyer-", p), "bought", fmt.Sprintf("l%dp%d", line, part), 1+part+p%7)
			}
		}
	}
	row("emma", "viewed", "l3p1", 20)
	row("emma", "bought", "l3p0", 21)
	if status, answer := c.send("POST", "/v1/events", "["+strings.Join(rows, ",")+"]", "Authorization: Bearer ingest"); status != 200 || strings.Contains(answer, "why") {
		t.Fatal(status, answer)
	}
	return c
}

// shows is the item that a block shows to a recipient, and why.
func (c *counter) shows(block, r, trust string) (item, because string) {
	c.t.Helper()
	status, answer := c.send("GET", "/v1/explain/check/"+block+"?r="+r+"&trust="+trust, "", "Authorization: Bearer read")
	var told struct {
		Rules []struct{ Item string }
		Says  []string
	}
	if err := json.Unmarshal([]byte(answer), &told); status != 200 || err != nil {
		c.t.Fatal(status, answer, err)
	}
	if len(told.Rules) != 1 || len(told.Says) != 1 {
		c.t.Fatal(answer)
	}
	return told.Rules[0].Item, told.Says[0]
}

func TestListsAreOfWhatWasLearnt(t *testing.T) {
	c := lineShop(t)
	if told := c.trained(); told.Events < 200 || told.Items != 24 {
		t.Fatal(told)
	}
	for again := range 2 {
		for _, want := range []struct{ block, r, trust, item, because string }{
			{"forme", "emma", "signed", "l3", "Omdat je Line 3 part 0 kocht"},
			{"like", "emma", "signed", "l2", "Zoals Line 2 part 0"},
			{"cheaper", "nobody", "signed", "l2", "Zoals Line 2 part 0"},
			{"after", "emma", "signed", "l3", "Omdat je Line 3 part 0 kocht"},
			{"seen", "emma", "signed", "l3p1", ""},
			{"forme", "nobody", "signed", "l", "Geliefd"},
			{"top", "nobody", "anonymous", "l", "Geliefd"},
		} {
			item, because := c.shows(want.block, want.r, want.trust)
			if !strings.HasPrefix(item, want.item) || want.because != "" && because != want.because || item == "l3p0" && want.r == "emma" {
				t.Errorf("%d: %s shows %s %q to a %s %s, not %s %q", again, want.block, item, because, want.trust, want.r, want.item, want.because)
			}
		}
		c.restart() // the model is kept
	}
	damaged := filepath.Join(c.data, modelFile)
	data, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(damaged, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c.restart()
	if item, _ := c.shows("forme", "emma", "signed"); item == "l3p0" {
		t.Errorf("after a damaged model %s is recommended, which was bought", item)
	}
}

// trained has the server learn, and returns what it says of that.
func (c *counter) trained() server.ModelStatus {
	c.t.Helper()
	status, answer := c.send("POST", "/v1/model/train", "", "Authorization: Bearer ingest")
	var told server.ModelStatus
	if err := json.Unmarshal([]byte(answer), &told); status != 200 || err != nil {
		c.t.Fatal(status, answer, err)
	}
	return told
}

func TestTrainingTellsWhatWasLearnt(t *testing.T) {
	c := lineShop(t)
	told := c.trained()
	if told.UnderWay || told.Learnt.IsZero() || told.Tuned.IsZero() || told.Settings == nil || told.Failures > 0 || len(told.Lifts) == 0 {
		t.Fatalf("%+v", told)
	}
	for _, l := range told.Lifts {
		if l.Persons < 20 || l.NDCG <= l.Popular || l.Lift <= 1 {
			t.Errorf("%+v: lines are bought together, so there is a lift", l)
		}
	}
	_, text := c.send("GET", "/v1/status", "", "Authorization: Bearer read")
	var status server.Status
	if err := json.Unmarshal([]byte(text), &status); err != nil || status.Model.Events != told.Events {
		t.Fatal(err, text)
	}
	var page bytes.Buffer
	if err := printServer(&page, &status); err != nil || !strings.Contains(page.String(), fmt.Sprintf("from %d events, 24 items", told.Events)) || !strings.Contains(page.String(), "last out") {
		t.Error(err, page.String())
	}
	c.restart() // the model is there before anything was learnt anew
	if kept := c.app.learner.status(); kept.Learnt.IsZero() || kept.Items != 24 || kept.Settings == nil {
		t.Errorf("%+v", kept)
	}
}

func TestTrainingThatFailsLeavesTheLastServing(t *testing.T) {
	c := lineShop(t)
	c.trained()
	l := c.app.learner
	before, catalogue := l.lists.Model(), c.app.catalogue
	c.app.catalogue = nil // reading its items panics
	status, answer := c.send("POST", "/v1/model/train", "", "Authorization: Bearer ingest")
	c.app.catalogue = catalogue
	if status != 500 || !strings.Contains(answer, "the last model serves on: panic: ") {
		t.Error(status, answer)
	}
	if told := l.status(); told.UnderWay || told.Failures != 1 || told.Events < 200 || l.lists.Model() != before {
		t.Errorf("%+v", told)
	}
	if told := c.trained(); told.Error != "" || told.Failures != 1 {
		t.Errorf("after a failure: %+v", told)
	}
}

// TestTrainingIsOneAtATime holds the lock of who learns: all who ask meanwhile
// wait for one training.
func TestTrainingIsOneAtATime(t *testing.T) {
	c := lineShop(t)
	l := c.app.learner
	l.learning.Lock()
	first, second := l.train(), l.train()
	select {
	case <-first:
		t.Error("it ended beside another")
	default:
	}
	l.learning.Unlock()
	if first != second {
		t.Error("two were begun")
	}
	<-first
	if third := l.train(); third == first {
		t.Error("what ended is waited for")
	} else {
		<-third
	}
}

// TestWhatIsNewIsLearntAlone has one recipient buy more: on its schedule the
// server works out again what they took, from what it learnt last, and shows it.
func TestWhatIsNewIsLearntAlone(t *testing.T) {
	c := lineShop(t)
	c.trained()
	l := c.app.learner
	trainer, model, events := l.trainer, l.lists.Model(), l.status().Events
	c.app.learner.learn(t.Context(), false)
	if l.lists.Model() != model {
		t.Error("a model was made though nothing is new")
	}
	if status, answer := c.send("POST", "/v1/events", `[{"r": "finn", "kind": "bought", "item": "l5p1", "at": "2026-11-20T10:00:00Z"}, {"r": "finn", "kind": "bought", "item": "l0p2", "at": "2026-11-21T10:00:00Z"}]`, "Authorization: Bearer ingest"); status != 200 {
		t.Fatal(status, answer)
	}
	l.learn(t.Context(), false)
	if told := l.status(); told.Failures > 0 || told.Events != events+2 || l.trainer != trainer || l.lists.Model() == model {
		t.Errorf("%+v", told)
	}
	if _, worked, err := l.trainer.Update(t.Context(), logOf(t, c), nil); err != nil || worked != 0 {
		t.Errorf("what was learnt is worked out again: %d items, %v", worked, err)
	}
}

// logOf is what a server's recipients did, as it learns from it.
func logOf(t *testing.T, c *counter) *recommend.Log {
	log := recommend.NewLog(nil)
	c.app.catalogue.EachItem(func(item *rules.Item) { log.AddItem(learnable(item)) })
	if err := c.app.profiles.Learn(log); err != nil {
		t.Fatal(err)
	}
	return log
}
