package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// importedShop is lineShop with a data team's list.
func importedShop(t *testing.T) *counter {
	c := lineShop(t)
	c.write("opentime.yaml", strings.Replace(behaviourConfig, "places: {halls: halls.csv}\n", "lists: {picks: picks.tsv}\n", 1), time.Hour)
	campaign, err := os.ReadFile(filepath.Join(c.app.folder.dir, "campaigns/check.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c.write("campaigns/check.yaml", string(campaign)+
		"  picks: {show: {layout: strip, items: {from: [imported, popular], list: picks}, headline: \"{item.title}\"}, fallback: {headline: No, link: \"https://theatre.example\"}}\n", time.Hour)
	c.write("picks.tsv", "r\titems\nemma\tl3p0,nothing,l0p1,l0p2\ncanary-77\tl4p1\n*\tl5p3\n", time.Hour)
	c.restart()
	return c
}

func TestImportedListsAreShown(t *testing.T) {
	c := importedShop(t)
	see := func(r, trust, want string) {
		t.Helper()
		if item, _ := c.shows("picks", r, trust); item != want {
			t.Errorf("%s, %s, is shown %s, not %s", r, trust, item, want)
		}
	}
	see("emma", "signed", "l0p1") // she bought the first, and no feed has the second
	see("emma", "claimed", "l5p3")
	see("zoe", "signed", "l5p3")
	c.ingest(200, "PUT", "/v1/stock", `[{"item": "l0p1", "count": 0}]`)
	see("emma", "signed", "l0p2")
	c.write("picks.tsv", "r,item,score\nemma,l1p1,1\nemma,l1p2,2\n", 0)
	c.app.reload()
	see("emma", "signed", "l1p2")
	if item, because := c.shows("picks", "zoe", "signed"); item == "l5p3" || because == "" {
		t.Errorf("who is on no list is shown %s", item)
	}
	c.write("picks.tsv", "it is written anew", 0)
	c.app.reload()
	see("emma", "signed", "l1p2")
	if _, text := c.send("GET", "/v1/data", "", "Authorization: Bearer read"); !strings.Contains(text, "list picks") || !strings.Contains(text, "its first line names no column") {
		t.Error(text)
	}
}

func TestWhoIsForgottenIsOnNoImportedList(t *testing.T) {
	c := importedShop(t)
	if item, _ := c.shows("picks", "canary-77", "signed"); item != "l4p1" {
		t.Fatal(item)
	}
	if found := holding(t, c.data, []string{"canary-77"}); len(found) > 0 {
		t.Errorf("a list is kept: %v", found)
	}
	c.ingest(200, "POST", "/v1/forget", `["canary-77"]`)
	for range 2 {
		if item, _ := c.shows("picks", "canary-77", "signed"); item != "l5p3" {
			t.Errorf("who was forgotten is shown %s", item)
		}
		c.restart() // reads the file, where they still stand
	}
	if err := c.app.stop(); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, c.data, []string{"canary-77"}); len(found) > 0 {
		t.Errorf("found %v", found)
	}
}
