package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/opentime/people"
)

const (
	oneEvent   = "Content-Type: application/cloudevents+json; charset=utf-8"
	manyEvents = "Content-Type: application/cloudevents-batch+json"
)

// ce is a CloudEvent in JSON; without a time if that is "".
func ce(id, kind, at, data string) string {
	if at != "" {
		at = `,"time":"` + at + `"`
	}
	return fmt.Sprintf(`{"specversion":"1.0","id":%q,"source":"https://erp.shop.example/stock","type":%q%s,"datacontenttype":"application/json","extra":1,"data":%s}`, id, kind, at, data)
}

func TestCloudEventsAreChanges(t *testing.T) {
	c := newCounter(t)
	f := func(name string, status int, body, want string, headers ...string) {
		t.Helper()
		answer := c.ingest(status, "POST", "/v1/changes", body, headers...)
		var b strings.Builder
		for line := range strings.SplitSeq(answer, "\n") {
			b.WriteString(strings.TrimSpace(line))
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: answered %s, want %s", name, &b, want)
		}
	}
	const applied, eleven = `{"applied": 1,"ignored": [],"refused": []}`, "2026-11-23T11:00:00Z"
	stock := func(n int) string { return fmt.Sprintf(`{"item":"rose","count":%d}`, n) }

	f("structured", 200, ce("1", "opentime.stock.put", eleven, stock(5)), applied, oneEvent)
	f("again", 200, ce("1", "opentime.stock.put", eleven, stock(9)), `"ignored": [{"row": 1,"why": "came before"}]`, oneEvent)
	f("older", 200, ce("2", "opentime.stock.put", "2026-11-23T10:59:59Z", stock(9)), `"ignored": [{"row": 1,"why": "older"}]`, oneEvent)
	if got := c.stock("rose", ""); got != "5" {
		t.Errorf("%s roses", got)
	}
	f("its own at", 200, ce("3", "opentime.stock.put", "2026-11-23T10:00:00Z", `{"item":"rose","count":6,"at":"2026-11-23T11:30:00Z"}`), applied, oneEvent)
	binary := []string{
		"Content-Type: application/json", "Ce-Specversion: 1.0", "Ce-Type: opentime.profiles.put", "Ce-Id: 1", "Ce-Source: /crm%20%22a%22",
		"Ce-Time: 2026-11-23T10:00:00Z",
	}
	f("binary", 200, `{"r":"emma","consent":"full","attributes":{"points":5}}`, applied, binary...)
	f("binary again", 200, `{"r":"emma","consent":"none","attributes":{"points":6}}`, `came before`, binary...)
	f("as structured, again", 200, strings.Replace(ce("1", "opentime.profiles.patch", eleven, `{"r":"emma"}`), "https://erp.shop.example/stock", `/crm \"a\"`, 1), `came before`, oneEvent)
	f("base64", 200, `{"specversion":"1.0","id":"4","source":"s","type":"opentime.stock.put","data_base64":"eyJpdGVtIjoiZmVybiIsImNvdW50Ijo0fQ=="}`, applied, oneEvent)
	f("a batch", 200, "["+strings.Join([]string{
		ce("b1", "opentime.stock.put", "", `{"item":"rose","place":"ghent","count":2}`),
		ce("b2", "opentime.items.patch", eleven, `{"id":"rose","price":"9 EUR"}`),
		ce("b3", "opentime.profiles.patch", eleven, `{"r":"emma","attributes":{"tier":"gold"}}`),
		ce("b1", "opentime.stock.put", "", `{"item":"rose","place":"ghent","count":8}`),
		ce("b4", "opentime.items.patch", eleven, `{"id":"moss","price":"9 EUR"}`),
		ce("b5", "opentime.stock.add", eleven, `{}`),
		ce("b6", "opentime.stock.put", eleven, `{"item":"rose","count":1,"places":"x"}`),
		`{"specversion":"1.0","id":7}`, `5`, ce("", "opentime.stock.put", "", "{}"),
		ce("b2", "opentime.stock.put", "2026-11-23T09:00:00Z", stock(3)),
		ce("b7", "opentime.stock.put", "2026-11-23T09:00:00Z", stock(3)),
	}, ",")+"]", `{"applied": 3,"ignored": [{"row": 4,"why": "came before"},{"row": 11,"why": "came before"},{"row": 12,"why": "older"}],"refused": [`+
		`{"row": 5,"why": "no feed has an item \"moss\"; send its attributes once one does"},`+
		`{"row": 6,"why": "unknown type \"opentime.stock.add\"; did you mean \"opentime.stock.put\"?"},`+
		`{"row": 7,"why": "unknown key \"places\"; did you mean \"place\"?"},`+
		`{"row": 8,"why": "no CloudEvent: id is a JSON number at byte 27, where something else is expected"},`+
		`{"row": 9,"why": "no CloudEvent: it is a JSON number; send an object"},`+
		`{"row": 10,"why": "no id; every CloudEvent has one"}]}`, manyEvents)
	f("an empty batch", 200, "[]", `{"applied": 0,"ignored": [],"refused": []}`, manyEvents)
	p, err := c.app.profiles.Profile("emma")
	if err != nil || p.Attributes[0].Text != "gold" || p.Attributes[1].N != 5_000_000 {
		t.Errorf("%+v %v", p, err)
	}
	if item, _ := c.app.catalogue.Items("plants").Item("rose"); c.stock("rose", "ghent")+c.stock("rose", "")+c.stock("fern", "") != "264" || item.Price.N != 900 {
		t.Errorf("%s roses in Ghent, %s in all at %d, %s ferns", c.stock("rose", "ghent"), c.stock("rose", ""), item.Price.N, c.stock("fern", ""))
	}

	f("a lone one that is wrong", 400, ce("5", "opentime.stock.put", eleven, `{"item":"","count":1}`), `{"error": "no item; write its id"}`, oneEvent)
	f("another version", 400, strings.Replace(ce("5", "opentime.stock.put", eleven, stock(1)), "1.0", "0.3", 1), `specversion \"0.3\" is not ours`, oneEvent)
	f("data that is no JSON", 400, strings.Replace(ce("5", "opentime.stock.put", eleven, `"x"`), "application/json", "text/xml", 1), `data is \"text/xml\"`, oneEvent)
	f("data that is a text", 400, ce("5", "opentime.stock.put", eleven, `"x"`), "data is not the row expected", oneEvent)
	f("no data", 400, `{"specversion":"1.0","id":"5","source":"s","type":"opentime.stock.put"}`, "data is not the row expected", oneEvent)
	f("no JSON", 400, "rose=5", "no CloudEvent: invalid character", oneEvent)
	f("no batch", 400, "{}", "no batch of CloudEvents", manyEvents)
	f("no events", 415, "{}", "no CloudEvents; send Content-Type", "Content-Type: application/json")
	f("from ahead", 400, ce("6", "opentime.stock.put", "2026-11-23T12:06:00Z", stock(1)), "ahead of the clock", oneEvent)
	c.pass(time.Minute)
	f("and later", 200, ce("6", "opentime.stock.put", "2026-11-23T12:06:00Z", stock(1)), applied, oneEvent)
	c.restart()
	f("after a restart", 200, ce("6", "opentime.stock.put", "2026-11-23T12:06:00Z", stock(2)), "came before", oneEvent)
}

// TestCloudEventsInAnyOrder posts the changes of an hour in any order, some of
// them twice and through a restart: what is known is what the newest say, and of
// those without a time what was received last, the first time.
func TestCloudEventsInAnyOrder(t *testing.T) {
	c := newCounter(t)
	rapid.Check(t, func(r *rapid.T) {
		c.pass(24 * time.Hour)
		begin := *c.now.Load()
		type change struct {
			id     string
			minute int // 0: without a time
			n      int
		}
		list := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) change {
			return change{
				id:     fmt.Sprint(begin.Unix(), "-", rapid.IntRange(0, 1<<30).Draw(r, "id")),
				minute: rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4}).Draw(r, "minute"), n: rapid.IntRange(0, 99).Draw(r, "n"),
			}
		}), 1, 6).Draw(r, "changes")
		list = append(list, rapid.SliceOfN(rapid.SampledFrom(list), 0, 4).Draw(r, "again")...)
		list = rapid.Permutation(list).Draw(r, "order")
		newest, want, seen := time.Time{}, 0, map[string]bool{}
		for _, x := range list {
			c.pass(time.Minute)
			at, text := *c.now.Load(), ""
			if x.minute > 0 {
				at = begin.Add(-time.Duration(x.minute) * time.Minute)
				text = at.Format(time.RFC3339)
			}
			if !seen[x.id] && !at.Before(newest) {
				newest, want = at, x.n
			}
			seen[x.id] = true
			c.ingest(200, "POST", "/v1/changes", ce(x.id, "opentime.stock.put", text, fmt.Sprintf(`{"item":"rose","count":%d}`, x.n)), oneEvent)
		}
		if got := c.stock("rose", ""); got != fmt.Sprint(want) {
			r.Errorf("%s roses, want %d", got, want)
		}
	})
}

// TestABatchChangesInItsOrder: of what is of one date the last of a batch wins, also
// where it replaces a profile that an event between changed.
func TestABatchChangesInItsOrder(t *testing.T) {
	c := newCounter(t)
	const noon = "2026-11-23T11:00:00Z"
	for _, at := range []string{noon, ""} {
		c.ingest(200, "POST", "/v1/changes", "["+strings.Join([]string{
			ce("1"+at, "opentime.profiles.put", at, `{"r":"emma","attributes":{"points":1}}`),
			ce("2"+at, "opentime.profiles.patch", at, `{"r":"emma","attributes":{"points":2,"tier":"gold"}}`),
			ce("3"+at, "opentime.profiles.put", at, `{"r":"emma","attributes":{"points":3}}`),
		}, ",")+"]", manyEvents)
		if p, err := c.app.profiles.Profile("emma"); err != nil || p.Attributes[0].Known() || p.Attributes[1].N != 3_000_000 {
			t.Errorf("at %q: %+v %v", at, p, err)
		}
		c.pass(time.Minute)
	}
}

// TestAnEventThatWasNotAnsweredIsOfItsReceipt lets the server end between keeping
// that an event came and applying it.
func TestAnEventThatWasNotAnsweredIsOfItsReceipt(t *testing.T) {
	c := newCounter(t)
	body := ce("1", "opentime.profiles.put", "", `{"r":"emma","attributes":{"points":1}}`)
	refused := strings.Replace(body, `"points"`, `"pionts"`, 1) // not applied, and not done
	c.ingest(400, "POST", "/v1/changes", refused, oneEvent)
	c.pass(time.Minute)
	if _, err := c.app.profiles.PutAt([]people.Row{{R: "emma", Attributes: map[string]any{"points": json.Number("2")}}}, *c.now.Load()); err != nil {
		t.Fatal(err)
	}
	c.restart()
	c.pass(time.Minute)
	if answer := c.ingest(200, "POST", "/v1/changes", body, oneEvent); !strings.Contains(answer, "older") {
		t.Error(answer)
	}
}
